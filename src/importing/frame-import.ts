import type { Channel, ChannelSetting } from '../domain/channels.ts'
import type { DeviceRange } from '../domain/limits.ts'
import type { Epoch, Sample } from '../domain/sample.ts'
import { decodeLine } from '../protocol/codec.ts'
import type { Frame } from '../protocol/frames.ts'
import { scaled } from '../protocol/time/stamp-scale.ts'
import { decodeBytes } from '../sources/lines/line-decoder.ts'
import type { LineSplitter } from '../sources/lines/line-splitter.ts'
import type { Source, SourceSink } from '../sources/source.ts'
import type {
  DeviceBurst,
  DeviceLog,
  LogEvent,
  LoggedChannel,
  LostRange,
} from '../storage/client/log.ts'
import { DeviceStream } from '../stream/device-stream.ts'
import { Labels } from '../stream/labels.ts'
import { SampleLimit } from '../stream/sample-limit.ts'
import type { ImportedRun, ImportLabel } from './import-label.ts'
import type { RowCount } from './import-report.ts'

/** What the first lines say of a capture of frames. */
export interface FrameLook {
  /** Time of the first sample, Unix µs; null: times count from the device's start. */
  readonly startUs: number | null
  /** Time of the last sample of the look. */
  readonly lastUs: number | null
}

/**
 * Looks whether a file holds frames as on the wire.
 *
 * @param lines some of it
 * @returns null: something else
 */
export function lookForFrames(lines: readonly string[]): FrameLook | null {
  const filled = lines.filter((line) => line.trim() !== '')
  const frames = filled.map((line) => decodeLine(Buffer.from(line)))
  const stamped = frames.filter((frame) => frame.kind === 'sample' && frame.stamp.kind !== 'none')
  const hello = frames.some(({ kind }) => kind === 'hello')
  const known = frames.filter(({ kind }) => !OTHERS.has(kind))
  if (known.length * 2 <= filled.length || (!hello && stamped.length * 2 <= known.length)) {
    return null
  }
  const times = stamped.map(unixUsOf).filter((us) => us !== null)
  const isUnix = times.length * 2 > stamped.length
  const [first = null, last = null] = isUnix ? [times[0], times.at(-1)] : []
  return { startUs: first, lastUs: last }
}

const OTHERS: ReadonlySet<Frame['kind']> = new Set(['malformed', 'overlong', 'crc_error'])

function unixUsOf(frame: Frame): number | null {
  if (frame.kind !== 'sample') return null
  const { scale, us } = scaled(frame.stamp, 0, null)
  return scale === 'unix' ? us : null
}

export interface FrameImportOptions {
  readonly count: RowCount
  /** Where the samples of a label go. */
  readonly label: (label: string) => ImportLabel
  /** Named by the user; null: what the device says of itself. */
  readonly device: string | null
  /** Where it says nothing. */
  readonly usualLabel: string
  /** Time of the first sample, where its stamps are none, Unix µs. */
  readonly startUs: number
  readonly range: Partial<DeviceRange>
  readonly channels: readonly ChannelSetting[]
}

/**
 * Brings a capture of frames in by the way that a pipe takes: the same link, clock and
 * ranges as in `monitor --stdin --keep-time`, and no clock but that of the capture.
 */
export class FrameImport {
  readonly #source: CaptureSource
  readonly #stream: DeviceStream

  constructor(options: FrameImportOptions) {
    const { startUs, device, range, channels, usualLabel, count } = options
    this.#source = new CaptureSource(usualLabel, count)
    this.#stream = new DeviceStream(
      {
        source: this.#source,
        log: new LabelledLog(options.label),
        loggedRuns: [],
        isLogged: () => false,
        clock: { wallMs: () => startUs / 1000, monoMs: () => 0 },
        keepTime: true,
        calibration: null,
        pollMs: null,
        device,
        range,
        channels,
        labels: new Labels(),
        limit: new SampleLimit(null),
        congestion: [],
      },
      NOBODY,
    )
    this.#stream.start()
  }

  push(chunk: Uint8Array): void {
    this.#source.push(chunk)
  }

  end(): void {
    this.#source.end()
  }

  /** What became of lines that are frames, and of no sample. */
  get remarks(): string[] {
    const { duplicates, malformed, lost, recovered } = this.#stream.ledger
    const remarks = [
      duplicates > 0 ? `${duplicates} lines repeat others` : '',
      // Those that could not be read are among the refused ones.
      malformed > this.#source.unread
        ? `${malformed - this.#source.unread} samples have numbers that fit nothing`
        : '',
      recovered > 0 ? `${recovered} samples came late` : '',
      lost > 0 ? `${lost} samples are missing by their numbers` : '',
    ]
    return remarks.filter((each) => each !== '')
  }
}

