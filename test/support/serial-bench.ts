import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Frame } from '../../src/protocol/frames.ts'
import { SerialSource, type SerialSourceOptions } from '../../src/sources/serial/serial-source.ts'
import type { SourceSink } from '../../src/sources/source.ts'
import { systemClock } from '../../src/util/clock.ts'
import type { InaError } from '../../src/util/errors.ts'
import { temporaryFolder } from './folder.ts'
import { frameText } from './frames.ts'
import { until } from './polling.ts'
import { openRecordedPty, type RecordedPty } from './serial.ts'

/** All that a source told, in order. */
export class Recorder implements SourceSink {
  /** Each frame in a word, see `frameText`. */
  readonly frames: string[] = []
  readonly log: string[] = []
  readonly reasons: string[] = []
  overlongs = 0
  byteCount = 0
  error: InaError | null = null

  frame(frame: Frame): void {
    if (frame.kind === 'overlong') this.overlongs++
    const text = frameText(frame)
    this.frames.push(text)
    this.log.push(`frame ${text}`)
  }
  bytes(count: number): void {
    this.byteCount += count
  }
  format(text: string): void {
    this.log.push(`format ${text}`)
  }
  unit(): void {}
  gap(): void {}
  event(): void {}
  state(state: string, reason: string): void {
    this.log.push(state)
    this.reasons.push(reason)
  }
  connected(): void {
    this.log.push('connected')
  }
  ended(): void {
    this.log.push('ended')
  }
  failed(error: InaError): void {
    this.error = error
  }
}

/** The two ends of a port: the device at `link`, and sources that read it; all of it goes with the test. */
export class SerialBench {
  readonly folder = temporaryFolder()
  /** The name of the port. */
  readonly link = join(this.folder, 'board')

  async device(): Promise<RecordedPty> {
    const pty = await openRecordedPty(this.link)
    onTestFinished(() => pty.close())
    return pty
  }

  monitor(options: Partial<SerialSourceOptions> = {}): {
    readonly source: SerialSource
    readonly got: Recorder
  } {
    const source = new SerialSource({
      path: this.link,
      baud: 115_200,
      wait: false,
      clock: systemClock,
      ...options,
    })
    const got = new Recorder()
    onTestFinished(() => source.stop())
    source.start(got)
    return { source, got }
  }
}

export async function connected(pty: RecordedPty, got: Recorder): Promise<void> {
  await until('the connection', () => got.log.at(-1) === 'live' && pty.open)
}
