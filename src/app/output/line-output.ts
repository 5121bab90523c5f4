import { isQuiet, type StreamEvent } from '../../domain/events.ts'
import type { Sample } from '../../domain/sample.ts'
import type { Hub } from '../../monitor/hub.ts'
import type { DeviceNumber } from '../../monitor/view.ts'
import { formatDuration } from '../../util/duration.ts'
import { formatIso } from '../../util/time-text.ts'
import { flushed } from '../flushed.ts'
import { isReaderGone, outputFailed } from '../reader-gone.ts'
import type { OutputKind } from '../run-plan.ts'
import type { Output, OutputContext } from './output.ts'
import { ndjsonLine, plainLine } from './sample-text.ts'

/** When the size of the log is reported: once the rate has settled. */
const SIZE_AFTER_MS = 5000
/** Bytes that a slow reader has not taken yet: from here on, a source that can wait should. */
const CONGESTED_BYTES = 1_000_000
/** From here on, lines are left out: a device can't wait, and memory must not grow without end. */
const MOST_BYTES = 64_000_000

/** Samples as lines on stdout, written once per turn of the event loop; events on stderr. */
export class LineOutput implements Output {
  readonly staysOpen = false
  readonly #kind: Exclude<OutputKind, 'tui'>
  readonly #context: OutputContext
  #hub: Hub | null = null
  #pending: string[] = []
  #skipped = 0
  #isSizeReported = false
  #failure: Error | null = null
  #sizeTimer: NodeJS.Timeout | undefined
  #draining: Promise<void> | null = null

  constructor(kind: Exclude<OutputKind, 'tui'>, context: OutputContext) {
    this.#kind = kind
    this.#context = context
  }

  async open(hub: Hub): Promise<void> {
    this.#hub = hub
    this.#sizeTimer = setTimeout(() => this.#reportSize(), SIZE_AFTER_MS)
  }

  get congested(): boolean {
    return this.#context.io.stdout.writableLength > CONGESTED_BYTES
  }

  drained(): Promise<void> {
    const { stdout } = this.#context.io
    if (!stdout.writableNeedDrain || stdout.destroyed) return Promise.resolve()
    // One wait for all who ask: each source that pauses would leave listeners behind.
    this.#draining ??= new Promise((resolve) => {
      const done = (): void => {
        stdout.off('drain', done)
        stdout.off('close', done)
        this.#draining = null
        resolve()
      }
      stdout.on('drain', done)
      stdout.on('close', done)
    })
    return this.#draining
  }

  readonly sample = (number: DeviceNumber, sample: Sample): void => {
    if (this.#kind === 'none') return
    if (this.#context.io.stdout.writableLength > MOST_BYTES) {
      this.#skipped++
      return
    }
    if (this.#skipped > 0) this.#reportSkipped()
    if (this.#pending.length === 0) setImmediate(() => this.#flush())
    const device = this.#labelOf(number)
    this.#pending.push(
      this.#kind === 'plain'
        ? plainLine(sample, this.#isPlural ? device : null)
        : ndjsonLine(sample, device),
    )
  }

  readonly event = (number: DeviceNumber, { timeUs, kind, text }: StreamEvent): void => {
    if (this.#kind !== 'plain' && isQuiet(kind)) return
    const device = this.#isPlural ? ` ${this.#labelOf(number)}` : ''
    this.#context.io.stderr.write(`# ${formatIso(timeUs)}${device} ${kind}: ${text}\n`)
  }

  hold(): void {}

  abandon(): void {}

  async close(): Promise<void> {
    clearTimeout(this.#sizeTimer)
    this.#flush()
    this.#reportSize()
    await flushed([this.#context.io.stdout])
    if (this.#skipped > 0) this.#reportSkipped()
    if (this.#failure !== null) throw this.#failure
  }

  get #isPlural(): boolean {
    return (this.#hub?.devices.length ?? 0) > 1
  }

  #labelOf(number: DeviceNumber): string {
    return this.#hub?.devices[number]?.stream.device ?? ''
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const text = this.#pending.join('')
    this.#pending = []
    this.#context.io.stdout.write(text, (error) => {
      if (error && !isReaderGone(error)) this.#failure = outputFailed(error)
    })
  }

  #reportSkipped(): void {
    const count = this.#skipped
    this.#skipped = 0
    this.#context.io.stderr.write(
      `# ${count} samples are missing on stdout: its reader is too slow (the log has them)\n`,
    )
  }

  #reportSize(): void {
    const { log, io } = this.#context
    const bytes = this.#hub?.bytesAtRetention ?? null
    if (this.#isSizeReported || bytes === null || log === null) return
    this.#isSizeReported = true
    const megabytes = (bytes / 1e6).toPrecision(3)
    io.stderr.write(
      `# log ${log.path}: ${formatDuration(log.retainMs)} at this rate take about ${Number(megabytes)} MB\n`,
    )
  }
}
