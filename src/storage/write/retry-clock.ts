/** Pauses between attempts: this, doubled each time, up to the other. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

/** When a file that can't be written is tried again. Times are ms of a monotonic clock. */
export class RetryClock {
  #pauseMs = FIRST_PAUSE_MS
  #retryAtMs = 0
  /** Of the first failure since all was well; null: all is. */
  #failedAtMs: number | null = null

  failed(nowMs: number): void {
    this.#failedAtMs ??= nowMs
    this.#retryAtMs = nowMs + this.#pauseMs
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }

  recovered(): void {
    this.#failedAtMs = null
    this.#pauseMs = FIRST_PAUSE_MS
  }

  /** The next attempt need not wait. */
  hurry(): void {
    this.#retryAtMs = 0
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#retryAtMs
  }

  /** How long it has not been written. */
  outageMs(nowMs: number): number {
    return nowMs - (this.#failedAtMs ?? nowMs)
  }
}
