import { INVALID_STATUS } from '../src/domain/sample.ts'
import type { SampleText } from '../src/protocol/codec.ts'
import { advance } from '../src/util/serial-number.ts'
import { Conversions } from './conversions.ts'
import { DeviceCalibration } from './device-calibration.ts'
import { emptyCounts } from './device-counts.ts'
import { type DeviceLine, DeviceLines } from './device-lines.ts'
import { DeviceOutputs } from './device-outputs.ts'
import {
  ampsMax,
  changeSettings,
  conversionUs,
  factorySettings,
  type Settings,
  shuntAmps,
  unixTimeUs,
} from './device-settings.ts'
import { DeviceTrigger } from './device-trigger.ts'
import { type HostLine, type Members, OVERLONG, readHostLine } from './host-line.ts'
import { ReplayRing } from './replay-ring.ts'
import { SampleClock } from './sample-clock.ts'
import type { FullScale, SampleFeed } from './sample-feed.ts'
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

/** States of a sample, as they are printed. */
const OK = '"ok"'
const PART = '"part"'
const DEFAULT_DEPTH = 128
/** Answers kept, so that a repeated command is answered but not carried out again (PROTOCOL.md 6). */
const ANSWERS_KEPT = 4

/**
 * The device's side of the wire: makes sample lines, keeps a ring of them to
 * send again, obeys commands (PROTOCOL.md 4 to 7). No I/O and no clock: time is
 * device time since the start in µs, handed in.
 */
export class DeviceCore {
  readonly counts = emptyCounts()
  readonly #feed: SampleFeed
  readonly #limit: number
  readonly #plain: boolean
  readonly #lines: DeviceLines
  readonly #clock: SampleClock
  readonly #factory: Settings
  readonly #ring: ReplayRing
  readonly #answers = new Map<number, DeviceLine>()
  readonly #watch = new ThresholdWatch()
  readonly #calibration: DeviceCalibration
  readonly #outputs = new DeviceOutputs()
  readonly #conversions: Conversions
  readonly #trigger: DeviceTrigger
  /** Nothing was integrated since the sample before: it was armed. */
  #isPart = false
  #saved: Settings
  #settings: Settings
  #scale: FullScale | null = null
  #boot: number
  #firstSeq: number
  #nextSeq: number
  /** Samples made since the start, over resets. */
  #made = 0

