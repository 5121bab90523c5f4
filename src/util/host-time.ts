import type { Clock } from './clock.ts'

/** A step of the wall clock larger than this is reported. */
const STEP_MS = 2000

/**
 * Host time for stamping: Unix µs that never go back. Runs on the monotonic
 * clock from the wall time at its begin. A step forward (NTP after a boot
 * without a real-time clock, suspend) is followed; a step back is not, since
 * two samples must not get times in the wrong order.
 */
export class HostTime {
  readonly #clock: Clock
  readonly #onStep: (byMs: number) => void
  /** Unix ms at monotonic 0. */
  #originMs: number
  #backByMs = 0
  #monoMs = 0

  /** @param onStep gets wall time minus expected time in ms; positive: set forward (or the host slept) */
  constructor(clock: Clock, onStep: (byMs: number) => void) {
    this.#clock = clock
    this.#onStep = onStep
    this.#originMs = clock.wallMs() - clock.monoMs()
  }

  /** Monotonic time in ms at which `nowUs` was asked last. */
  get monoMs(): number {
    return this.#monoMs
  }

  nowUs(): number {
    const monoMs = this.#clock.monoMs()
    this.#monoMs = monoMs
    const aheadMs = this.#clock.wallMs() - (this.#originMs + monoMs)
    if (aheadMs > STEP_MS) {
      this.#originMs += aheadMs
      this.#backByMs = 0
      this.#onStep(aheadMs)
    } else if (aheadMs + this.#backByMs < -STEP_MS) {
      const byMs = aheadMs + this.#backByMs
      this.#backByMs = -aheadMs
      this.#onStep(byMs)
    } else if (this.#backByMs > 0 && aheadMs > -STEP_MS) {
      this.#backByMs = 0
    }
    return Math.round((this.#originMs + monoMs) * 1000)
  }
}
