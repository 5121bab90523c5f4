import { ExcursionMemory } from './excursion-memory.ts'
import { RobustWindow } from './robust-window.ts'

/** A value that stood out for a short while; in the unit of its channel. */
export interface Anomaly {
  /** Where it was farthest off, Unix µs. */
  readonly timeUs: number
  /** First and last sample that stood out, Unix µs. */
  readonly fromUs: number
  readonly toUs: number
  /** The farthest value. */
  readonly value: number
  /** Median of the values before. */
  readonly usual: number
  /** Robust z-score of `value`: distance from the median in standard deviations as the MAD estimates them. */
  readonly score: number
}

/** Values from which on a window says what is usual. */
const LEAST_VALUES = 32
/** Least robust z-score of a value that stands out ... */
const LEAST_SCORE = 8
/** ... and of one that still does: what has not come back this far is drifting. */
const RETURN_SCORE = 4
/** Interquartile ranges beyond the quartiles: Tukey's outer fences. */
const FENCE_RANGES = 3
/** MAD and interquartile range of a normal distribution, in standard deviations. */
const MAD_SIGMAS = 1 / 1.4826
const IQR_SIGMAS = 1.349
/** What stands out is farther off than this part of what is usual, however quiet the channel is. */
const LEAST_PART = 0.01
/** What lasts longer is a new level. At slow rates, a few samples always fit. */
const LONGEST_US = 10_000_000
const LONGEST_SAMPLES = 3
/** From so many samples on, values that hold still are a step of the load. */
const STEP_SAMPLES = 5
/** They hold still where their middle half lies within this part of the step. */
const STEP_SPREAD = 0.15
/** Values kept of what stands out, to judge its shape. */
const SHAPE_VALUES = 64
/** While a channel is new, what stands out is held back: much of it is how the load works. */
const LEARNING_US = 120_000_000

/** What stands out just now. */
interface Excursion {
  readonly fromUs: number
  readonly usual: number
  readonly scale: number
  readonly sign: 1 | -1
  toUs: number
  samples: number
  peak: number
  peakUs: number
  /** Every so many samples, one is in `shape`. */
  stride: number
  shape: number[]
}

/**
 * Finds values of one channel that stand out, in the order of their times; bounded work
 * and memory a sample.
 *
 * A value stands out where its robust z-score (median and MAD of a `RobustWindow`) is 8 or
 * more and it lies beyond Tukey's outer fences. That is an anomaly where the values
 * return before they have become a level: after at most 10 s (or 3 samples), and without
 * having held still for 5 samples, which is a step of the load. What has stood out in
 * the same way twice before, within an hour, is how this load works.
 */
export class AnomalyDetector {
  readonly #finest: number
  readonly #window = new RobustWindow()
  readonly #memory = new ExcursionMemory()
  #excursion: Excursion | null = null
  /** Held back while the channel is new; null: it is no longer. */
  #held: Anomaly[] | null = []
  #startUs = Number.NaN
  /** Between these, nothing stands out; from the window as it was when it changed last. */
  #low = Number.NEGATIVE_INFINITY
  #high = Number.POSITIVE_INFINITY

  /** @param finest distance from the usual value that is never an anomaly, in the unit of the channel */
  constructor(finest: number) {
    this.#finest = finest
  }

