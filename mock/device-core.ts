import { decodeLine } from '../src/protocol/codec.ts'
import { closeLine } from '../src/protocol/crc.ts'
import { MAX_LINE_BYTES } from '../src/protocol/line-splitter.ts'
import { advance, distance } from '../src/protocol/serial-number.ts'
import { changeSettings, conversionUs, factorySettings, type Settings } from './device-settings.ts'
import { asciiJson } from './line-text.ts'
import { ReplayRing } from './replay-ring.ts'
import { SampleClock } from './sample-clock.ts'
import type { FullScale, Measurement, SampleFeed } from './sample-feed.ts'
import { ThresholdWatch } from './threshold-watch.ts'

export interface DeviceOptions {
  readonly feed: SampleFeed
  /** Unix time of the device's start in µs: of its first sample, unless the feed knows better. */
  readonly startUs: number
  /** ms between samples, above 0, fractions allowed. */
  readonly intervalMs: number
  /** True: the feed's own spacing of samples is kept until an interval is set. */
  readonly ownPace?: boolean
  /** True: the feed's own time stamps are printed where it has some. */
  readonly ownTime?: boolean
  /** Samples to make; then the device falls silent, but still answers. */
  readonly limit?: number
  /** Number of the first boot, u32. */
  readonly boot?: number
  /** Number of the first sample, u32. */
  readonly firstSeq?: number
  /** How many of the newest samples can be sent again. */
  readonly depth?: number
  /** Bare frames of contract 2.1: no CRC, no `hello`. */
  readonly plain?: boolean
}

/** A line to the host, without its newline. */
export interface DeviceLine {
  readonly text: string
  /** Number of the sample it carries, else null. */
  readonly seq: number | null
  /** True: that sample had been sent before. */
  readonly resend?: boolean
}

/** What the device was asked and did; for the summary. */
export interface DeviceCounts {
  hellos: number
  /** Commands obeyed. */
  commands: number
  refused: number
  /** Commands that were repeats of one obeyed before. */
  repeated: number
  /** Requests to send samples again. */
  nacks: number
  resends: number
  /** Samples asked for that were no longer, or not yet, there. */
  gone: number
  resets: number
}

const DEFAULT_DEPTH = 128
/** Answers kept, so that a repeated command is answered but not carried out again. */
const ANSWERS_KEPT = 8
const U32_END = 0xffffffff

type Members = Readonly<Record<string, unknown>>

/**
 * The device's side of the wire: makes sample lines, keeps a ring of them to
 * send again, obeys commands (contract 2.2, 2.3). No I/O and no clock: time is
 * device time since the start in µs, handed in.
 */
export class DeviceCore {
  readonly counts: DeviceCounts = {
    hellos: 0,
    commands: 0,
    refused: 0,
    repeated: 0,
    nacks: 0,
    resends: 0,
    gone: 0,
    resets: 0,
  }
  readonly #feed: SampleFeed
  readonly #limit: number
  readonly #plain: boolean
  readonly #clock: SampleClock
  readonly #factory: Settings
  readonly #ring: ReplayRing
  readonly #answers = new Map<number, DeviceLine>()
  readonly #watch = new ThresholdWatch()
  #saved: Settings
  #settings: Settings
  #scale: FullScale | null = null
  #boot: number
  #firstSeq: number
  #nextSeq: number
  /** Samples made since the start, over resets. */
  #made = 0
  #lastMeasured: Measurement | null = null

