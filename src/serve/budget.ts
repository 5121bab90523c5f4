/** Messages of a kind that may go out: so many a second, and as many at once after a pause. */
export class Budget {
  readonly #perSecond: number
  #left: number
  #sinceMs: number

  /** @param nowMs monotonic */
  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
    this.#sinceMs = nowMs
  }

  /** @returns false: it is used up */
  take(nowMs: number): boolean {
    const more = ((nowMs - this.#sinceMs) * this.#perSecond) / 1000
    this.#left = Math.min(this.#perSecond, this.#left + more)
    this.#sinceMs = nowMs
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
