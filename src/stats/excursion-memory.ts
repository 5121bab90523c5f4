/** Kinds remembered at a time. */
const KINDS = 8
/** A kind that has not come again for so long is forgotten, µs. */
const KEPT_US = 3_600_000_000
/** Heights that differ by no more than this part are of one kind. */
const SAME_PART = 0.25
/** What has come so often is how the load works. */
const USUAL_TIMES = 2

interface Kind {
  /** Signed, in the unit of the channel; moves with what comes. */
  height: number
  times: number
  lastUs: number
}

/** Remembers how far a channel's values went off lately, so that what comes again and again is known. */
export class ExcursionMemory {
  #kinds: Kind[] = []

  /**
   * @param height signed distance from the usual value
   * @param itself 1 where this one has been added already, else 0
   */
  isUsual(height: number, itself: 0 | 1): boolean {
    const kind = this.#kindOf(height)
    return kind !== undefined && kind.times - itself >= USUAL_TIMES
  }

  /** @param timeUs Unix µs, not before that of the one before */
  add(timeUs: number, height: number): void {
    this.#kinds = this.#kinds.filter(({ lastUs }) => timeUs - lastUs <= KEPT_US)
    const kind = this.#kindOf(height)
    if (kind === undefined) {
      if (this.#kinds.length >= KINDS) this.#dropOldest()
      this.#kinds.push({ height, times: 1, lastUs: timeUs })
      return
    }
    kind.times++
    kind.lastUs = timeUs
    kind.height += (height - kind.height) / Math.min(kind.times, KINDS)
  }

  #kindOf(height: number): Kind | undefined {
    return this.#kinds.find(
      (kind) => Math.abs(height - kind.height) <= SAME_PART * Math.abs(kind.height),
    )
  }

  #dropOldest(): void {
    const oldest = Math.min(...this.#kinds.map(({ lastUs }) => lastUs))
    this.#kinds = this.#kinds.filter(({ lastUs }) => lastUs !== oldest)
  }
}