  constructor(options: DeviceOptions) {
    this.#feed = options.feed
    this.#limit = Math.min(options.limit ?? Number.POSITIVE_INFINITY, options.feed.length)
    this.#plain = options.plain ?? false
    this.#clock = new SampleClock({
      feed: options.feed,
      startUs: options.startUs,
      ownPace: options.ownPace ?? false,
      ownTime: options.ownTime ?? true,
    })
    this.#factory = factorySettings(options.intervalMs, options.feed.ampsMax)
    this.#saved = this.#factory
    this.#settings = this.#factory
    this.#ring = new ReplayRing(options.depth ?? DEFAULT_DEPTH)
    this.#boot = options.boot ?? 1
    this.#firstSeq = options.firstSeq ?? 0
    this.#nextSeq = this.#firstSeq
  }

  get made(): number {
    return this.#made
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Device time of the next sample in µs; null: none is due (poll mode, or the last was made). */
  get nextDueUs(): number | null {
    if (this.#settings.mode === 'poll' || this.#made >= this.#limit) return null
    return this.#clock.dueUs(this.#made, this.#intervalUs)
  }

  /** True after the last sample of a finite run. */
  get finished(): boolean {
    return this.#made >= this.#limit
  }

  /** Whether the sample made next is the last one of a finite run. */
  get nextIsLast(): boolean {
    return this.#made === this.#limit - 1
  }

  /** Makes the sample that is due next, and the note that its value may cause. */
  next(): DeviceLine[] {
    const elapsedUs = this.nextDueUs ?? this.#clock.lastElapsedUs
    this.#clock.advance()
    const line = this.#sample(elapsedUs)
    const { threshold } = this.#settings
    if (threshold === null || this.#lastMeasured === null) return [line]
    const message = this.#watch.look(threshold, this.#lastMeasured)
    return message === null ? [line] : [line, this.#control({ type: 'status', message })]
  }

  /** What it says of itself (contract 2.2); nothing where frames are plain. */
  hello(): DeviceLine[] {
    if (this.#plain) return []
    const { intervalMs, shuntOhm, rangeV, ampsMax, averaging, bits, baud, mode } = this.#settings
    this.counts.hellos++
    return [
      this.#control({
        hello: 'ina219',
        fw: 'mock',
        proto: 1,
        boot: this.#boot,
        seq: this.#nextSeq,
        ...(this.#firstSeq === 0 ? {} : { first: this.#firstSeq }),
        depth: this.#ring.depth,
        // Whole ms on the wire; 0 would mean every conversion.
        interval: intervalMs === 0 ? 0 : Math.max(1, Math.round(intervalMs)),
        shunt: shuntOhm,
        range: rangeV,
        amax: ampsMax,
        avg: averaging,
        bits,
        addr: 0x40,
        baud,
        mode,
        name: this.#feed.name,
      }),
    ]
  }

  /**
   * A warm reset: boot number, ring, answers and unsaved settings as after one,
   * but the sample counter goes on, as `first` in the `hello` says. So no later
   * sample differs from a run without the reset.
   */
  reset(): DeviceLine[] {
    this.counts.resets++
    this.#boot = advance(this.#boot)
    this.#firstSeq = this.#nextSeq
    this.#ring.clear()
    this.#answers.clear()
    this.#watch.reset()
    if (this.#settings !== this.#saved) this.#apply(this.#saved, this.#clock.lastElapsedUs)
    return this.hello()
  }

  /**
   * One line from the host (contract 2.3). A device with plain frames has no ears.
   *
   * @param bytes without the newline
   * @param nowUs device time
   */
  obey(bytes: Uint8Array, nowUs: number): DeviceLine[] {
    if (this.#plain || bytes.length === 0) return []
    if (bytes.length > MAX_LINE_BYTES) return this.overlong()
    const judged = decodeLine(bytes)
    if (judged.kind === 'crc_error') return [this.#refuse(null, 'crc')]
    if (judged.kind === 'malformed' && (judged.reason === 'json' || judged.reason === 'encoding')) {
      return [this.#refuse(null, 'syntax')]
    }
    const members: unknown = JSON.parse(Buffer.from(bytes).toString())
    if (typeof members !== 'object' || members === null) return [this.#refuse(null, 'syntax')]
    if ('cmd' in members) return this.#command(members as Members, nowUs)
    if ('nack' in members) return this.#sendAgain(members.nack)
    // Everything up to it is safely in the host's log: nothing to do for a device with a ring.
    if ('ack' in members && isU32(members.ack)) return []
    return [this.#refuse(null, 'syntax')]
  }

  overlong(): DeviceLine[] {
    return this.#plain ? [] : [this.#refuse(null, 'overlong')]
  }

  get #intervalUs(): number {
    const { intervalMs } = this.#settings
    return intervalMs === 0 ? conversionUs(this.#settings) : intervalMs * 1000
  }

  #sample(elapsedUs: number): DeviceLine {
    const seq = this.#nextSeq
    const m = this.#feed.read(this.#made, elapsedUs, this.#scale)
    const power = m.w === null ? '' : `,"w":${m.w}`
    const ts = this.#clock.stamp(this.#made, elapsedUs, this.#intervalUs)
    const body = `{"v":${m.v},"a":${m.a}${power},"ts":${ts},"seq":${seq},"status":${m.status},"mode":${m.mode}`
    this.#ring.push(seq, body)
    this.#lastMeasured = m
    this.#made++
    this.#nextSeq = advance(seq)
    return { text: this.#close(body), seq }
  }

  #close(body: string): string {
    return this.#plain ? `${body}}` : closeLine(body)
  }

  #control(members: Members): DeviceLine {
    return { text: this.#close(asciiJson(members).slice(0, -1)), seq: null }
  }

  #command(members: Members, nowUs: number): DeviceLine[] {
    const { cmd, seq } = members
    if (!isU32(seq) || typeof cmd !== 'string')
      return [this.#refuse(isU32(seq) ? seq : null, 'syntax')]
    // These two harm nothing, so a repeat gets a fresh answer.
    if (cmd === 'hello') return [...this.hello(), this.#accept(seq)]
    if (cmd === 'read') return this.#read(seq, nowUs)
    const before = this.#answers.get(seq)
    if (before !== undefined) {
      this.counts.repeated++
      return [before]
    }
    const error = this.#carryOut(cmd, members, nowUs)
    const answer = error === null ? this.#accept(seq) : this.#refuse(seq, error)
    this.#answers.set(seq, answer)
    if (this.#answers.size > ANSWERS_KEPT) {
      this.#answers.delete(this.#answers.keys().next().value as number)
    }
    return [answer]
  }

  /** @returns why not, or null */
  #carryOut(cmd: string, members: Members, nowUs: number): 'range' | 'unknown' | null {
    if (cmd === 'set_time') return this.#setTime(members['value'], nowUs)
    if (cmd === 'save') {
      this.#saved = this.#settings
      return null
    }
    if (cmd === 'defaults') {
      this.#apply(this.#factory, nowUs)
      return null
    }
    const changed = changeSettings(this.#settings, cmd, members)
    if (typeof changed === 'string') return changed
    this.#apply(changed, nowUs)
    return null
  }

  #apply(settings: Settings, nowUs: number): void {
    const before = this.#settings
    const intervalBeforeUs = this.#intervalUs
    this.#settings = settings
    const { rangeV, ampsMax } = settings
    const isCut = rangeV < 32 || ampsMax < this.#feed.ampsMax
    this.#scale = isCut ? { volts: rangeV, amps: ampsMax } : null
    if (settings.threshold !== before.threshold) this.#watch.reset()
    if (this.#intervalUs === intervalBeforeUs && settings.mode === before.mode) return
    this.#clock.restart(nowUs, this.#intervalUs, settings.intervalMs === before.intervalMs)
  }

  #setTime(value: unknown, nowUs: number): 'range' | null {
    if (typeof value !== 'number' || !(value >= 1e9 && value < 9e12)) return 'range'
    this.#clock.set(value < 1e11 ? value * 1e6 : value * 1e3, nowUs)
    return null
  }

  #read(seq: number, nowUs: number): DeviceLine[] {
    if (this.finished) return [this.#refuse(seq, 'sensor')]
    return [this.#sample(nowUs), this.#accept(seq)]
  }

  /** A range asked for again: what is there once more, the rest as `gone` (contract 2.2). */
  #sendAgain(range: unknown): DeviceLine[] {
    if (!Array.isArray(range) || range.length !== 2 || !isU32(range[0]) || !isU32(range[1])) {
      return [this.#refuse(null, 'syntax')]
    }
    const [first, last] = range as [number, number]
    const count = distance(first, last) + 1
    if (count < 1) return [this.#refuse(null, 'range')]
    this.counts.nacks++
    const [from, to] = this.#ring.within(first, count)
    const lines: DeviceLine[] = []
    const gone = (begin: number, end: number): void => {
      if (begin >= end) return
      this.counts.gone += end - begin
      lines.push(this.#control({ gone: [advance(first, begin), advance(first, end - 1)] }))
    }
    gone(0, from)
    for (let i = from; i < to; i++) {
      const seq = advance(first, i)
      this.counts.resends++
      lines.push({ text: this.#close(`${this.#ring.get(seq)},"r":1`), seq, resend: true })
    }
    gone(to, count)
    return lines
  }

  #accept(seq: number): DeviceLine {
    this.counts.commands++
    return this.#control({ ack: seq, result: 'ok' })
  }

  #refuse(seq: number | null, error: string): DeviceLine {
    this.counts.refused++
    return this.#control({ nack: seq, error })
  }
}

function isU32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= U32_END
}
