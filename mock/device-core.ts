import { decodeLine } from '../src/protocol/codec.ts'
import { MAX_LINE_BYTES } from '../src/protocol/line-splitter.ts'
import { advance, distance } from '../src/protocol/serial-number.ts'
import { changeSettings, conversionUs, factorySettings, type Settings } from './device-settings.ts'
import { asciiJson, closeLine } from './line-text.ts'
import { ReplayRing } from './replay-ring.ts'
import { type FullScale, type Measurement, microText, type SampleFeed } from './sample-feed.ts'

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
  readonly #ownTime: boolean
  readonly #startUs: number
  readonly #factory: Settings
  readonly #ring: ReplayRing
  readonly #answers = new Map<number, DeviceLine>()
  #saved: Settings
  #settings: Settings
  #scale: FullScale | null = null
  #boot: number
  #firstSeq: number
  #nextSeq: number
  /** Samples made since the start, over resets. */
  #made = 0
  #ownPace: boolean
  /** Schedule: sample k after the anchor is due at anchor + k intervals. */
  #anchorUs = 0
  #sinceAnchor = 0
  #lastDueUs = 0
  #lastUnixUs: number
  /** Added to every time stamp; set by set_time. */
  #shiftUs = 0
  #aboveThreshold = false

  constructor(options: DeviceOptions) {
    this.#feed = options.feed
    this.#limit = Math.min(options.limit ?? Number.POSITIVE_INFINITY, options.feed.length)
    this.#plain = options.plain ?? false
    this.#ownTime = options.ownTime ?? true
    this.#ownPace = options.ownPace ?? false
    this.#startUs = options.startUs
    this.#lastUnixUs = options.startUs
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
    const ownUs = this.#ownPace ? this.#feed.offsetUs(this.#made) : null
    return ownUs ?? this.#anchorUs + this.#sinceAnchor * this.#intervalUs
  }

  /** True after the last sample of a finite run. */
  get finished(): boolean {
    return this.#made >= this.#limit
  }

  /** Whether the sample made next is the last one of a finite run. */
  get nextIsLast(): boolean {
    return this.#made === this.#limit - 1
  }

  /** Makes the sample that is due next, as its line without CRC and closing brace. */
  nextBody(): string {
    const dueUs = this.nextDueUs ?? this.#lastDueUs
    this.#sinceAnchor++
    return this.#sampleBody(dueUs)
  }

  /** Makes the sample that is due next, and the note that its value may cause. */
  next(): DeviceLine[] {
    const body = this.nextBody()
    const line = { text: this.#close(body), seq: advance(this.#nextSeq, -1) }
    const note = this.#settings.threshold === null ? null : this.#watch(this.#lastMeasured)
    return note === null ? [line] : [line, note]
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
    this.#aboveThreshold = false
    if (this.#settings !== this.#saved) this.#apply(this.#saved, this.#lastDueUs)
    return this.hello()
  }

  /**
   * One line from the host (contract 2.3).
   *
   * @param bytes without the newline
   * @param nowUs device time
   */
  obey(bytes: Uint8Array, nowUs: number): DeviceLine[] {
    if (bytes.length === 0) return []
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
    return [this.#refuse(null, 'overlong')]
  }

  get #intervalUs(): number {
    const { intervalMs } = this.#settings
    return intervalMs === 0 ? conversionUs(this.#settings) : intervalMs * 1000
  }

  #lastMeasured: Measurement = { v: '0', a: '0', w: null, status: '"ok"', mode: '"NORMAL"' }

  #sampleBody(elapsedUs: number): string {
    const n = this.#made
    const m = this.#feed.read(n, elapsedUs, this.#scale)
    const ownUs = this.#ownTime ? this.#feed.unixUs(n) : null
    const offsetUs = this.#ownPace || this.#ownTime ? this.#feed.offsetUs(n) : null
    const unixUs = (ownUs ?? this.#startUs + (offsetUs ?? elapsedUs)) + this.#shiftUs
    const power = m.w === null ? '' : `,"w":${m.w}`
    const body = `{"v":${m.v},"a":${m.a}${power},"ts":${this.#stamp(unixUs)},"seq":${this.#nextSeq},"status":${m.status},"mode":${m.mode}`
    this.#ring.push(this.#nextSeq, body)
    this.#lastMeasured = m
    this.#lastUnixUs = unixUs
    this.#lastDueUs = elapsedUs
    this.#made++
    this.#nextSeq = advance(this.#nextSeq)
    return body
  }

  /** Unix seconds: to 1 ms, finer where samples or the recording are. */
  #stamp(unixUs: number): string {
    const isFine = this.#ownTime && this.#feed.offsetUs(0) !== null
    const stepUs = isFine || this.#intervalUs < 1000 ? 1 : 1000
    return microText(Math.round(unixUs / stepUs) * stepUs)
  }

  #close(body: string): string {
    return this.#plain ? `${body}}` : closeLine(body)
  }

  #control(members: Members): DeviceLine {
    return { text: this.#close(asciiJson(members).slice(0, -1)), seq: null }
  }

  #watch(measured: Measurement): DeviceLine | null {
    const { threshold } = this.#settings
    if (threshold === null || measured.status !== '"ok"') return null
    const { quantity, high, low } = threshold
    const unit = quantity.toUpperCase()
    const power = measured.w ?? String(Number(measured.v) * Number(measured.a))
    const value = Number(quantity === 'w' ? power : measured[quantity])
    if (!this.#aboveThreshold && value > high) {
      this.#aboveThreshold = true
      return this.#note(`threshold: ${quantity} is above ${high} ${unit}`)
    }
    if (this.#aboveThreshold && value < low) {
      this.#aboveThreshold = false
      return this.#note(`threshold: ${quantity} is below ${low} ${unit} again`)
    }
    return null
  }

  #note(message: string): DeviceLine {
    return this.#control({ type: 'status', message })
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
    this.#settings = settings
    const { rangeV, ampsMax } = settings
    const isCut = rangeV < 32 || ampsMax < this.#feed.ampsMax
    this.#scale = isCut ? { volts: rangeV, amps: ampsMax } : null
    if (settings.threshold !== before.threshold) this.#aboveThreshold = false
    if (settings.intervalMs === before.intervalMs && settings.mode === before.mode) return
    if (settings.intervalMs !== before.intervalMs) this.#ownPace = false
    // The next sample comes one new interval after the last one, never in the past.
    this.#anchorUs = Math.max(nowUs, this.#lastDueUs + this.#intervalUs)
    this.#sinceAnchor = 0
  }

  #setTime(value: unknown, nowUs: number): 'range' | null {
    if (typeof value !== 'number' || !(value >= 1e9 && value < 9e12)) return 'range'
    const wantedUs = value < 1e11 ? value * 1e6 : value * 1e3
    const currentUs = this.#lastUnixUs + (nowUs - this.#lastDueUs)
    this.#shiftUs = Math.round(this.#shiftUs + wantedUs - currentUs)
    this.#lastUnixUs = Math.round(this.#lastUnixUs + wantedUs - currentUs)
    return null
  }

  #read(seq: number, nowUs: number): DeviceLine[] {
    if (this.finished) return [this.#refuse(seq, 'sensor')]
    const text = this.#close(this.#sampleBody(nowUs))
    return [{ text, seq: advance(this.#nextSeq, -1) }, this.#accept(seq)]
  }

  /** A range asked for again: what is there once more, the rest as `gone` (contract 2.2). */
  #sendAgain(range: unknown): DeviceLine[] {
    if (!Array.isArray(range) || range.length !== 2 || !isU32(range[0]) || !isU32(range[1])) {
      return [this.#refuse(null, 'syntax')]
    }
    const [first, last] = range as [number, number]
    const count = distance(first, last) + 1
    if (count < 1 || count > this.#ring.depth) return [this.#refuse(null, 'range')]
    this.counts.nacks++
    const lines: DeviceLine[] = []
    let goneFrom: number | null = null
    for (let i = 0; i <= count; i++) {
      const seq = advance(first, i)
      const body = i < count ? this.#ring.get(seq) : undefined
      if (body === undefined && i < count) {
        goneFrom ??= seq
        this.counts.gone++
        continue
      }
      if (goneFrom !== null) {
        lines.push(this.#control({ gone: [goneFrom, advance(seq, -1)] }))
        goneFrom = null
      }
      if (body === undefined) continue
      this.counts.resends++
      lines.push({ text: this.#close(`${body},"r":1`), seq, resend: true })
    }
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