  /**
   * Takes the next value.
   *
   * @param timeUs Unix µs, not before that of the value before
   * @param follows false: samples are missing before it, so that nobody knows how an excursion ended
   * @returns what has turned out to be anomalies now; several where they were held back
   */
  push(timeUs: number, value: number, follows: boolean): readonly Anomaly[] {
    if (!follows) this.#excursion = null
    if (Number.isNaN(this.#startUs)) this.#startUs = timeUs
    const found = this.#judge(timeUs, value)
    if (this.#window.add(timeUs, value)) this.#fence()
    if (this.#held !== null && timeUs - this.#startUs >= LEARNING_US) {
      return [...this.end(), ...(found === null ? [] : [found])]
    }
    if (found === null) return NONE
    if (this.#held === null) return [found]
    this.#held.push(found)
    return NONE
  }

  /** The end of the input: what was held back, and is not how the load works. */
  end(): readonly Anomaly[] {
    const held = this.#held ?? NONE
    this.#held = null
    return held.filter((each) => !this.#memory.isUsual(each.value - each.usual, 1))
  }

  /** @returns an anomaly that has ended with the value before */
  #judge(timeUs: number, value: number): Anomaly | null {
    const before = this.#excursion
    if (before === null) {
      if (value < this.#low || value > this.#high) this.#open(timeUs, value)
      return null
    }
    const off = (value - before.usual) * before.sign
    if (off >= RETURN_SCORE * before.scale) {
      extend(before, timeUs, value)
      if (timeUs - before.fromUs > LONGEST_US && before.samples > LONGEST_SAMPLES) {
        this.#settle(before)
      }
      return null
    }
    this.#excursion = null
    // Straight to the other side: another one.
    if (value < this.#low || value > this.#high) this.#open(timeUs, value)
    return this.#close(before)
  }

  #open(timeUs: number, value: number): void {
    if (this.#window.count < LEAST_VALUES) return
    const usual = this.#window.quantile(0.5)
    const scale = this.#scale(usual)
    const sign = value < usual ? -1 : 1
    if ((value - usual) * sign < LEAST_SCORE * scale) return
    this.#excursion = {
      fromUs: timeUs,
      toUs: timeUs,
      usual,
      scale,
      sign,
      samples: 1,
      peak: value,
      peakUs: timeUs,
      stride: 1,
      shape: [value],
    }
  }

  #close(excursion: Excursion): Anomaly | null {
    const { fromUs, toUs, usual, scale, peak, peakUs } = excursion
    const off = peak - usual
    const isUsual = this.#held === null && this.#memory.isUsual(off, 0)
    // A step as well: the same load, met in another phase, may not look like one.
    this.#memory.add(peakUs, off)
    if (isUsual || isStep(excursion)) return null
    return { timeUs: peakUs, fromUs, toUs, value: peak, usual, score: Math.abs(off) / scale }
  }

  /** What stood out has become the level. */
  #settle({ usual, peak, peakUs }: Excursion): void {
    this.#memory.add(peakUs, peak - usual)
    this.#excursion = null
    this.#window.clear()
    this.#fence()
  }

  /** One standard deviation, as estimated from quartiles and MAD, and no less than what could matter. */
  #scale(usual: number): number {
    const range = this.#window.quantile(0.75) - this.#window.quantile(0.25)
    const least = Math.max(this.#finest, LEAST_PART * Math.abs(usual)) / LEAST_SCORE
    const deviation = this.#window.deviationFrom(usual) / MAD_SIGMAS
    return Math.max(deviation, range / IQR_SIGMAS, least)
  }

  #fence(): void {
    if (this.#window.count < LEAST_VALUES) {
      this.#low = Number.NEGATIVE_INFINITY
      this.#high = Number.POSITIVE_INFINITY
      return
    }
    const [first, third] = [this.#window.quantile(0.25), this.#window.quantile(0.75)]
    const reach = Math.max(FENCE_RANGES * (third - first), this.#finest)
    this.#low = first - reach
    this.#high = third + reach
  }
}

const NONE: readonly Anomaly[] = []

function extend(excursion: Excursion, timeUs: number, value: number): void {
  excursion.toUs = timeUs
  if ((value - excursion.peak) * excursion.sign > 0) {
    excursion.peak = value
    excursion.peakUs = timeUs
  }
  if (excursion.samples++ % excursion.stride !== 0) return
  excursion.shape.push(value)
  if (excursion.shape.length < SHAPE_VALUES) return
  excursion.shape = excursion.shape.filter((_, i) => i % 2 === 0)
  excursion.stride *= 2
}

/** The values held still: a load was switched, and switched back. */
function isStep({ samples, shape, usual }: Excursion): boolean {
  if (samples < STEP_SAMPLES) return false
  const sorted = shape.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))] as number
  return at(0.75) - at(0.25) <= STEP_SPREAD * Math.abs(at(0.5) - usual)
}
