/** Something that is done now and then, and never twice at a time unless it is wanted at once. */
export class Due {
  #fromMs = 0
  #isUnderWay = false

  /** @returns whether it is to be done; then `done` has to follow */
  take(): boolean {
    if (this.#isUnderWay || performance.now() < this.#fromMs) return false
    this.#isUnderWay = true
    return true
  }

  /** @param restMs until the next time, ms */
  done(restMs: number): void {
    this.#isUnderWay = false
    this.#fromMs = performance.now() + restMs
  }

  /** Its rest is over, and what is under way is not waited for. */
  now(): void {
    this.#fromMs = 0
    this.#isUnderWay = false
  }
}
