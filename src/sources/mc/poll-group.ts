import type { Clock } from '../../util/clock.ts'
import type { Schedule } from '../../util/schedule.ts'
import { Traffic } from '../../util/traffic.ts'
import { FairShare } from './fair-share.ts'
import type { PlcFailure } from './plc-failure.ts'
import type { PlcPool } from './plc-pool.ts'
import type { PollGroupPlan } from './poll-plan.ts'
import type { PollGroupStatus, TriggerOutcome } from './polling.ts'
import { TagReader, type TagReading } from './tag-reader.ts'
import { TagTroubles } from './tag-troubles.ts'
import { sinceText, TurnReports, turnsText } from './turn-reports.ts'
import { TurnTimer } from './turn-timer.ts'

/** A turn that has ended. */
export interface Turn {
  /** A reading for each tag, in their order. */
  readonly readings: readonly TagReading[]
  /** Why none of them has a value; null: some have. */
  readonly failure: PlcFailure | null
  /** Turns before it were not read, since the newest one with values. */
  readonly isAfterGap: boolean
}

export interface PollGroupOptions {
  readonly plan: PollGroupPlan
  readonly pool: PlcPool
  /** Requests that it may have under way at once. */
  readonly share: number
  readonly clock: Clock
  readonly schedule: Schedule
  readonly onTurn: (turn: Turn) => void
  /** What is to be on record of it. */
  readonly report: (kind: 'poll' | 'poll_sums', text: string) => void
  /** Whether others say already that the PLC is away. */
  readonly isAway: () => boolean
}

/** The tags of a group, read in turns: at fixed times, or when somebody asks for it. One turn is under way at a time. */
export class PollGroup {
  readonly #options: PollGroupOptions
  readonly #reader: TagReader
  readonly #share: FairShare
  readonly #troubles: TagTroubles
  readonly #reports: TurnReports
  readonly #traffic: Traffic
  /** null: of mode `handshake`, or not begun */
  #timer: TurnTimer | null = null
  #isRunning = false
  #isBusy = false
  #isAfterGap = false
  #turns = 0
  #failedTurns = 0
  #skippedTurns = 0
  #lateMs = 0
  #mostLateMs = 0
  #lastTurnMs: number | null = null
  #lastReadMs: number | null = null
  #lastError: string | null = null
  #beganMs = 0
  /** What had failed or been skipped when the sums were last on record. */
  #troubleReported = 0

