/** Shortest silence that is worth a word, in ms. */
const SHORTEST_MS = 3000
/** A line is missed after this many of the device's own intervals. */
const INTERVALS = 5
/** Gaps between lines that are remembered: a sketch may print several lines in one go. */
const GAPS_KEPT = 16

/** Tells when a device that sends of its own accord has fallen silent: 3 s, or 5 of its intervals. */
export class SilenceWatch {
  #lastMs: number
  #heard = false
  #lastLineMs: number | null = null
  #gapsMs: number[] = []

  /** @param nowMs monotonic time of the opening */
  constructor(nowMs: number) {
    this.#lastMs = nowMs
  }

  bytes(nowMs: number): void {
    this.#lastMs = nowMs
    this.#heard = true
  }

  line(nowMs: number): void {
    if (this.#lastLineMs !== null) {
      this.#gapsMs = [...this.#gapsMs.slice(1 - GAPS_KEPT), nowMs - this.#lastLineMs]
    }
    this.#lastLineMs = nowMs
  }

  /** Time since the last byte, or since the opening, in ms. */
  quietMs(nowMs: number): number {
    return nowMs - this.#lastMs
  }

  silent(nowMs: number): boolean {
    return this.quietMs(nowMs) >= Math.max(SHORTEST_MS, INTERVALS * Math.max(0, ...this.#gapsMs))
  }

  /** Nothing at all has come since the port was opened. */
  get neverHeard(): boolean {
    return !this.#heard
  }
}
