import type { Clock } from '../util/clock.ts'
import { END_SIGNALS } from '../util/end-signals.ts'
import type { InaError } from '../util/errors.ts'

/** The longest time that Node's timers take, ms; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** One Ctrl-C or hang-up may arrive twice, from the terminal and from the parent process, ms. */
const SAME_SIGNAL_MS = 500

/** The one place where a run ends: by itself, by a signal, by a failure. */
export class Stop {
  readonly reached: Promise<void>
  readonly #clock: Clock
  readonly #onForced: () => void
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}
  #timer: NodeJS.Timeout | null = null
  #signalMs: number | null = null

  /** @param onForced last words before a second signal ends the process */
  constructor(clock: Clock, onForced: () => void = () => {}) {
    this.#clock = clock
    this.#onForced = onForced
    this.reached = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // A failure before anybody waits must not count as unhandled.
    this.reached.catch(() => {})
  }

  /** A signal came: somebody ends the run. */
  get isBySignal(): boolean {
    return this.#signalMs !== null
  }

  now(): void {
    this.#resolve()
  }

  fail(error: InaError): void {
    this.#reject(error)
  }

  /**
   * SIGINT, SIGTERM and SIGHUP end the run cleanly (contract, `monitor`). A second
   * one ends the process at once: something hangs while the run is taken down.
   */
  onSignals(): void {
    for (const signal of END_SIGNALS) process.on(signal, this.#onSignal)
  }

  /** @param ms any length; null: no limit */
  after(ms: number | null): void {
    if (ms !== null) this.#wait(this.#clock.monoMs() + ms)
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const signal of END_SIGNALS) process.off(signal, this.#onSignal)
  }

  #wait(untilMs: number): void {
    const leftMs = untilMs - this.#clock.monoMs()
    if (leftMs <= 0) this.now()
    else this.#timer = setTimeout(() => this.#wait(untilMs), Math.min(leftMs, LONGEST_TIMER_MS))
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = this.#clock.monoMs()
    this.#signalMs ??= nowMs
    this.now()
    if (nowMs - this.#signalMs < SAME_SIGNAL_MS) return
    this.dispose()
    this.#onForced()
    process.kill(process.pid, signal)
  }
}
