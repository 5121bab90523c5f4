import { nearestMicro } from '../util/micro.ts'
import {
  addProductTo,
  addTo,
  type DoubleDouble,
  divide,
  multiply,
  productError,
  subtract,
} from './double-double.ts'
import type { ChannelFigures } from './figures.ts'

/** Where each number stands; sums take two places. */
const BASE_US = 0
const COUNT = 1
const MIN = 2
const MAX = 3
/** Sum of the values, in millionths of their unit, as are those below. */
const X = 4
const XX = 6
/** Sum of the times, in µs from `BASE_US` on. */
const T = 8
const TT = 10
const TX = 12
/** Millionths of the unit times µs. */
const INTEGRAL = 14
const COVERED_US = 16
const SIZE = 17

/**
 * Everything but percentiles that is known of the values of one channel, in constant
 * memory. Sums are of double precision twice over, so that the figures equal an exact
 * computation to the last digit that is shown.
 */
export class Moments {
  /** Numbers that one takes up in an array of many. */
  static readonly SIZE = SIZE

  readonly #sums = new Float64Array(SIZE)

  constructor() {
    this.clear()
  }

  /** As new. */
  clear(): void {
    this.#sums.fill(0)
    this.#sums[BASE_US] = Number.NaN
    this.#sums[MIN] = Number.POSITIVE_INFINITY
    this.#sums[MAX] = Number.NEGATIVE_INFINITY
  }

  /** @param timeUs Unix µs, in any order @param value in the unit of the channel */
  add(timeUs: number, value: number): void {
    const sums = this.#sums
    const micro = nearestMicro(value)
    if (Number.isNaN(sums[BASE_US] as number)) sums[BASE_US] = timeUs
    const sinceUs = timeUs - (sums[BASE_US] as number)
    sums[COUNT] = (sums[COUNT] as number) + 1
    if (value < (sums[MIN] as number)) sums[MIN] = value
    if (value > (sums[MAX] as number)) sums[MAX] = value
    const rest = restOf(value, micro)
    addTo(sums, X, micro)
    addProductTo(sums, XX, micro, micro)
    addTo(sums, T, sinceUs)
    addProductTo(sums, TT, sinceUs, sinceUs)
    addProductTo(sums, TX, sinceUs, micro)
    if (rest === 0) return
    addTo(sums, X, rest)
    addProductTo(sums, XX, 2 * micro, rest)
    addProductTo(sums, XX, rest, rest)
    addProductTo(sums, TX, sinceUs, rest)
  }

  /** What lay between a value that was added and the one before, which both are means. */
  reach(min: number, max: number): void {
    const sums = this.#sums
    if (min < (sums[MIN] as number)) sums[MIN] = min
    if (max > (sums[MAX] as number)) sums[MAX] = max
  }

  /** The time between two neighbouring values, for the mean over time. @param spanUs µs */
  addPair(spanUs: number, value0: number, value1: number): void {
    const sums = this.#sums
    sums[COVERED_US] = (sums[COVERED_US] as number) + spanUs
    for (const value of [value0, value1]) {
      const micro = nearestMicro(value)
      addProductTo(sums, INTEGRAL, micro / 2, spanUs)
      const rest = restOf(value, micro)
      if (rest !== 0) addProductTo(sums, INTEGRAL, rest / 2, spanUs)
    }
  }

  /** Takes in other values of the same channel. */
  merge(part: Moments): void {
    const other = part.#sums
    const sums = this.#sums
    const added = other[COUNT] as number
    sums[COVERED_US] = (sums[COVERED_US] as number) + (other[COVERED_US] as number)
    addBoth(sums, INTEGRAL, other, INTEGRAL)
    if (added === 0) return
    if (Number.isNaN(sums[BASE_US] as number)) sums[BASE_US] = other[BASE_US] as number
    const shiftUs = (other[BASE_US] as number) - (sums[BASE_US] as number)
    sums[COUNT] = (sums[COUNT] as number) + added
    sums[MIN] = Math.min(sums[MIN] as number, other[MIN] as number)
    sums[MAX] = Math.max(sums[MAX] as number, other[MAX] as number)
    addBoth(sums, X, other, X)
    addBoth(sums, XX, other, XX)
    addBoth(sums, T, other, T)
    addBoth(sums, TT, other, TT)
    addBoth(sums, TX, other, TX)
    if (shiftUs === 0) return
    addTimes(sums, TX, other, X, shiftUs)
    addTimes(sums, TT, other, T, 2 * shiftUs)
    // Below 2^53 for spans of 94 s; longer ones lose nothing, since each factor is exact.
    const perValue = shiftUs * added
    addProductTo(sums, T, shiftUs, added)
    addProductTo(sums, TT, perValue, shiftUs)
  }

