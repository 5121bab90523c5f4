import { nearestMicro } from '../util/micro.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { PICO_PER_MILLI_HOUR } from './figures.ts'
import { LevelSplit, positionOf, type Split } from './level-split.ts'

/** A load that repeats: what its newest cycles have in common. */
export interface Cycles {
  /** Mean of the regular cycles, s. */
  readonly periodS: number
  /** Median distance of the periods from their median, s. */
  readonly spreadS: number
  /** Part of the time at the higher level, by pairs of samples that begin there, 0 to 1. */
  readonly duty: number
  /** Mean charge of a regular cycle, mAh, signed. */
  readonly chargeMah: number
  /** Mean of the samples at either level, A. */
  readonly lowA: number
  readonly highA: number
  /** Whole cycles that all this is of. */
  readonly count: number
  /** How sure it is: the part of them whose period is within 20 % of the median, 0 to 1. */
  readonly regularity: number
}

/** Newest cycles kept on a screen. */
const CYCLES_KEPT = 32
/** A period is regular within this part of the median. */
const TOLERANCE = 0.2
/** So many cycles, and so much of them regular, before a load is said to repeat ... */
const LEAST_CYCLES = 6
const SURE = 0.85
/** ... and as long as this much is, it goes on. */
const STILL_SURE = 0.6
/** Levels that run into each other (a sine, noise) have to be regular for longer. */
const CLEAR_SEPARATION = 4
const LEAST_UNCLEAR = 16
const LEAST_UNCLEAR_SAMPLES = 12
/** Cycles of fewer samples than that may be the beat of a faster load with the sampling. */
const LEAST_SAMPLES = 4
/** The level is left at this part of the way to the other one. */
const HYSTERESIS = 2 / 3
/** A split of the levels stays in force until one of them is off by more than this part of their distance. */
const SPLIT_TOLERANCE = 0.05
/** Levels are looked for anew after so many samples. */
const SAMPLES_PER_SPLIT = 256
const FIRST_SPLIT = 32
/** Without a new cycle for so many periods, the load repeats no more. */
const MISSING_PERIODS = 3

/** One cycle, from one rise to the next. */
class Cycle {
  us = 0
  /** Time of the pairs of samples that begin at the higher level. */
  highUs = 0
  pC = 0
  samples = 0
  highSamples = 0
  /** µA */
  sum = 0
  highSum = 0

  /** A sample of the cycle. */
  count(micro: number, isHigh: boolean): void {
    this.samples++
    this.sum += micro
    if (!isHigh) return
    this.highSamples++
    this.highSum += micro
  }
}

/**
 * Finds by itself whether a load repeats (a radio that sleeps and sends), from its current alone: two
 * levels by a robust split, with hysteresis, and cycles from one rise to the next. A gap ends a cycle,
 * none is ever bridged. On average constant work a sample, memory bounded.
 *
 * Where a level is left decides when a cycle begins, so that figures are only ever of cycles that
 * were told apart by the same split.
 */
export class CycleFinder {
  /** null: it is given */
  readonly #split: LevelSplit | null
  readonly #kept: number
  /** In force. */
  #levels: Split | null
  #untilSplit = FIRST_SPLIT
  #cycles: Cycle[] = []
  /** By the split before, until there are enough by this one. */
  #earlier: readonly Cycle[] = []
  #isHigh: boolean | null = null
  /** The cycle under way; null: since the last gap the current has not risen. */
  #open: Cycle | null = null
  #timeUs = Number.NaN
  #micro = 0
  #endedUs = Number.NaN
  #wasFound = false

  /**
   * @param kept newest cycles that the figures are of
   * @param levels where they are known beforehand; absent: learned from the samples as they come
   */
  constructor(kept = CYCLES_KEPT, levels?: Split | null) {
    this.#kept = kept
    this.#split = levels === undefined ? new LevelSplit() : null
    this.#levels = levels ?? null
  }

