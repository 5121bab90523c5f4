import { BLOCK_SAMPLES, MOST_BLOCK_SAMPLES } from '../write/log-batch.ts'

/**
 * Samples are handed over after this long at most, which leaves 50 ms for the
 * commit within the 250 ms that a log may be behind.
 */
const HAND_OVER_MS = 200
/**
 * Sooner, as while somebody watches, as long as that makes no more commits than one in so long on average: each
 * of them wears an SD card. So 3 samples a second are handed over at once, 10 as rarely as they were.
 */
const COMMIT_MS = 300
/** So far ahead of that average a few samples that follow closely on each other may go ... */
const AHEAD_MS = 1500
/** ... and so far ahead is remembered of more than a few. */
const MOST_AHEAD_MS = 10_000
/** While somebody watches: so long after the hand-over before, and at once where that was earlier. */
const WATCHED_MS = 100
/** Of a fast pipe, what comes within so long is one batch: the fewer commits, the less work. */
const LEAST_PAUSE_MS = 25

/** Says when what has gathered is handed over to the log's thread. Times are monotonic, in ms. */
export class HandOverPace {
  /** Somebody sees at once what is in the log. */
  isWatched = false
  #lastMs = 0
  /** The time that the commits so far would take at `COMMIT_MS` each. */
  #paidUntilMs = 0
  #fullAt = BLOCK_SAMPLES

  /** How long the first sample of a batch waits at most. */
  waitMs(nowMs: number): number {
    const isSoon = this.isWatched || this.#paidUntilMs - nowMs <= AHEAD_MS
    return isSoon ? Math.max(0, this.#lastMs + WATCHED_MS - nowMs) : HAND_OVER_MS
  }

  /** So many samples are to be shown to `isBatch`. */
  get fullAt(): number {
    return this.#fullAt
  }

  /** Whether `fullAt` samples are handed over as they are; otherwise more are waited for. */
  isBatch(nowMs: number): boolean {
    if (nowMs - this.#lastMs >= LEAST_PAUSE_MS || this.#fullAt >= MOST_BLOCK_SAMPLES) return true
    this.#fullAt += BLOCK_SAMPLES
    return false
  }

  handedOver(nowMs: number): void {
    this.#lastMs = nowMs
    this.#fullAt = BLOCK_SAMPLES
    const paidMs = Math.max(this.#paidUntilMs, nowMs) + COMMIT_MS
    this.#paidUntilMs = Math.min(paidMs, nowMs + MOST_AHEAD_MS)
  }
}