  /** Adds count, min, sum and max to figures: less work than `merge`. */
  foldInto(figures: ChannelFigures): void {
    const sums = this.#sums
    const micro = (sums[X] as number) + (sums[X + 1] as number)
    figures.merge(this.count, sums[MIN] as number, micro, sums[MAX] as number)
  }

  /** Into an array of many, at a multiple of `SIZE`. */
  store(to: Float64Array, at: number): void {
    to.set(this.#sums, at)
  }

  /** What `store` has put there. */
  load(from: Float64Array, at: number): void {
    for (let i = 0; i < SIZE; i++) this.#sums[i] = from[at + i] as number
  }

  get count(): number {
    return this.#sums[COUNT] as number
  }

  /** Time over which the mean over time is known, µs. */
  get coveredUs(): number {
    return this.#sums[COVERED_US] as number
  }

  /** In the unit of the channel; null before the first value, as are `max`, `mean` and `p2p`. */
  get min(): number | null {
    return this.count === 0 ? null : (this.#sums[MIN] as number)
  }

  get max(): number | null {
    return this.count === 0 ? null : (this.#sums[MAX] as number)
  }

  /** Arithmetic mean. */
  get mean(): number | null {
    return this.count === 0 ? null : finite(divide(this.#at(X), [this.count * 1e6, 0]))
  }

  /** By the trapezoid rule over the covered time; null where there is none. */
  get meanTime(): number | null {
    const { coveredUs } = this
    return coveredUs === 0 ? null : finite(divide(this.#at(INTEGRAL), times(coveredUs, 1e6)))
  }

  /** Sample standard deviation (n - 1); null below 2 values. */
  get stddev(): number | null {
    const { count } = this
    if (count < 2) return null
    const variance = divide(this.#spreadOf(X, XX), times(count, count - 1))
    return finite(Math.sqrt(Math.max(0, variance)) / 1e6)
  }

  /** Largest minus smallest value. */
  get p2p(): number | null {
    const [min, max] = [this.#sums[MIN] as number, this.#sums[MAX] as number]
    return this.count === 0 ? null : finite((nearestMicro(max) - nearestMicro(min)) / 1e6)
  }

  /** Largest absolute value over the root of the mean square; null where that is 0. */
  get crest(): number | null {
    const { count } = this
    if (count === 0) return null
    const rms = Math.sqrt(divide(this.#at(XX), [count, 0]))
    const [min, max] = [this.#sums[MIN] as number, this.#sums[MAX] as number]
    const peak = Math.max(Math.abs(nearestMicro(min)), Math.abs(nearestMicro(max)))
    return rms === 0 ? null : finite(peak / rms)
  }

  /** Least-squares slope against time, unit per second; null below 2 different times. */
  get slope(): number | null {
    const spread = this.#spreadOf(T, TT)
    if (this.count < 2 || !(spread[0] > 0)) return null
    const { count } = this
    const common = subtract(multiply(this.#at(TX), [count, 0]), multiply(this.#at(T), this.#at(X)))
    // Millionths per µs are units per second.
    return finite(divide(common, spread))
  }

  /** n times the sum of the squares minus the square of the sum. */
  #spreadOf(sum: number, squares: number): DoubleDouble {
    return subtract(
      multiply(this.#at(squares), [this.count, 0]),
      multiply(this.#at(sum), this.#at(sum)),
    )
  }

  #at(place: number): DoubleDouble {
    return [this.#sums[place] as number, this.#sums[place + 1] as number]
  }
}

/** What the value in millionths has beyond `micro`; nothing where it has at most six decimals. */
function restOf(value: number, micro: number): number {
  return micro / 1e6 === value && Number.isInteger(micro) ? 0 : productError(micro, value, 1e6)
}

function addBoth(sums: Float64Array, at: number, other: Float64Array, from: number): void {
  addTo(sums, at, other[from] as number)
  addTo(sums, at, other[from + 1] as number)
}

function addTimes(
  sums: Float64Array,
  at: number,
  other: Float64Array,
  from: number,
  factor: number,
): void {
  addProductTo(sums, at, other[from] as number, factor)
  addProductTo(sums, at, other[from + 1] as number, factor)
}

function times(one: number, other: number): DoubleDouble {
  return multiply([one, 0], [other, 0])
}

/** Values beyond all measure have no figures. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
