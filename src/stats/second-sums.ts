import { US_PER_SECOND } from '../util/time-units.ts'

/**
 * A sum over the last so many whole seconds of device time and the second under way: a window of 60 s
 * at 12:00:59.7 covers 12:00:00.0 to 12:00:59.7, so that the same rows of the log give the same sum.
 * Constant work and memory.
 */
export class SecondSums {
  readonly #size: number
  /** Second (Unix) that each slot holds. */
  readonly #seconds: Float64Array
  readonly #sums: Float64Array
  #newest = Number.NEGATIVE_INFINITY

  /** @param longestS the longest window, whole s */
  constructor(longestS: number) {
    this.#size = longestS
    this.#seconds = new Float64Array(longestS).fill(Number.NaN)
    this.#sums = new Float64Array(longestS)
  }

  /** @param timeUs Unix µs; one that is older than the longest window is left out */
  add(timeUs: number, value: number): void {
    const second = Math.floor(timeUs / US_PER_SECOND)
    if (second <= this.#newest - this.#size) return
    if (second > this.#newest) this.#newest = second
    const slot = second % this.#size
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second
      this.#sums[slot] = 0
    }
    this.#sums[slot] = (this.#sums[slot] as number) + value
  }

  /** @param seconds at most the longest window @param nowUs its end, Unix µs */
  sum(seconds: number, nowUs: number): number {
    const now = Math.floor(nowUs / US_PER_SECOND)
    let sum = 0
    for (let second = Math.max(0, now - seconds + 1); second <= now; second++) {
      const slot = second % this.#size
      if (this.#seconds[slot] === second) sum += this.#sums[slot] as number
    }
    return sum
  }
}
