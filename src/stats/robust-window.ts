/** Values kept; enough for quartiles that hardly move from one to the next. */
const SIZE = 256
/** What the values span at most, so that quiet and busy times of a load are in it, µs. */
const SPAN_US = 60_000_000

/**
 * Quartiles and median absolute deviation of one channel's recent values: the newest
 * 256, taken every 60 s / 256 on average at most, so that they span a minute at any rate
 * from 4 Hz on; at uneven times, so that a load that repeats is not always met in the
 * same phase. Up to half of the values may lie anywhere without moving the median, and
 * a quarter without moving the quartiles.
 */
export class RobustWindow {
  /** Oldest first, from `#next` on. */
  readonly #ring = new Float64Array(SIZE)
  readonly #sorted = new Float64Array(SIZE)
  #count = 0
  #next = 0
  /** The next value is taken then, Unix µs. */
  #dueUs = Number.NEGATIVE_INFINITY
  /** Of a linear congruential generator (Numerical Recipes, 7.1), u32. */
  #random = 1

  get count(): number {
    return this.#count
  }

  /** @returns false: it comes too soon after the value taken last, and was left out */
  add(timeUs: number, value: number): boolean {
    if (timeUs < this.#dueUs) return false
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0
    this.#dueUs = timeUs + (SPAN_US / SIZE) * (0.5 + this.#random / 2 ** 32)
    if (this.#count === SIZE) this.#replace(this.#ring[this.#next] as number, value)
    else this.#insert(value)
    this.#ring[this.#next] = value
    this.#next = (this.#next + 1) % SIZE
    return true
  }

  clear(): void {
    this.#count = 0
    this.#next = 0
    this.#dueUs = Number.NEGATIVE_INFINITY
  }

  /** By nearest rank. @param part 0 to 1; there has to be a value */
  quantile(part: number): number {
    return this.#sorted[Math.max(0, Math.ceil(part * this.#count) - 1)] as number
  }

  /** Median of the distances from `center`: the two ends of the sorted values meet in the middle. */
  deviationFrom(center: number): number {
    let low = 0
    let high = this.#count - 1
    // The farthest values go, one at a time, until the one in the middle is left.
    for (let left = this.#count; left > Math.ceil(this.#count / 2); left--) {
      const below = center - (this.#sorted[low] as number)
      const above = (this.#sorted[high] as number) - center
      if (below > above) low++
      else high--
    }
    return Math.max(
      Math.abs(center - (this.#sorted[low] as number)),
      Math.abs((this.#sorted[high] as number) - center),
    )
  }

  #insert(value: number): void {
    const at = this.#placeOf(value)
    this.#sorted.copyWithin(at + 1, at, this.#count)
    this.#sorted[at] = value
    this.#count++
  }

  /** Moves only what lies between the two: values next to each other in time mostly lie close. */
  #replace(old: number, value: number): void {
    const sorted = this.#sorted
    let at = this.#placeOf(old)
    for (; at + 1 < this.#count && (sorted[at + 1] as number) < value; at++) {
      sorted[at] = sorted[at + 1] as number
    }
    for (; at > 0 && (sorted[at - 1] as number) > value; at--) {
      sorted[at] = sorted[at - 1] as number
    }
    sorted[at] = value
  }

  /** First place whose value is not below. */
  #placeOf(value: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#sorted[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
