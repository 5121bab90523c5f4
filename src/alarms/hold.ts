import type { Truth } from './condition.ts'

/**
 * `for 5s`: true once samples have shown it true over that time. What was not seen is not
 * known: a pause that something is missing in, or in which nothing was measured, begins
 * the time again. Once it is true it stays so until samples show otherwise.
 */
export class Hold {
  readonly #holdUs: number
  /** First sample that showed it true; null: the newest one did not. */
  #sinceUs: number | null = null
  #lastUs = 0
  #isMet = false
  /** It was not known at a sample since the last that showed it true. */
  #isInDoubt = false

  constructor(holdUs: number) {
    this.#holdUs = holdUs
  }

  /** The time is running. */
  get isPending(): boolean {
    return this.#sinceUs !== null && !this.#isMet
  }

  /** @param pauseUs the longest time from one sample to the next that is no pause */
  step(inner: Truth, timeUs: number, pauseUs: number): Truth {
    if (inner === false) {
      this.#sinceUs = null
      this.#isMet = false
      return false
    }
    if (inner === null) {
      this.#isInDoubt = true
      return null
    }
    if (this.#isInDoubt && timeUs - this.#lastUs > pauseUs) this.interrupt()
    this.#isInDoubt = false
    this.#sinceUs ??= timeUs
    this.#lastUs = timeUs
    if (timeUs - this.#sinceUs >= this.#holdUs) this.#isMet = true
    return this.#isMet
  }

  /** Samples are missing for longer than a pause, or the device began anew. */
  interrupt(): void {
    if (!this.#isMet) this.#sinceUs = null
  }
}
