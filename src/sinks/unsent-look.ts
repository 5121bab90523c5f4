import type { Clock } from '../util/clock.ts'
import type { SinkCursor, Unsent } from './sink-cursor.ts'

/** Between two looks, ms; more where a look takes long, so that they are a small part of the time. */
const LOOK_MS = 2000
const LOOK_PART = 0.02

/** How much is still to send, as of a moment ago: to count a long backlog takes a while. */
export class UnsentLook {
  readonly #cursor: SinkCursor
  readonly #clock: Clock
  #unsent: Unsent = { queued: 0, isExact: false, unsentUs: null, missed: 0 }
  #nextMs = Number.NEGATIVE_INFINITY

  constructor(cursor: SinkCursor, clock: Clock) {
    this.#cursor = cursor
    this.#clock = clock
  }

  /** Without another look. */
  get last(): Unsent {
    return this.#unsent
  }

  get unsent(): Unsent {
    if (this.#clock.monoMs() >= this.#nextMs) this.again()
    return this.#unsent
  }

  /** Counted now. */
  again(): void {
    const startMs = this.#clock.monoMs()
    try {
      this.#unsent = this.#cursor.unsent()
    } catch {
      // The log can't be read at the moment, which the runner finds out as well.
    }
    const endMs = this.#clock.monoMs()
    this.#nextMs = endMs + Math.max(LOOK_MS, (endMs - startMs) / LOOK_PART)
  }
}
