import { rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { ServiceManager } from './service-manager.ts'

/** Signs of life go out this often at least, ms. */
const EVERY_MS = 10_000
/** A sign may be late by a garbage collection or a slow disk: so many of them in the time of the watchdog. */
const SIGNS_A_WATCHDOG = 4

/** The log's writer, as far as its life is concerned. */
export interface Answering {
  /** Resolves when the writer's thread has taken all that was handed over before. */
  answer(): Promise<void>
}

export interface LifeSignsOptions {
  /** null: no service manager wants to know */
  readonly manager: ServiceManager | null
  /** Touched with each sign; null: none. */
  readonly heartbeat: string | null
  /** null with `--no-log` */
  readonly log: Answering | null
  /** How the run is, in one line. */
  readonly status: () => string
}

/**
 * Says that this process measures and logs, to the service manager and in a file. A sign
 * is given only where the main loop turns, since it is a timer of it, and the log's writer
 * has answered since the sign before. A writer that knows of its trouble (disk full) answers;
 * one that hangs does not. What devices do is none of this: a board that is unplugged is
 * waited for, and no restart brings it back.
 */
export class LifeSigns {
  readonly #options: LifeSignsOptions
  readonly #timer: NodeJS.Timeout
  #hasAnswered = true
  /** null: no write is on its way */
  #writing: Promise<void> | null = null
  #isOver = false

  constructor(options: LifeSignsOptions) {
    this.#options = options
    this.#beat('READY=1')
    this.#timer = setInterval(() => this.beat(), LifeSigns.everyMs(options.manager))
  }

  static everyMs(manager: ServiceManager | null): number {
    return Math.min(EVERY_MS, (manager?.watchdogMs ?? Infinity) / SIGNS_A_WATCHDOG)
  }

  /** Gives a sign where all is alive, and asks the writer for the next one. */
  beat(): void {
    if (this.#hasAnswered) this.#beat('WATCHDOG=1')
  }

  /** The run comes to its end. */
  stopping(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#timer)
    this.#options.manager?.tell('STOPPING=1', 'STATUS=writing what is left to the log')
  }

  /** The run is over: there is no life to show any more. */
  async close(): Promise<void> {
    this.stopping()
    const { manager, heartbeat } = this.#options
    // It would make the file anew.
    await this.#writing
    if (heartbeat !== null) rmSync(heartbeat, { force: true })
    await manager?.flushed()
  }

  #beat(state: string): void {
    const { manager, log, status } = this.#options
    const text = status()
    manager?.tell(state, `STATUS=${text}`)
    this.#touch(text)
    if (log === null) return
    this.#hasAnswered = false
    void log.answer().then(() => {
      this.#hasAnswered = true
    })
  }

  /** Asynchronous: a disk that hangs must hold up neither samples nor the word to systemd. */
  #touch(text: string): void {
    const { heartbeat } = this.#options
    if (heartbeat === null || this.#writing !== null) return
    this.#writing = writeFile(heartbeat, `${text}\n`)
      // A file that can't be written gets old, which is what its reader looks for.
      .catch(() => {})
      .finally(() => {
        this.#writing = null
      })
  }
}
