import type { Arrival } from './sample-memory.ts'

/** A device that streams before it said hello is waited for this long where the log may know it ... */
const GREETING_MS = 2500
/** ... and where there is only its name to learn. */
const NAME_MS = 400
const MOST_SAMPLES = 2048

/** Holds the samples of a device that may still say who it is: they go on behind that, but soon. */
export class Greeting {
  readonly #longestMs: number
  #isAwaited: boolean
  #samples: Arrival[] = []
  /** When the first of them came, or the first since the connection broke. */
  #sinceMs = Number.POSITIVE_INFINITY

  /**
   * @param mayResume the log has runs that the device may go on with
   * @param isAwaited a `hello` would change where the samples belong
   */
  constructor(mayResume: boolean, isAwaited: boolean) {
    this.#longestMs = mayResume ? GREETING_MS : NAME_MS
    this.#isAwaited = isAwaited
  }

  /** Samples are to be held. */
  get isAwaited(): boolean {
    return this.#isAwaited
  }

  get isHolding(): boolean {
    return this.#samples.length > 0
  }

  /** They are, and no longer than for a while. */
  get isTimed(): boolean {
    return this.#sinceMs !== Number.POSITIVE_INFINITY
  }

  hold(arrival: Arrival, nowMs: number): void {
    this.#sinceMs = Math.min(this.#sinceMs, nowMs)
    this.#samples.push(arrival)
  }

  /** The samples wait no longer. */
  isOver(nowMs: number): boolean {
    return this.#samples.length > MOST_SAMPLES || nowMs - this.#sinceMs > this.#longestMs
  }

  /** The connection broke: the time to say hello begins anew with the next sample. */
  disconnected(): void {
    this.#sinceMs = Number.POSITIVE_INFINITY
  }

  /** @returns the samples held; none are from here on */
  end(): readonly Arrival[] {
    const samples = this.#samples
    this.#samples = []
    this.#sinceMs = Number.POSITIVE_INFINITY
    this.#isAwaited = false
    return samples
  }
}
