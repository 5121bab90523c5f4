/** Relative error of a percentile once values are counted in bins. */
export const BIN_ERROR = 0.001

/** Ratio of the ends of a bin: any value in it is within `BIN_ERROR` of `valueOfBin`. */
const RATIO = (1 + BIN_ERROR) / (1 - BIN_ERROR)
const LOG_RATIO = Math.log(RATIO)
/** Above the number of the bin of any double, so that numbers of bins rise with their values. */
const OFFSET = 400_000

/** Different values counted apart in a whole span. */
const MOST_DIFFERENT = 65_536

/** What has been counted, packed: values and counts in turn; in an Int32Array numbers of bins and counts. */
export type PackedCounts = Float64Array | Int32Array

/**
 * How often each value occurred, for percentiles. A sensor's values are steps of its
 * converter, so that different ones are few, and a percentile is a value that was
 * measured. Past a limit of different ones, values are counted in logarithmic bins, and a
 * percentile is within 0.1 % of the measured value (as in DDSketch: C. Masson, J. E. Rim, H. K. Lee, 2019).
 */
export class ValueDigest {
  readonly #limit: number
  /** By value, or by the number of the bin. */
  #counts = new Map<number, number>()
  #isExact = true
  #count = 0
  /** In order; null: to be made. */
  #ranked: Ranking | null = null

  /** @param limit different values counted apart */
  constructor(limit = MOST_DIFFERENT) {
    this.#limit = limit
  }

  get count(): number {
    return this.#count
  }

  /** False: values are counted in bins, see `BIN_ERROR`. */
  get isExact(): boolean {
    return this.#isExact
  }

  add(value: number, times = 1): void {
    this.#ranked = null
    this.#count += times
    this.#put(this.#isExact ? value : binOf(value), times)
    if (this.#isExact && this.#counts.size > this.#limit) this.collapse()
  }

  clear(): void {
    this.#counts.clear()
    this.#isExact = true
    this.#count = 0
    this.#ranked = null
  }

  /** Small, for a part that is closed; `absorb` takes it in again. */
  pack(): PackedCounts {
    const packed = this.#isExact
      ? new Float64Array(2 * this.#counts.size)
      : new Int32Array(2 * this.#counts.size)
    let at = 0
    for (const [key, count] of this.#counts) {
      packed[at++] = key
      packed[at++] = count
    }
    return packed
  }

  absorb(packed: PackedCounts): void {
    this.#ranked = null
    const isExact = packed instanceof Float64Array
    if (!isExact) this.collapse()
    for (let i = 0; i < packed.length; i += 2) {
      const [key, count] = [packed[i] as number, packed[i + 1] as number]
      if (isExact) this.add(key, count)
      else {
        this.#count += count
        this.#put(key, count)
      }
    }
  }

  /**
   * By nearest rank: the smallest value with at least so many of all at or below it.
   *
   * @param percent above 0, to 100
   * @returns null: there are no values
   */
  percentile(percent: number): number | null {
    if (this.#count === 0) return null
    const { keys, upTo } = this.#ranking
    const key = keys[firstAtLeast(upTo, rankOf(percent, this.#count))] as number
    return this.#isExact ? key : valueOfBin(key)
  }

  /** The percentile of the values of both; afterwards these, never the other's, may be counted in bins. */
  percentileWith(other: ValueDigest, percent: number): number | null {
    const count = this.#count + other.#count
    if (count === 0) return null
    if (!other.#isExact) this.collapse()
    else if (!this.#isExact) return this.percentileWith(other.#inBins(), percent)
    const rank = rankOf(percent, count)
    const [one, two] = [this.#ranking, other.#ranking]
    const key = Math.min(leastWithRank(one, two, rank), leastWithRank(two, one, rank))
    return this.#isExact ? key : valueOfBin(key)
  }

  /** Counts in bins from now on. */
  collapse(): void {
    if (!this.#isExact) return
    const exact = this.#counts
    this.#counts = new Map()
    this.#isExact = false
    this.#ranked = null
    for (const [value, count] of exact) this.#put(binOf(value), count)
  }

  /** All values (numbers of bins) in order, each with how many are at or below it. */
  get #ranking(): Ranking {
    if (this.#ranked !== null) return this.#ranked
    const keys = Float64Array.from(this.#counts.keys()).sort()
    const upTo = new Float64Array(keys.length)
    let sum = 0
    for (let i = 0; i < keys.length; i++) {
      sum += this.#counts.get(keys[i] as number) as number
      upTo[i] = sum
    }
    this.#ranked = { keys, upTo }
    return this.#ranked
  }

  #inBins(): ValueDigest {
    const copy = new ValueDigest()
    copy.absorb(this.pack())
    copy.collapse()
    return copy
  }

  #put(key: number, times: number): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + times)
  }
}

interface Ranking {
  readonly keys: Float64Array
  readonly upTo: Float64Array
}

/** How many of all are at or below a percentile, at least. */
function rankOf(percent: number, count: number): number {
  return Math.min(count, Math.max(1, Math.ceil((percent * count) / 100)))
}

/** The first place whose value is at least that; the values rise. */
function firstAtLeast(values: Float64Array, least: number): number {
  let [from, to] = [0, values.length - 1]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((values[middle] as number) >= least) to = middle
    else from = middle + 1
  }
  return from
}

/** The least value of `one` that has so many of both at or below it; infinite: none has. */
function leastWithRank(one: Ranking, two: Ranking, rank: number): number {
  let [from, to] = [0, one.keys.length]
  while (from < to) {
    const middle = (from + to) >> 1
    const key = one.keys[middle] as number
    if ((one.upTo[middle] as number) + countUpTo(two, key) >= rank) to = middle
    else from = middle + 1
  }
  return one.keys[from] ?? Number.POSITIVE_INFINITY
}

function countUpTo({ keys, upTo }: Ranking, key: number): number {
  let [from, to] = [0, keys.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((keys[middle] as number) > key) to = middle
    else from = middle + 1
  }
  return from === 0 ? 0 : (upTo[from - 1] as number)
}

function binOf(value: number): number {
  if (value === 0) return 0
  const number = Math.ceil(Math.log(Math.abs(value)) / LOG_RATIO) + OFFSET
  return value > 0 ? number : -number
}

/** As far from either end of the bin, in relation to them. */
function valueOfBin(bin: number): number {
  if (bin === 0) return 0
  return Math.sign(bin) * RATIO ** (Math.abs(bin) - OFFSET) * (1 - BIN_ERROR)
}
