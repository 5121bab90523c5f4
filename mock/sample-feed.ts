import type { Extras } from '../src/domain/channels.ts'
import type { Outputs } from '../src/domain/outputs.ts'
import { INVALID_STATUS } from '../src/domain/sample.ts'
import { asciiJson, type SampleText } from '../src/protocol/codec.ts'
import type { Conversion } from './conversions.ts'
import { Noise } from './random.ts'
import { findScenario } from './scenarios/index.ts'
import type { Reading, Scenario } from './scenarios/scenario.ts'

/** End of the sensor's scale as set by command; null where nothing is cut off. */
export interface FullScale {
  /** V */
  readonly volts: number
  /** A, what the shunt range lets through. */
  readonly amps: number
  /** A, above which the sensor's own arithmetic overflows. */
  readonly ampsMax: number
}

/** Where the mock's samples come from: a scenario or a recording. */
export interface SampleFeed {
  /** What the device calls itself: `mock:normal`. */
  readonly name: string
  /** How many samples there are; Infinity for a scenario. */
  readonly length: number
  /** Largest current in A, for `hello`. */
  readonly ampsMax: number
  /** Time of sample n after the first in µs where the feed has its own spacing, else null. */
  offsetUs(n: number): number | null
  /** Unix time of sample n in µs where the feed has one, else null. */
  unixUs(n: number): number | null
  /** @param elapsedUs device time since its start */
  read(n: number, elapsedUs: number, scale: FullScale | null): SampleText
  /** The device's outputs are switched. Absent: nothing that the feed knows hangs on them. */
  switched?(outputs: Outputs, elapsedUs: number): void
  /**
   * One conversion at a device time, between samples as well; null: the sensor can't measure then.
   * Absent: nothing is known there.
   */
  at?(elapsedUs: number, scale: FullScale | null): Conversion | null
}

/** LSB of the bus voltage register in mV (SBOS448, register 02). */
const VOLTAGE_LSB_MV = 4
/** What the pins stand, in mV; only wild values lie above. */
const VOLTAGE_END_MV = 40_000
/** Steps of 0.1 mA: the usual current LSB. */
const AMPS_STEPS = 10_000
const AMPS_END = 4 * AMPS_STEPS

/** Texts of one page. */
const PAGE = 256

/**
 * Numbers by step, each printed once: that costs more than all the rest of a sample. In pages, so
 * that a mock that uses a small part of the range does not take the memory of all of it.
 */
class StepTexts {
  readonly #stepsPerUnit: number
  readonly #pages: (string[] | undefined)[]

  /** @param most steps at most, of either sign */
  constructor(most: number, stepsPerUnit: number) {
    this.#stepsPerUnit = stepsPerUnit
    this.#pages = new Array(2 * Math.ceil((most + 1) / PAGE))
  }

  of(steps: number): string {
    const number = Math.floor(steps / PAGE)
    const at = number + this.#pages.length / 2
    this.#pages[at] ??= new Array(PAGE)
    const page = this.#pages[at]
    const place = steps - number * PAGE
    page[place] ??= String(steps / this.#stepsPerUnit)
    return page[place]
  }
}

const voltTexts = new StepTexts(VOLTAGE_END_MV, 1000)
const ampTexts = new StepTexts(AMPS_END, AMPS_STEPS)
const QUOTED = new Map<string, string>()

function quoted(text: string): string {
  let made = QUOTED.get(text)
  if (made === undefined) {
    made = asciiJson(text)
    QUOTED.set(text, made)
  }
  return made
}

/** A scenario seen through the sensor: 4 mV and 0.1 mA steps, power as their exact product. */
export class ScenarioFeed implements SampleFeed {
  readonly name: string
  readonly length = Number.POSITIVE_INFINITY
  readonly ampsMax = 3.2
  readonly #scenario: Scenario
  readonly #noise: Noise
  readonly #reading: Reading = { volts: 0, amps: 0, status: 'ok', mode: 'NORMAL', extras: null }