  constructor(options: PollGroupOptions) {
    const { plan, pool, share, clock, isAway } = options
    const report = (text: string): void => options.report('poll', text)
    this.#options = options
    this.#share = new FairShare(pool, share)
    this.#reader = new TagReader(
      plan.tags.map(({ tag }) => tag),
      pool.target.code,
    )
    this.#troubles = new TagTroubles(plan.tags, report)
    this.#reports = new TurnReports({ clock, report, isAway })
    this.#traffic = new Traffic(clock.monoMs())
  }

  get plan(): PollGroupPlan {
    return this.#options.plan
  }

  /** Its newest turn brought nothing. */
  get isFailing(): boolean {
    return this.#reports.isFailing
  }

  get isRunning(): boolean {
    return this.#isRunning
  }

  /** Once, with the run. @param originMs when its first turn is due, of the monotonic clock, ms */
  begin(originMs: number): void {
    const { plan, clock, schedule } = this.#options
    const { intervalMs } = plan
    this.#beganMs = clock.monoMs()
    if (intervalMs !== null) {
      this.#timer = new TurnTimer({ intervalMs, originMs }, clock, schedule, (lateMs, passed) => {
        this.#due(lateMs, passed)
      })
    }
    this.start()
  }

  start(): void {
    this.#isRunning = true
    // Not at the stop: a turn that was under way then lies before the gap.
    this.#isAfterGap = true
    this.#timer?.start()
  }

  /** A turn that is under way is still finished. */
  stop(): void {
    if (!this.#isRunning) return
    this.#isRunning = false
    this.#timer?.stop()
    this.#reports.endSkipping('now')
  }

  /** What is still to be said of it: the run is over. */
  end(): void {
    this.stop()
    this.#reports.endFailing('still so at the end', 'now')
    if (this.#turns + this.#failedTurns + this.#skippedTurns > 0) this.#reportSums()
  }

  /** Spells are folded when there are many of them: their sums are on record while the run goes on, too. */
  sumUp(): void {
    if (this.#trouble !== this.#troubleReported) this.#reportSums()
  }

  trigger(): Promise<TriggerOutcome> {
    if (!this.#isRunning) return Promise.resolve({ kind: 'stopped' })
    if (this.#isBusy) return Promise.resolve({ kind: 'busy' })
    return this.#turn()
  }

  get status(): PollGroupStatus {
    const { plan, clock } = this.#options
    return {
      name: plan.name,
      mode: plan.mode,
      intervalMs: plan.intervalMs,
      tags: plan.tags.length,
      isRunning: this.#isRunning,
      isBusy: this.#isBusy,
      isFailing: this.isFailing,
      turns: this.#turns,
      failedTurns: this.#failedTurns,
      skippedTurns: this.#skippedTurns,
      failingTags: this.#troubles.failing,
      failedReadings: this.#troubles.count,
      lastTurnMs: this.#lastTurnMs,
      lastReadMs: this.#lastReadMs,
      lateMs: this.#lateMs,
      mostLateMs: this.#mostLateMs,
      lastError: this.#lastError,
      waiting: this.#share.waiting,
      traffic: this.#traffic.read(clock.monoMs()),
    }
  }

  #due(lateMs: number, passed: number): void {
    this.#lateMs = lateMs
    this.#mostLateMs = Math.max(this.#mostLateMs, lateMs)
    if (passed > 0) this.#skip(passed, 'this computer did not get to it')
    if (this.#isBusy) {
      this.#skip(1, 'the one before was still under way')
      return
    }
    this.#reports.endSkipping()
    void this.#turn()
  }

  async #turn(): Promise<TriggerOutcome> {
    const { clock, plan, onTurn } = this.#options
    const startedMs = clock.monoMs()
    this.#isBusy = true
    const readings = await this.#reader.read(this.#share)
    this.#isBusy = false
    const nowMs = clock.monoMs()
    const tookMs = nowMs - startedMs
    this.#lastTurnMs = tookMs
    const failure = failureOf(readings)
    if (failure?.problem === 'closed') return { kind: 'failed', reason: failure.reason }
    const isAfterGap = this.#isAfterGap
    this.#isAfterGap = failure !== null
    if (failure === null) this.#read(readings, tookMs, nowMs)
    else this.#failed(failure, startedMs, nowMs)
    onTurn({ readings, failure, isAfterGap })
    if (failure !== null) {
      this.#reports.reportFailing(failure)
      return { kind: 'failed', reason: failure.reason }
    }
    const values = plan.tags.map(({ channel }, i) => {
      const reading = readings[i]
      return [channel, reading?.kind === 'value' ? reading.value : null] as const
    })
    return { kind: 'read', tookMs, values: Object.fromEntries(values) }
  }

  #read(readings: readonly TagReading[], tookMs: number, nowMs: number): void {
    this.#turns++
    this.#lastReadMs = this.#options.clock.wallMs()
    const values = readings.filter((each) => each.kind === 'value' && each.value !== null)
    this.#traffic.done(values.length, tookMs, nowMs)
    this.#reports.endFailing('read again')
    this.#troubles.look(readings, nowMs)
  }

  #failed(failure: PlcFailure, startedMs: number, nowMs: number): void {
    this.#failedTurns++
    this.#lastError = failure.reason
    this.#traffic.failed(nowMs)
    this.#reports.failed(failure, startedMs)
  }

  #skip(turns: number, reason: string): void {
    this.#skippedTurns += turns
    this.#isAfterGap = true
    this.#reports.skipped(turns, reason)
  }

  get #trouble(): number {
    return this.#failedTurns + this.#skippedTurns + this.#troubles.count
  }

  #reportSums(): void {
    this.#troubleReported = this.#trouble
    const { count } = this.#troubles
    const turns = `${turnsText(this.#turns)} with values`
    const others = `${this.#failedTurns} failed, ${this.#skippedTurns} skipped`
    const tags = count === 0 ? '' : `; failed readings of single tags: ${count}`
    const lasted = sinceText(this.#options.clock, this.#beganMs)
    this.#options.report('poll_sums', `${turns}, ${others} in ${lasted}${tags}`)
  }
}

/** @returns null: at least one tag has a value */
function failureOf(readings: readonly TagReading[]): PlcFailure | null {
  let failure: PlcFailure | null = null
  for (const reading of readings) {
    if (reading.kind === 'value') return null
    failure ??= reading
  }
  return failure
}
