import { UsualInterval } from '../stats/usual-interval.ts'

/** Shortest silence that is worth a word, in ms. */
const SHORTEST_MS = 3000

/** Tells when a device that sends of its own accord has fallen silent: after 3 s, or a pause (see `UsualInterval`). */
export class SilenceWatch {
  #lastMs: number
  #heard = false
  #lastLineMs: number | null = null
  readonly #usual = new UsualInterval()

  /** @param nowMs monotonic time of the opening */
  constructor(nowMs: number) {
    this.#lastMs = nowMs
  }

  bytes(nowMs: number): void {
    this.#lastMs = nowMs
    this.#heard = true
  }

  line(nowMs: number): void {
    if (this.#lastLineMs !== null) this.#usual.add((nowMs - this.#lastLineMs) * 1000)
    this.#lastLineMs = nowMs
  }

  /** Time since the last byte, or since the opening, in ms. */
  quietMs(nowMs: number): number {
    return nowMs - this.#lastMs
  }

  silent(nowMs: number): boolean {
    const pauseMs = this.#usual.us === null ? 0 : this.#usual.longestUs / 1000
    return this.quietMs(nowMs) >= Math.max(SHORTEST_MS, pauseMs)
  }

  /** Nothing at all has come since the port was opened. */
  get neverHeard(): boolean {
    return !this.#heard
  }
}