  /**
   * @param timeUs of a measured sample, Unix µs, in order of its run
   * @param current A
   * @param follows directly on the one before, which was measured, too
   */
  add(timeUs: number, current: number, follows: boolean): void {
    const position = positionOf(current)
    const micro = nearestMicro(current)
    if (this.#split !== null) this.#learn(this.#split, position)
    if (!follows) {
      this.#open = null
      this.#isHigh = null
    }
    const before = this.#isHigh
    this.#isHigh = this.#levelOf(position)
    const isRise = before === false && this.#isHigh === true
    if (this.#open !== null) this.#pair(this.#open, timeUs, micro, before === true)
    if (isRise) this.#rise(timeUs)
    this.#open?.count(micro, this.#isHigh === true)
    this.#timeUs = timeUs
    this.#micro = micro
  }

  #learn(split: LevelSplit, position: number): void {
    split.add(position)
    if (--this.#untilSplit > 0) return
    this.#untilSplit = SAMPLES_PER_SPLIT
    const levels = split.split()
    if (levels !== null && this.#levels !== null && isClose(levels, this.#levels)) return
    this.#levels = levels
    if (this.#cycles.length >= LEAST_CYCLES) this.#earlier = this.#cycles
    this.#cycles = []
    this.#open = null
    this.#isHigh = null
  }

  /** null: no load that repeats is seen. @param nowUs newest sample; NaN: it may have been any time ago */
  read(nowUs: number): Cycles | null {
    const found = this.#find(nowUs)
    this.#wasFound = found !== null
    return found
  }

  #levelOf(position: number): boolean | null {
    if (this.#levels === null) return null
    const { low, high } = this.#levels
    const part = (position - low) / (high - low)
    if (this.#isHigh === true) return part > 1 - HYSTERESIS
    if (this.#isHigh === false) return part >= HYSTERESIS
    return part > 0.5
  }

  /** The pair of samples that ends now belongs to the cycle under way. */
  #pair(open: Cycle, timeUs: number, micro: number, wasHigh: boolean): void {
    const us = timeUs - this.#timeUs
    open.us += us
    open.pC += ((this.#micro + micro) / 2) * us
    if (wasHigh) open.highUs += us
  }

  #rise(timeUs: number): void {
    if (this.#open !== null) {
      this.#cycles.push(this.#open)
      this.#endedUs = timeUs
      if (this.#cycles.length >= 2 * this.#kept) this.#cycles = this.#cycles.slice(-this.#kept)
    }
    this.#open = new Cycle()
  }

  #find(nowUs: number): Cycles | null {
    const isEnough = this.#cycles.length >= LEAST_CYCLES
    const cycles = (isEnough ? this.#cycles : this.#earlier).slice(-this.#kept)
    if (cycles.length < LEAST_CYCLES || this.#levels === null) return null
    const medianUs = median(cycles.map(({ us }) => us))
    if (nowUs - this.#endedUs > MISSING_PERIODS * medianUs) {
      // Another load, perhaps; what comes is judged by itself.
      this.#cycles = []
      this.#earlier = []
      return null
    }
    const isClear = this.#levels.separation >= CLEAR_SEPARATION
    const leastSamples = isClear ? LEAST_SAMPLES : LEAST_UNCLEAR_SAMPLES
    if (median(cycles.map(({ samples }) => samples)) < leastSamples) return null
    const regular = cycles.filter(({ us }) => Math.abs(us - medianUs) <= TOLERANCE * medianUs)
    const regularity = regular.length / cycles.length
    if (regularity < (this.#wasFound ? STILL_SURE : SURE)) return null
    const least = Math.min(LEAST_UNCLEAR, this.#kept)
    if (!isClear && !this.#wasFound && cycles.length < least) return null
    return {
      ...summaryOf(regular),
      spreadS: spreadUs(cycles, medianUs) / US_PER_SECOND,
      count: cycles.length,
      regularity,
    }
  }
}

function isClose(one: Split, other: Split): boolean {
  const most = SPLIT_TOLERANCE * (other.high - other.low)
  return Math.abs(one.low - other.low) <= most && Math.abs(one.high - other.high) <= most
}

function summaryOf(cycles: readonly Cycle[]): Omit<Cycles, 'spreadS' | 'count' | 'regularity'> {
  const sum = (of: (cycle: Cycle) => number): number =>
    cycles.reduce((total, each) => total + of(each), 0)
  const us = sum((each) => each.us)
  const high = sum((each) => each.highSamples)
  const low = sum((each) => each.samples) - high
  const highSum = sum((each) => each.highSum)
  return {
    periodS: us / cycles.length / US_PER_SECOND,
    duty: sum((each) => each.highUs) / us,
    chargeMah: sum((each) => each.pC) / cycles.length / PICO_PER_MILLI_HOUR,
    lowA: (sum((each) => each.sum) - highSum) / low / 1e6,
    highA: highSum / high / 1e6,
  }
}

function spreadUs(cycles: readonly Cycle[], medianUs: number): number {
  return median(cycles.map(({ us }) => Math.abs(us - medianUs)))
}

/** Of one value or more. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}
