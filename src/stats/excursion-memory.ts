/** Kinds remembered at a time. */
const KINDS = 8
/** A kind that has not come again for so long is forgotten, µs. */
const KEPT_US = 3_600_000_000
/** What differs by no more than this part from the heights of a kind is of it ... */
const SAME_PART = 0.25
/** ... as long as the highest is no more than so many times the lowest. */
const WIDEST = 2.5
/** What has come so often is how the load works. */
const USUAL_TIMES = 2

/** Heights without their sign, in the unit of the channel. */
interface Kind {
  readonly sign: number
  least: number
  most: number
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
    const size = Math.abs(height)
    const kind = this.#kindOf(height)
    if (kind === undefined) {
      if (this.#kinds.length >= KINDS) this.#dropOldest()
      this.#kinds.push({
        sign: Math.sign(height),
        least: size,
        most: size,
        times: 1,
        lastUs: timeUs,
      })
      return
    }
    kind.times++
    kind.lastUs = timeUs
    kind.least = Math.min(kind.least, size)
    kind.most = Math.max(kind.most, size)
  }

  #kindOf(height: number): Kind | undefined {
    const size = Math.abs(height)
    return this.#kinds.find(
      ({ sign, least, most }) =>
        sign === Math.sign(height) &&
        size >= (1 - SAME_PART) * least &&
        size <= (1 + SAME_PART) * most &&
        Math.max(most, size) <= WIDEST * Math.min(least, size),
    )
  }

  #dropOldest(): void {
    const oldest = Math.min(...this.#kinds.map(({ lastUs }) => lastUs))
    this.#kinds = this.#kinds.filter(({ lastUs }) => lastUs !== oldest)
  }
}
