import type { Clock } from '../util/clock.ts'
import { SinkFailure } from './sink.ts'

/** One attempt takes no longer: what hangs is given up, ms. */
export const DEADLINE_MS = 30_000
/** Without an answer for this long, the other side does not count as reached, ms. */
const SILENT_MS = 10_000

/** Rejects, or resolves early, when the signal is given. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<unknown>

/** The oldest call that has had no answer for long. */
export interface Silence {
  readonly ms: number
  /** Unix ms, when it was made. */
  readonly sinceMs: number
}

interface Attempt {
  readonly monoMs: number
  readonly wallMs: number
  readonly giveUp: (failure: SinkFailure) => void
}

/** The calls to the other side that are under way: each ends within the deadline, or earlier when it is aborted. */
export class Attempts {
  readonly #clock: Clock
  readonly #pause: Pause
  /** In the order in which they began. */
  readonly #underWay = new Set<Attempt>()
  #end: SinkFailure | null = null

  constructor(clock: Clock, pause: Pause) {
    this.#clock = clock
    this.#pause = pause
  }

  /** @throws SinkFailure, also where the call hangs; whatever else `work` fails with */
  async within(work: Promise<void>): Promise<void> {
    const timer = new AbortController()
    let giveUp: (failure: SinkFailure) => void = () => {}
    const givenUp = new Promise<never>((_resolve, reject) => {
      giveUp = reject
    })
    const attempt = { monoMs: this.#clock.monoMs(), wallMs: this.#clock.wallMs(), giveUp }
    this.#underWay.add(attempt)
    if (this.#end !== null) giveUp(this.#end)
    this.#pause(DEADLINE_MS, timer.signal).then(
      () => giveUp(new SinkFailure('unreachable', `no answer within ${DEADLINE_MS / 1000} s`)),
      () => {},
    )
    try {
      await Promise.race([work, givenUp])
    } catch (error) {
      // When the connection is closed, nobody waits for this any more.
      work.catch(() => {})
      throw error
    } finally {
      this.#underWay.delete(attempt)
      timer.abort()
    }
  }

  /** Those that are under way fail now. */
  abort(failure: SinkFailure): void {
    for (const { giveUp } of this.#underWay) giveUp(failure)
  }

  /** So does each later one. */
  end(failure: SinkFailure): void {
    this.#end = failure
    this.abort(failure)
  }

  /** null: none, or the answer is not late yet */
  get silence(): Silence | null {
    const [oldest] = this.#underWay
    if (oldest === undefined) return null
    const ms = this.#clock.monoMs() - oldest.monoMs
    return ms < SILENT_MS ? null : { ms, sinceMs: oldest.wallMs }
  }
}
