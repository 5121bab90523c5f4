/** How many samples a run accepts at most, over all of its devices (`--count`). */
export class SampleLimit {
  #left: number

  /** @param samples null: no limit */
  constructor(samples: number | null) {
    this.#left = samples ?? Number.POSITIVE_INFINITY
  }

  get isReached(): boolean {
    return this.#left <= 0
  }

  count(): void {
    this.#left--
  }
}
