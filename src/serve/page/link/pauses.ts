const FIRST_MS = 500
const LONGEST_MS = 10_000
/** A connection that stayed as long was a good one. */
const STABLE_MS = 10_000

/** How long to wait before the next attempt: longer each time, and never all viewers at once. */
export class Pauses {
  #mostMs = FIRST_MS
  #openedMs: number | null = null

  opened(): void {
    this.#openedMs = performance.now()
  }

  /** @returns ms */
  next(): number {
    if (this.#openedMs !== null && performance.now() - this.#openedMs > STABLE_MS) {
      this.#mostMs = FIRST_MS
    }
    this.#openedMs = null
    const pauseMs = this.#mostMs * (0.5 + Math.random() / 2)
    this.#mostMs = Math.min(LONGEST_MS, this.#mostMs * 2)
    return pauseMs
  }
}
