import type { LogClient } from '../../storage/client/log.ts'

/** Who waits for the log, together: what came while it was at work is one batch of the next. */
export class Durable {
  readonly #log: LogClient
  #running: Promise<boolean> | null = null
  #next: Promise<boolean> | null = null

  constructor(log: LogClient) {
    this.#log = log
  }

  /** @returns true: all that was handed over before is in the log, whatever happens to this process now */
  async settled(): Promise<boolean> {
    if (this.#running === null) return this.#run()
    this.#next ??= this.#running.then(() => {
      this.#next = null
      return this.#run()
    })
    return this.#next
  }

  #run(): Promise<boolean> {
    const run = this.#look().finally(() => {
      if (this.#running === run) this.#running = null
    })
    this.#running = run
    return run
  }

  async #look(): Promise<boolean> {
    await this.#log.committed()
    return this.#log.state.kind === 'recording'
  }
}
