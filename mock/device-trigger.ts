import { DEFAULT_PRE } from '../src/domain/burst.ts'
import { type Correction, corrected } from '../src/domain/calibration.ts'
import { SHUNT_LSB_V } from '../src/domain/limits.ts'
import { isRecord } from '../src/util/records.ts'
import type { BurstValues } from './device-lines.ts'
import type { FullScale, SampleFeed } from './sample-feed.ts'

/** Between two readings at 9 bit, the shunt alone: SBOS448G table 5, µs. */
export const READING_US = 84
/** Readings of a burst, as many as the firmware keeps. */
export const BURST_READINGS = 200
/** So long a burst is kept, from the last line of its newest repeat on. */
const KEPT_US = 2e6
/** Between two lines that say that it is armed. */
const SAID_EVERY_US = 1e6
/** Readings that are looked at in one go: 42 ms of them. */
const LOOKED_AT = 500
/** A at 0.1 mA, the step of the feed. */
const STEP_AMPS = 1e-4
/** A count of 9 bit: the bits below say nothing. */
const COUNTS_A_STEP = 8

/** What sets the sensor up or needs it. */
const NEEDS_SENSOR: ReadonlySet<string> = new Set([
  ...['read', 'defaults', 'set_interval', 'set_time', 'set_range', 'set_averaging', 'set_mode'],
  ...['set_threshold', 'set_shunt', 'set_detail', 'set_us', 'set_zero', 'set_gain'],
])

interface Wanted {
  /** A */
  readonly level: number
  readonly isFall: boolean
  /** Readings before the trigger. */
  readonly pre: number
}

/** What the device needs to know to read the shunt. */
export interface Shunt {
  readonly ohm: number
  readonly calibration: Correction
  readonly scale: FullScale | null
}

type Phase =
  | { readonly kind: 'off' }
  | {
      readonly kind: 'armed'
      readonly wanted: Wanted
      readonly shunt: Shunt
      /** Of the first reading. */
      readonly sinceUs: number
      /** Readings looked at. */
      looked: number
      /** The one before the next was on the other side of the level. */
      isBelow: boolean
      saidUs: number
    }
  | { readonly kind: 'found'; readonly burst: BurstValues; readonly doneUs: number }
  | { readonly kind: 'kept'; readonly burst: BurstValues; untilUs: number }

type Armed = Extract<Phase, { kind: 'armed' }>

/** What is due: the device says that it is armed, sends a burst, or samples again. */
export type TriggerStep =
  | { readonly kind: 'armed' | 'resumed' }
  | { readonly kind: 'burst'; readonly burst: BurstValues }

/** Trigger and burst (PROTOCOL.md 5.7, 6.1). Time is device time, µs. */
export class DeviceTrigger {
  readonly #feed: SampleFeed
  #phase: Phase = { kind: 'off' }
  #bursts = 0

  constructor(feed: SampleFeed) {
    this.#feed = feed
  }

  /** No samples are made. */
  get isActive(): boolean {
    return this.#phase.kind !== 'off'
  }

  /** A command is `busy` while the device is armed or keeps a burst, as the firmware has it. */
  holdsOff(cmd: string): boolean {
    return this.isActive && NEEDS_SENSOR.has(cmd)
  }

  get isArmed(): boolean {
    return this.#phase.kind === 'armed' || this.#phase.kind === 'found'
  }

  /** When `step` is to be called; null: nothing is due. */
  get dueUs(): number | null {
    const phase = this.#phase
    if (phase.kind === 'off') return null
    if (phase.kind === 'found') return phase.doneUs
    if (phase.kind === 'kept') return phase.untilUs
    const lookUs = phase.sinceUs + (phase.looked + LOOKED_AT) * READING_US
    return Math.min(lookUs, phase.saidUs + SAID_EVERY_US)
  }

