import type { Clock } from '../../util/clock.ts'
import { formatDuration } from '../../util/duration.ts'
import type { PlcFailure } from './plc-failure.ts'
import { type Spell, SpellReports } from './spell-reports.ts'

export interface TurnReportsOptions {
  readonly clock: Clock
  readonly report: (text: string) => void
  /** Whether others say already that the PLC is away. */
  readonly isAway: () => boolean
}

/** Turns of a group that failed or were skipped, as they are put on record: by spells, not one by one. */
export class TurnReports {
  readonly #options: TurnReportsOptions
  /** null: the newest turn had values */
  #failing: Spell | null = null
  #isFailureReported = false
  #skipping: Spell | null = null
  readonly #failures = new SpellReports()
  readonly #skips = new SpellReports()

  constructor(options: TurnReportsOptions) {
    this.#options = options
  }

  /** The newest turn brought nothing. */
  get isFailing(): boolean {
    return this.#failing !== null
  }

  /** @param startedMs when the turn began, monotonic */
  failed({ reason }: PlcFailure, startedMs: number): void {
    this.#failing ??= { turns: 0, sinceMs: startedMs, reason }
    this.#failing.turns++
  }

  /** From the second turn on, where it is not all of the PLC that is away. */
  reportFailing({ reason, hint }: PlcFailure): void {
    if (this.#isFailureReported || (this.#failing?.turns ?? 0) < 2 || this.#options.isAway()) return
    if (!this.#failures.isDue(this.#options.clock.monoMs())) return
    this.#isFailureReported = true
    this.#options.report(`not read: ${reason}; ${hint}`)
  }

  endFailing(how: string, when: 'now' | 'due' = 'due'): void {
    if (this.#failing !== null) this.#failures.add(this.#failing)
    this.#failing = null
    this.#isFailureReported = false
    const spell = this.#failures.take(this.#options.clock.monoMs(), when)
    if (spell === null) return
    const { turns, sinceMs, reason } = spell
    const failed = `${turnsText(turns)} failed in ${sinceText(this.#options.clock, sinceMs)}`
    this.#options.report(`${how}, after ${failed}: ${reason}`)
  }

  skipped(turns: number, reason: string): void {
    this.#skipping ??= { turns: 0, sinceMs: this.#options.clock.monoMs(), reason }
    this.#skipping.turns += turns
  }

  endSkipping(when: 'now' | 'due' = 'due'): void {
    if (this.#skipping !== null) this.#skips.add(this.#skipping)
    this.#skipping = null
    const { clock, report } = this.#options
    const spell = this.#skips.take(clock.monoMs(), when)
    if (spell === null) return
    const { turns, sinceMs, reason } = spell
    report(`${turnsText(turns)} skipped in ${sinceText(clock, sinceMs)}: ${reason}`)
  }
}

export function turnsText(turns: number): string {
  return turns === 1 ? '1 turn' : `${turns} turns`
}

/** @param sinceMs monotonic */
export function sinceText(clock: Clock, sinceMs: number): string {
  return formatDuration(Math.max(1, Math.round(clock.monoMs() - sinceMs)))
}