  constructor(name: string, seed: number) {
    this.#scenario = findScenario(name)
    this.name = `mock:${name}`
    this.#noise = new Noise(seed)
  }

  offsetUs(): null {
    return null
  }

  unixUs(): null {
    return null
  }

  read(n: number, elapsedUs: number, scale: FullScale | null): SampleText {
    const { mv, steps, reading } = this.#convert(n, elapsedUs, scale)
    return {
      v: voltTexts.of(mv),
      a: ampTexts.of(steps),
      // mV times 0.1 mA is 0.1 µW.
      w: microText(Math.round((mv * steps) / 10)),
      extras: reading.extras === null ? null : extraTexts(reading.extras),
      status: quoted(reading.status),
      mode: quoted(reading.mode),
    }
  }

  at(elapsedUs: number, scale: FullScale | null): Conversion | null {
    const { mv, steps, reading } = this.#convert(noiseIndex(elapsedUs), elapsedUs, scale)
    return INVALID_STATUS.has(reading.status) ? null : { milliVolts: mv, ampSteps: steps }
  }

  /** In steps of the sensor. @param n what the noise depends on */
  #convert(n: number, elapsedUs: number, scale: FullScale | null): Converted {
    const reading = this.#reading
    reading.volts = 0
    reading.amps = 0
    reading.status = 'ok'
    reading.mode = 'NORMAL'
    reading.extras = null
    this.#scenario.at(elapsedUs / 1e6, n, this.#noise, reading)
    if (scale !== null) cutOff(reading, scale)
    const mv = clamp(
      Math.round((reading.volts * 1000) / VOLTAGE_LSB_MV) * VOLTAGE_LSB_MV,
      0,
      VOLTAGE_END_MV,
    )
    const steps = clamp(Math.round(reading.amps * AMPS_STEPS), -AMPS_END, AMPS_END)
    return { mv, steps, reading }
  }
}

interface Converted {
  readonly mv: number
  /** 0.1 mA */
  readonly steps: number
  /** Good until the next one. */
  readonly reading: Reading
}

function noiseIndex(elapsedUs: number): number {
  return Math.floor(elapsedUs / 500) | 0
}

function extraTexts(extras: Extras): Record<string, string> {
  return Object.fromEntries(Object.entries(extras).map(([id, value]) => [id, String(value)]))
}

/** PROTOCOL.md 5.1: a register at its end is `clip`, which goes before `ovf`. */
function cutOff(reading: Reading, scale: FullScale): void {
  const isClipped = reading.volts > scale.volts || Math.abs(reading.amps) > scale.amps
  const isOverflown = Math.abs(reading.amps) > scale.ampsMax
  reading.volts = Math.min(reading.volts, scale.volts)
  reading.amps = clamp(reading.amps, -scale.amps, scale.amps)
  if (reading.status !== 'ok') return
  if (isClipped) reading.status = 'clip'
  else if (isOverflown) reading.status = 'ovf'
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max)
}

const THREE_DIGITS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'))
/** The same without zeros at the end. */
const SHORT_DIGITS = THREE_DIGITS.map((text) => text.replace(/0+$/, ''))

/**
 * A whole number of millionths as decimal text without zeros at its end:
 * 1230000 is `1.23`. Twice as quick as dividing and printing a double.
 */
export function microText(micros: number): string {
  if (micros < 0) return `-${microText(-micros)}`
  const whole = Math.floor(micros / 1e6)
  const rest = micros - whole * 1e6
  if (rest === 0) return String(whole)
  const milli = Math.floor(rest / 1000)
  const micro = rest - milli * 1000
  return micro === 0
    ? `${whole}.${SHORT_DIGITS[milli]}`
    : `${whole}.${THREE_DIGITS[milli]}${SHORT_DIGITS[micro]}`
}