  /** @returns why not; null: it is armed from now on */
  arm(value: unknown, shunt: Shunt, nowUs: number): 'range' | 'sensor' | null {
    const wanted = wantedOf(value, 0.32 / shunt.ohm)
    if (wanted === null) return 'range'
    // A recording says nothing of what lay between its samples.
    if (this.#feed.at === undefined) return 'sensor'
    const armed = { wanted, shunt, sinceUs: nowUs, looked: 0, isBelow: false, saidUs: nowUs }
    this.#phase = { kind: 'armed', ...armed }
    return null
  }

  /** @returns true: it was armed, and is no more */
  disarm(): boolean {
    const { isArmed } = this
    if (isArmed) this.#phase = { kind: 'off' }
    return isArmed
  }

  reset(): void {
    this.#phase = { kind: 'off' }
    this.#bursts = 0
  }

  /**
   * @param unixUs what the device's clock says at a device time
   * @param reading called with each one while it is armed, A
   */
  step(
    nowUs: number,
    unixUs: (elapsedUs: number) => number,
    reading: (amps: number) => void,
  ): TriggerStep | null {
    const phase = this.#phase
    if (phase.kind === 'found') {
      const { burst } = phase
      this.#phase = { kind: 'kept', burst, untilUs: nowUs + KEPT_US }
      return { kind: 'burst', burst }
    }
    if (phase.kind === 'kept') {
      this.#phase = { kind: 'off' }
      return { kind: 'resumed' }
    }
    if (phase.kind === 'off') return null
    const at = this.#search(phase, nowUs, reading)
    if (at !== null) {
      this.#found(phase, at, unixUs)
      for (let i = at + 1; i < at - phase.wanted.pre + BURST_READINGS; i++) {
        const amps = this.#amps(phase, i)
        if (amps !== null) reading(amps)
      }
      return null
    }
    if (nowUs < phase.saidUs + SAID_EVERY_US) return null
    phase.saidUs = nowUs
    return { kind: 'armed' }
  }

  /** The burst that is kept, once more; null: none is. */
  again(nowUs: number): BurstValues | null {
    if (this.#phase.kind !== 'kept') return null
    this.#phase.untilUs = nowUs + KEPT_US
    return this.#phase.burst
  }

  /** @returns number of the first reading at or past the level, of those made by now; null: none */
  #search(phase: Armed, nowUs: number, reading: (amps: number) => void): number | null {
    const { wanted, sinceUs } = phase
    const made = Math.floor((nowUs - sinceUs) / READING_US)
    for (; phase.looked < made; phase.looked++) {
      const amps = this.#amps(phase, phase.looked)
      if (amps === null) continue
      reading(amps)
      const isPast = wanted.isFall ? amps <= wanted.level : amps >= wanted.level
      if (isPast && phase.isBelow && phase.looked >= wanted.pre) return phase.looked
      phase.isBelow = !isPast
    }
    return null
  }

  /** Of a reading since it was armed; null: the sensor can't measure. */
  #amps({ shunt, sinceUs }: Armed, index: number): number | null {
    const count = this.#count(sinceUs + index * READING_US, shunt)
    return count === null ? null : (count * SHUNT_LSB_V) / sentOhm(shunt)
  }

  #found(
    { wanted, shunt, sinceUs }: Armed,
    at: number,
    unixUs: (elapsedUs: number) => number,
  ): void {
    const first = at - wanted.pre
    const c = Array.from({ length: BURST_READINGS }, (_, i) => {
      return this.#count(sinceUs + (first + i) * READING_US, shunt) ?? 0
    })
    const ts = Math.round(unixUs(sinceUs + at * READING_US)) / 1e6
    const members = { pre: wanted.pre, dt: READING_US, shunt: sentOhm(shunt), ts, c }
    const doneUs = sinceUs + (first + BURST_READINGS) * READING_US
    this.#phase = { kind: 'found', burst: { burst: ++this.#bursts, ...members }, doneUs }
  }

  /** Shunt voltage in counts, corrected by zero; null: the sensor can't measure. */
  #count(atUs: number, { ohm, calibration, scale }: Shunt): number | null {
    const read = this.#feed.at?.(atUs, scale) ?? null
    if (read === null) return null
    const amps = corrected(read.ampSteps * STEP_AMPS, { ...calibration, gain: 1 })
    return Math.round((amps * ohm) / SHUNT_LSB_V / COUNTS_A_STEP) * COUNTS_A_STEP
  }
}

/** The gain is in the shunt that is sent, as many digits as a `float` has. */
function sentOhm({ ohm, calibration }: Shunt): number {
  return Number((ohm / calibration.gain).toPrecision(7))
}

function wantedOf(value: unknown, fullScaleAmps: number): Wanted | null {
  if (!isRecord(value)) return null
  const { level, slope = 'rise', pre = DEFAULT_PRE } = value
  if (typeof level !== 'number' || !(Math.abs(level) <= fullScaleAmps)) return null
  if (slope !== 'rise' && slope !== 'fall') return null
  if (typeof pre !== 'number' || !Number.isInteger(pre) || pre < 0 || pre > 90) return null
  return { level, isFall: slope === 'fall', pre: Math.floor((BURST_READINGS * pre) / 100) }
}
