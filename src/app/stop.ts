import { END_SIGNALS } from '../util/end-signals.ts'
import type { InaError } from '../util/errors.ts'

/** The one place where a run ends: by itself, by a signal, by a failure. */
export class Stop {
  readonly reached: Promise<void>
  #resolve: () => void = () => {}
  #reject: (error: Error) => void = () => {}
  #timer: NodeJS.Timeout | null = null
  readonly #handler = (): void => this.now()

  constructor() {
    this.reached = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // A failure before anybody waits must not count as unhandled.
    this.reached.catch(() => {})
  }

  now(): void {
    this.#resolve()
  }

  fail(error: InaError): void {
    this.#reject(error)
  }

  /** SIGINT, SIGTERM and SIGHUP end the run cleanly (contract, `monitor`). */
  onSignals(): void {
    for (const signal of END_SIGNALS) process.on(signal, this.#handler)
  }

  /** @param ms null: no limit */
  after(ms: number | null): void {
    if (ms !== null) this.#timer = setTimeout(() => this.now(), ms)
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const signal of END_SIGNALS) process.off(signal, this.#handler)
  }
}