const NOBODY = {
  sample: (_sample: Sample): void => {},
  channel: (_channel: Channel): void => {},
  burst: (): void => {},
  outputs: () => {},
  event: (): void => {},
  lost: (): void => {},
  clockSet: (): void => {},
  sourceState: (): void => {},
  ended: (): void => {},
  failed: (): void => {},
}

const REASONS: Readonly<Partial<Record<Frame['kind'], string>>> = {
  malformed: 'it is no frame',
  crc_error: 'its CRC is not right',
  overlong: 'it is longer than 512 bytes',
}

/** A file of frames as a source that delivers what it is given. */
class CaptureSource implements Source {
  readonly label: string
  readonly duplex = false
  readonly live = false
  readonly mayFail = false
  readonly bytesPerSecond = null
  /** Lines that are `malformed`. */
  unread = 0
  readonly #count: RowCount
  #decoder: LineSplitter | null = null
  #sink: SourceSink | null = null
  #line = 0

  constructor(label: string, count: RowCount) {
    this.label = label
    this.#count = count
  }

  start(sink: SourceSink): void {
    this.#sink = sink
    this.#decoder = decodeBytes({ frame: (frame) => this.#frame(frame, sink) })
    sink.connected()
  }

  push(chunk: Uint8Array): void {
    this.#decoder?.push(chunk)
  }

  end(): void {
    this.#decoder?.end()
    this.#sink?.ended()
  }

  write(): void {}
  pause(): void {}
  resume(): void {}
  async stop(): Promise<void> {}

  #frame(frame: Frame, sink: SourceSink): void {
    this.#line++
    const reason = REASONS[frame.kind]
    if (frame.kind === 'malformed') this.unread++
    if (reason !== undefined) this.#count.refuse(this.#line, reason)
    else if (frame.kind === 'sample') this.#count.rows++
    sink.frame(frame)
  }
}

interface OpenRun {
  readonly label: ImportLabel
  run: ImportedRun
  readonly epoch: Epoch
}

/** The log as the stream sees it: its runs become those of labels. */
class LabelledLog implements DeviceLog {
  readonly logged = 0
  readonly #labelOf: (label: string) => ImportLabel
  /** By the id that the stream knows. */
  readonly #runs = new Map<number, OpenRun>()
  #nextId = 1

  constructor(labelOf: (label: string) => ImportLabel) {
    this.#labelOf = labelOf
  }

  begin(device: string, boot: number | null, startedUs: number): Epoch {
    const label = this.#labelOf(device)
    const epoch = { id: this.#nextId++, device, boot, startedUs }
    this.#runs.set(epoch.id, { label, run: label.begin(boot, startedUs), epoch })
    return epoch
  }

  epoch(epoch: Epoch): void {
    const open = this.#runs.get(epoch.id)
    if (open !== undefined && epoch.boot !== null) {
      open.run = open.label.setBoot(open.run, epoch.boot)
    }
  }

  channel(channel: LoggedChannel): void {
    this.#labelOf(channel.device).channel(channel)
  }

  append(sample: Sample): void {
    const open = this.#runs.get(sample.epochId)
    open?.label.add(open.run, sample, 0)
  }

  lost({ epochId, ...range }: LostRange): void {
    const open = this.#runs.get(epochId)
    open?.label.lost(open.run, range)
  }

  event(event: LogEvent): void {
    this.#labelOf(event.device).event(event)
  }

  burst(burst: DeviceBurst): void {
    this.#labelOf(burst.device).burst(burst)
  }

  onCommitted(): void {}
}
