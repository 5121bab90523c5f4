/** At most one report in this time, ms: a group that fails at every second turn would fill the log with them. */
export const REPORT_MS = 60_000

/** Turns in a row of which one thing is to be said when they are over. */
export interface Spell {
  turns: number
  /** When it began, monotonic, ms. */
  readonly sinceMs: number
  readonly reason: string
}

/** Has the end of a spell reported at once, and those that follow within a minute together. */
export class SpellReports {
  #saidMs = Number.NEGATIVE_INFINITY
  /** Those that have ended without a report, as one; null: none. */
  #held: Spell | null = null

  /** @param nowMs monotonic */
  isDue(nowMs: number): boolean {
    return nowMs - this.#saidMs >= REPORT_MS
  }

  /** A spell has ended. */
  add({ turns, sinceMs, reason }: Spell): void {
    const { turns: before = 0, sinceMs: firstMs = sinceMs } = this.#held ?? {}
    this.#held = { turns: before + turns, sinceMs: firstMs, reason }
  }

  /** @param nowMs monotonic @param when `now`: nothing follows any more @returns what is to be reported; null: nothing yet */
  take(nowMs: number, when: 'now' | 'due'): Spell | null {
    if (this.#held === null || (when === 'due' && !this.isDue(nowMs))) return null
    const held = this.#held
    this.#held = null
    this.#saidMs = nowMs
    return held
  }
}
