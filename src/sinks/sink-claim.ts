import { setTimeout as pauseFor } from 'node:timers/promises'
import type { SinkStatus } from '../domain/sink-status.ts'
import type { Clock } from '../util/clock.ts'
import { InaError, isInaError } from '../util/errors.ts'
import { SinkFailure } from './sink.ts'
import type { SinkCursor } from './sink-cursor.ts'
import type { SinkLog } from './sink-log.ts'
import { isServedElsewhere, readReport, reportText, type SinkReport } from './sink-report.ts'

/** How often it is renewed, which also tells others how the sink is doing, ms. Less than half of what makes it stale. */
const RENEW_MS = 5000

/** How often it is looked again whether another process is still there, and after which pauses, ms. */
const LOOKS = 15
const LOOK_MS = 100

export interface ClaimParts {
  readonly log: SinkLog
  readonly cursor: SinkCursor
  /** Of the sink. */
  readonly name: string
  /** Random name of this run. */
  readonly run: string
  readonly clock: Clock
  readonly pause?: (ms: number) => Promise<unknown>
}

/**
 * The right of one process to serve a sink: two that send the same would send all of it twice. It lasts while it is
 * renewed. A process that was held up (suspended, stopped) for longer may have lost it to another one, and takes it again
 * when that has ended.
 */
export class SinkClaim {
  readonly #parts: ClaimParts
  /** When it was asked for last. */
  #askedMs = Number.NEGATIVE_INFINITY
  /** null: this run has it */
  #lost: SinkFailure | null = null

  constructor(parts: ClaimParts) {
    this.#parts = parts
  }

  /** From here on the retention waits for the sink. @throws InaError log_in_use: another process serves it; log_* */
  async take(status: SinkStatus): Promise<void> {
    await this.#parts.cursor.begin()
    const { pause = pauseFor } = this.#parts
    let holder = await this.#write(status)
    // One that was just killed is there for a moment longer.
    for (let i = 0; holder !== null && i < LOOKS; i++) {
      await pause(LOOK_MS)
      holder = await this.#write(status)
    }
    if (holder === null) return
    throw new InaError(
      'log_in_use',
      `${nameOf(holder)} sends the log ${this.#parts.log.file} to ${status.name} already`,
      'end that one first, or give this sink a name of its own: &name=...',
    )
  }

  /** Where it is time for that. @throws SinkFailure denied: another process has it now */
  async renew(status: () => SinkStatus): Promise<void> {
    const { clock, cursor } = this.#parts
    if (clock.monoMs() - this.#askedMs >= RENEW_MS) {
      const holder = await this.#asked(status())
      // What the other one has sent need not be sent again.
      if (holder === null && this.#lost !== null) cursor.forget()
      this.#lost = holder === null ? null : lostTo(holder)
    }
    if (this.#lost !== null) throw this.#lost
  }

  /** The last word of this run. */
  async end(status: SinkStatus): Promise<void> {
    await this.#asked({ ...status, state: 'ended' })
  }

  async #asked(status: SinkStatus): Promise<SinkReport | null> {
    try {
      return await this.#write(status)
    } catch (error) {
      // The log is busy or away, which is reported elsewhere; nobody else can take it either.
      if (!isInaError(error)) throw error
      return null
    }
  }

  /** @returns who has it; null: this run */
  async #write(status: SinkStatus): Promise<SinkReport | null> {
    const { log, name, run, clock } = this.#parts
    this.#askedMs = clock.monoMs()
    const { registry } = log.use()
    const holder = await registry.claim(name, reportText(status, run), (text) => {
      const known = readReport(text)
      return known === null || !isServedElsewhere(known, run, clock.wallMs())
    })
    return readReport(holder)
  }
}

function lostTo(holder: SinkReport): SinkFailure {
  return new SinkFailure('denied', `${nameOf(holder)} sends this log to it now; end one of them`)
}

function nameOf({ pid, host }: SinkReport): string {
  return `process ${pid} on ${host}`
}
