/** Minutes (Unix) of a device whose row is out of date, in the order in which they became so. */
export class DirtyMinutes implements Iterable<number> {
  readonly #minutes = new Set<number>()
  /** null: to be looked for; infinity: there are none. */
  #oldest: number | null = Number.POSITIVE_INFINITY

  has(minute: number): boolean {
    return this.#minutes.has(minute)
  }

  add(minute: number): void {
    this.#minutes.add(minute)
    if (this.#oldest !== null && minute < this.#oldest) this.#oldest = minute
  }

  delete(minute: number): void {
    this.#minutes.delete(minute)
    if (minute === this.#oldest) this.#oldest = null
  }

  /** Infinity: there are none. */
  get oldest(): number {
    if (this.#oldest !== null) return this.#oldest
    let oldest = Number.POSITIVE_INFINITY
    for (const minute of this.#minutes) if (minute < oldest) oldest = minute
    this.#oldest = oldest
    return oldest
  }

  [Symbol.iterator](): Iterator<number> {
    return this.#minutes.values()
  }
}
