/** Pauses between attempts: the first at most, ms, and their growth. */
const FIRST_MS = 500
const GROWTH = 2
/** A connection that lasted so long was a real one: the pauses start small again, ms. */
const STABLE_MS = 60_000

/** How long to wait before the next attempt; many viewers of one server spread theirs. */
export class Backoff {
  readonly #longestMs: number
  readonly #random: () => number
  #failures = 0

  /** @param longestMs a pause at most @param random 0 to 1 */
  constructor(longestMs: number, random: () => number = Math.random) {
    this.#longestMs = longestMs
    this.#random = random
  }

  /** @returns ms */
  next(): number {
    const most = Math.min(this.#longestMs, FIRST_MS * GROWTH ** this.#failures++)
    return most * (0.5 + this.#random() / 2)
  }

  /** A connection was lost. @param lastedMs how long it was there */
  lost(lastedMs: number): void {
    if (lastedMs >= STABLE_MS) this.#failures = 0
  }
}
