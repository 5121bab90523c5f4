/** Growth of the pauses. */
const GROWTH = 2
/** A connection that lasted so long was a real one: the pauses start small again, ms. */
const STABLE_MS = 60_000

interface BackoffOptions {
  /** The first pause at most, ms. */
  readonly firstMs: number
  /** Any pause at most, ms. */
  readonly longestMs: number
  /** The part of a pause that is left to chance, 0 to 1, so that many clients of one server spread theirs. */
  readonly jitter: number
  /** 0 to 1 */
  readonly random?: () => number
}

/** How long to wait before the next attempt. */
export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** @returns ms */
  next(): number {
    const { firstMs, longestMs, jitter, random = Math.random } = this.#options
    const most = Math.min(longestMs, firstMs * GROWTH ** this.#failures++)
    return most * (1 - jitter + random() * jitter)
  }

  /** A connection was lost. @param lastedMs how long it was there */
  lost(lastedMs: number): void {
    if (lastedMs >= STABLE_MS) this.#failures = 0
  }
}
