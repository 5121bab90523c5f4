import type { Clock } from '../../util/clock.ts'
import type { Schedule } from '../../util/schedule.ts'

/**
 * Reports when the turns of a group are due: turn k at `originMs + k * intervalMs`, however late the one before was reported, so that
 * nothing drifts. Where it could not run for longer than that, the turns in between have passed.
 */
export class TurnTimer {
  readonly #intervalMs: number
  readonly #originMs: number
  readonly #clock: Clock
  readonly #schedule: Schedule
  readonly #onDue: (lateMs: number, passed: number) => void
  /** The next one; null: none was reported yet. */
  #turn: number | null = null
  #cancel: (() => void) | null = null

  /**
   * @param originMs when turn 0 is due, of the monotonic clock
   * @param onDue gets how late it is, ms, and how many turns have passed unseen before it
   */
  constructor(
    { intervalMs, originMs }: { readonly intervalMs: number; readonly originMs: number },
    clock: Clock,
    schedule: Schedule,
    onDue: (lateMs: number, passed: number) => void,
  ) {
    this.#intervalMs = intervalMs
    this.#originMs = originMs
    this.#clock = clock
    this.#schedule = schedule
    this.#onDue = onDue
  }

  get isRunning(): boolean {
    return this.#cancel !== null
  }

  /** At first with turn 0, later with the next one that lies ahead: those in between are not counted. */
  start(): void {
    if (this.isRunning) return
    const sinceMs = this.#clock.monoMs() - this.#originMs
    this.#arm(this.#turn === null ? 0 : Math.max(0, Math.ceil(sinceMs / this.#intervalMs)))
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #arm(turn: number): void {
    this.#turn = turn
    const dueMs = this.#originMs + turn * this.#intervalMs
    // A timer of Node's cuts off fractions, and would be early.
    const delayMs = Math.max(0, Math.ceil(dueMs - this.#clock.monoMs()))
    this.#cancel = this.#schedule(() => this.#due(turn, dueMs), delayMs)
  }

  #due(turn: number, dueMs: number): void {
    const lateMs = Math.max(0, this.#clock.monoMs() - dueMs)
    const passed = Math.floor(lateMs / this.#intervalMs)
    this.#arm(turn + passed + 1)
    this.#onDue(lateMs - passed * this.#intervalMs, passed)
  }
}