  constructor(options: DeviceOptions) {
    this.#feed = options.feed
    this.#limit = Math.min(options.limit ?? Number.POSITIVE_INFINITY, options.feed.length)
    this.#plain = options.plain ?? false
    this.#calibration = new DeviceCalibration(options.feed)
    this.#conversions = new Conversions(options.feed)
    this.#trigger = new DeviceTrigger(options.feed)
    this.#lines = new DeviceLines(this.#plain)
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

  /** Device time of the next sample in µs, or of what a trigger has to say; null: none is due (poll mode, or the last was made). */
  get nextDueUs(): number | null {
    if (this.#trigger.isActive) return this.#trigger.dueUs
    if (this.#settings.mode === 'poll' || this.#made >= this.#limit) return null
    return this.#clock.dueUs(this.#made, this.#intervalUs)
  }

  /** True after the last sample of a finite run. */
  get finished(): boolean {
    return this.#made >= this.#limit && !this.#trigger.isActive
  }

  /** Whether the sample made next is the last one of a finite run. */
  get nextIsLast(): boolean {
    return this.#made === this.#limit - 1 && !this.#trigger.isActive
  }

  /** Makes the sample that is due next, and the note that its value may cause; while a trigger is set, what that has to say. */
  next(): DeviceLine[] {
    const elapsedUs = this.nextDueUs ?? this.#clock.lastElapsedUs
    if (this.#trigger.isActive) return this.#stepTrigger(elapsedUs)
    this.#clock.advance()
    return this.#sample(elapsedUs)
  }

  /** What it says of itself (PROTOCOL.md 5.2); nothing where frames are plain. */
  hello(): DeviceLine[] {
    if (this.#plain) return []
    this.counts.hellos++
    const identity = {
      name: this.#feed.name,
      boot: this.#boot,
      nextSeq: this.#nextSeq,
      firstSeq: this.#firstSeq,
      depth: this.#ring.depth,
      outputs: this.#outputs.states,
    }
    return [this.#lines.hello(identity, this.#settings)]
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
    if (!this.#saved.keep) this.#outputs.reset()
    this.#outputs.rearm()
    this.#trigger.reset()
    this.#isPart = false
    this.#feed.switched?.(this.#outputs.states, this.#clock.lastElapsedUs)
    this.#conversions.restart(this.#clock.lastElapsedUs)
    if (this.#settings !== this.#saved) this.#apply(this.#saved, this.#clock.lastElapsedUs)
    return this.hello()
  }

  /**
   * One line from the host (PROTOCOL.md 6). A device with plain frames has no ears.
   *
   * @param bytes without the newline
   * @param nowUs device time
   */
  obey(bytes: Uint8Array, nowUs: number): DeviceLine[] {
    return this.#answer(readHostLine(bytes), nowUs)
  }

  /** A line of the host that was too long to be kept. */
  overlong(): DeviceLine[] {
    return this.#answer(OVERLONG, 0)
  }

  #answer(line: HostLine, nowUs: number): DeviceLine[] {
    if (this.#plain) return []
    switch (line.kind) {
      case 'bad':
        return [this.#refuse(line.seq, line.error)]
      case 'command':
        return this.#command(line, nowUs)
      case 'replay':
        return this.#sendAgain(line.first, line.last)
      // Everything up to it is safely in the host's log: nothing to do for a device with a ring.
      case 'ack':
      case 'blank':
        return []
    }
  }

  get #intervalUs(): number {
    const { intervalMs } = this.#settings
    return intervalMs === 0 ? conversionUs(this.#settings) : intervalMs * 1000
  }

  /** A sample, and the note that its value may cause. */
  #sample(elapsedUs: number): DeviceLine[] {
    const seq = this.#nextSeq
    const { calibration } = this.#settings
    const read = this.#calibration.read(this.#made, elapsedUs, this.#scale, calibration)
    const whole = this.#settings.detail
      ? this.#conversions.detailed(
          read,
          this.#clock.lastElapsedUs,
          elapsedUs,
          conversionUs(this.#settings),
          this.#scale,
          calibration,
        )
      : read
    const m = this.#isPart && whole.status === OK ? { ...whole, status: PART } : whole
    this.#isPart = false
    const ts = this.#clock.stamp(this.#made, elapsedUs, this.#settings.us ? 1 : this.#intervalUs)
    const { line, body } = this.#lines.sample(m, ts, seq)
    this.#ring.push(seq, body)
    this.#made++
    this.#nextSeq = advance(seq)
    return [line, ...this.#judge(m, elapsedUs)]
  }

  #stepTrigger(nowUs: number): DeviceLine[] {
    const { cutoff } = this.#settings
    let isCutOff = false
    const step = this.#trigger.step(
      nowUs,
      (elapsedUs) => this.#clock.unixUs(elapsedUs),
      (amps) => {
        if (cutoff !== null && this.#outputs.look(cutoff, amps, 1)) isCutOff = true
      },
    )
    const lines = isCutOff ? this.#cutOff(nowUs) : []
    if (step?.kind === 'burst') return [...lines, ...this.#lines.burst(step.burst)]
    if (step?.kind === 'armed')
      return [...lines, this.#lines.trigger('armed', this.#seconds(nowUs))]
    if (step?.kind === 'resumed') this.#sampleAgain(nowUs)
    return lines
  }

  /** Ordinary sampling goes on; over the time that was armed nothing is integrated. */
  #sampleAgain(nowUs: number): void {
    this.#isPart = true
    this.#conversions.skip(nowUs)
    this.#clock.restart(nowUs, this.#intervalUs, true)
  }

  /** @returns as it is printed, to 1 ms */
  #seconds(elapsedUs: number): number {
    return Math.round(this.#clock.unixUs(elapsedUs) / 1000) / 1000
  }

  /** What the threshold and the cut-off have to say of a sample. */
  #judge(measured: SampleText, nowUs: number): DeviceLine[] {
    const { threshold, cutoff } = this.#settings
    // A sample is the mean of so many.
    const conversions = Math.max(1, Math.round(this.#intervalUs / conversionUs(this.#settings)))
    const message = threshold === null ? null : this.#watch.look(threshold, measured, conversions)
    const lines = message === null ? [] : [this.#lines.note(message)]
    const amps = INVALID_STATUS.has(JSON.parse(measured.status)) ? null : Number(measured.a)
    if (cutoff === null || amps === null || !this.#outputs.look(cutoff, amps, conversions)) {
      return lines
    }
    return [...lines, ...this.#cutOff(nowUs)]
  }

  /** An output was opened by the device itself. */
  #cutOff(nowUs: number): DeviceLine[] {
    const { states } = this.#outputs
    this.#feed.switched?.(states, nowUs)
    return [this.#lines.outputs(states), this.#lines.note('output cut off')]
  }

  #command(
    { cmd, seq, members }: Extract<HostLine, { kind: 'command' }>,
    nowUs: number,
  ): DeviceLine[] {
    // These two harm nothing, so a repeat gets a fresh answer.
    if (cmd === 'hello') return [...this.hello(), this.#accept(seq)]
    if (this.#trigger.holdsOff(cmd)) return [this.#refuse(seq, 'busy')]
    if (cmd === 'read') return this.#read(seq, nowUs)
    if (cmd === 'get_burst') return this.#burstAgain(seq, nowUs)
    const before = this.#answers.get(seq)
    if (before !== undefined) {
      this.counts.repeated++
      return [before]
    }
    const outputsBefore = this.#outputs.states
    const wasArmed = this.#trigger.isArmed
    const error = this.#carryOut(cmd, members, nowUs)
    const answer = error === null ? this.#accept(seq) : this.#refuse(seq, error)
    this.#answers.set(seq, answer)
    if (this.#answers.size > ANSWERS_KEPT) {
      this.#answers.delete(this.#answers.keys().next().value as number)
    }
    if (cmd === 'set_trigger' && error === null)
      return [answer, ...this.#triggerSet(wasArmed, nowUs)]
    const { states } = this.#outputs
    if (states === outputsBefore) return [answer]
    this.#feed.switched?.(states, nowUs)
    return [this.#lines.outputs(states), answer]
  }

  /** @returns why not, or null */
  #carryOut(cmd: string, members: Members, nowUs: number): 'range' | 'unknown' | 'sensor' | null {
    if (cmd === 'set_time') return this.#setTime(members, nowUs)
    if (cmd === 'set_output') return this.#setOutput(members, nowUs)
    if (cmd === 'set_zero') return this.#setZero(members, nowUs)
    if (cmd === 'set_trigger') return this.#setTrigger(members, nowUs)
    if (cmd === 'save') {
      this.#saved = this.#settings
      return null
    }
    if (cmd === 'defaults') {
      const { baud, calibration } = this.#settings
      this.#apply({ ...this.#factory, baud, calibration }, nowUs)
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
    const scale = { volts: settings.rangeV, amps: shuntAmps(settings), ampsMax: ampsMax(settings) }
    const isCut = scale.volts < 32 || scale.ampsMax < this.#feed.ampsMax
    this.#scale = isCut ? scale : null
    if (settings.threshold !== before.threshold) this.#watch.reset()
    if (settings.cutoff !== before.cutoff) this.#outputs.rearm()
    if (this.#intervalUs === intervalBeforeUs && settings.mode === before.mode) return
    this.#clock.restart(nowUs, this.#intervalUs, settings.intervalMs === before.intervalMs)
  }

  /** The states, or what a reset makes of them, or both. */
  #setOutput(members: Members, nowUs: number): 'range' | null {
    const { value, keep = this.#settings.keep } = members
    if (typeof keep !== 'boolean') return 'range'
    const isOnlyKeep = value === undefined && members['keep'] !== undefined
    if (!isOnlyKeep && !this.#outputs.set(members)) return 'range'
    this.#apply({ ...this.#settings, keep }, nowUs)
    return null
  }

  #setZero(members: Members, nowUs: number): 'range' | null {
    const settings = this.#settings
    const offset = this.#calibration.zeroOf(members, 0.32 / settings.shuntOhm)
    if (offset === null) return 'range'
    this.#apply({ ...settings, calibration: { ...settings.calibration, offset } }, nowUs)
    return null
  }

  #setTrigger({ value }: Members, nowUs: number): 'range' | 'sensor' | null {
    if (value === 'off') {
      if (this.#trigger.disarm()) this.#sampleAgain(nowUs)
      return null
    }
    if (this.finished) return 'sensor'
    const { shuntOhm: ohm, calibration, threshold } = this.#settings
    // As the firmware: its threshold looks at whole conversions.
    if (threshold !== null) return 'range'
    return this.#trigger.arm(value, { ohm, calibration, scale: this.#scale }, nowUs)
  }

  /** What follows on the answer to `set_trigger`. */
  #triggerSet(wasArmed: boolean, nowUs: number): DeviceLine[] {
    if (this.#trigger.isArmed) {
      // The burst is kept where they were.
      this.#ring.clear()
      return [this.#lines.trigger('armed', this.#seconds(nowUs))]
    }
    return wasArmed ? [this.#lines.trigger('off', this.#seconds(nowUs))] : []
  }

  #setTime(members: Members, nowUs: number): 'range' | null {
    const wantedUs = unixTimeUs(members)
    if (wantedUs === null) return 'range'
    this.#clock.set(wantedUs, nowUs)
    return null
  }

  #burstAgain(seq: number, nowUs: number): DeviceLine[] {
    const burst = this.#trigger.again(nowUs)
    if (burst === null) return [this.#refuse(seq, 'range')]
    return [this.#accept(seq), ...this.#lines.burst(burst)]
  }

  #read(seq: number, nowUs: number): DeviceLine[] {
    if (this.finished) return [this.#refuse(seq, 'sensor')]
    return [...this.#sample(nowUs), this.#accept(seq)]
  }

  /** A range asked for again: what is there once more, each run of the rest as one `gone` (PROTOCOL.md 7). */
  #sendAgain(first: number, last: number): DeviceLine[] {
    const count = ((last - first) >>> 0) + 1
    this.counts.nacks++
    return this.#ring.pieces(first, count).map((piece) => {
      if (piece.kind === 'held') {
        this.counts.resends++
        return this.#lines.resend(piece.body, piece.seq)
      }
      this.counts.gone += piece.count
      return this.#lines.gone(piece.first, advance(piece.first, piece.count - 1))
    })
  }

  #accept(seq: number): DeviceLine {
    this.counts.commands++
    return this.#lines.ack(seq)
  }

  #refuse(seq: number | null, error: string): DeviceLine {
    this.counts.refused++
    return this.#lines.nack(seq, error)
  }
}
