import type Database from 'better-sqlite3'
import type { Clock } from '../../util/clock.ts'
import { Catalog } from '../file/catalog.ts'
import type { LogEvent, LoggedRun, LostRange } from '../file/records.ts'
import { BlockWriter } from './block-writer.ts'
import { BurstTable } from './burst-table.ts'
import { ChannelTable } from './channel-table.ts'
import { CommitOrder } from './commit-order.ts'
import { EpochTable } from './epoch-table.ts'
import { EventTable } from './event-table.ts'
import type { LogBatch } from './log-batch.ts'
import { LogNotes } from './log-notes.ts'
import { LossTable } from './loss-table.ts'
import { Retention } from './retention.ts'
import type { HostMoment } from './retention-clock.ts'
import { RollUps } from './roll-ups.ts'
import { SampleTable } from './sample-table.ts'
import { StatusTable } from './status-table.ts'
import { type TotalsRequest, TotalsTable } from './totals-table.ts'

/** Old rows looked at beside each batch: so many, and twice as many as were inserted. */
const PRUNE_ROWS = 1000
/** Steps, of 20 times as many rows, at the close. */
const LAST_STEPS = 50
/** Steps in which space is given back at the close: some 200 MB. */
const LAST_SHRINKS = 400
/** Time for either of them at the close, ms: someone waits for the end of the program. */
const LAST_MS = 400
/** Late minutes computed beside each batch. */
const MINUTES_PER_BATCH = 2
/** Samples are at most this much over the retention, µs, and gone at the close. */
const MAX_SLACK_US = 10e6

/**
 * Writes to an open database; the core of the log, without threads or timers.
 * Everything handed to `write` is committed when it returns. After an exception
 * its state no longer matches the file: throw it away and make a new one.
 */
export class LogWriter {
  readonly #db: Database.Database
  readonly #clock: Clock
  readonly #retainUs: number
  readonly #catalog: Catalog
  readonly #rollUps: RollUps
  readonly #retention: Retention
  readonly #epochs: EpochTable
  readonly #blocks: BlockWriter
  readonly #channels: ChannelTable
  readonly #states: StatusTable
  readonly #losses: LossTable
  readonly #events: EventTable
  readonly #bursts: BurstTable
  readonly #order: CommitOrder
  readonly #notes: LogNotes
  readonly #totals: TotalsTable

  constructor(db: Database.Database, retainMs: number, clock: Clock) {
    this.#db = db
    this.#clock = clock
    this.#retainUs = retainMs * 1000
    this.#catalog = new Catalog(db)
    this.#rollUps = new RollUps(db, this.#catalog)
    this.#retention = new Retention(db, this.#catalog, this.#retainUs)
    this.#epochs = new EpochTable(db)
    this.#channels = new ChannelTable(db)
    this.#states = new StatusTable(db, this.#catalog)
    this.#losses = new LossTable(db, this.#catalog)
    this.#events = new EventTable(db)
    this.#bursts = new BurstTable(db)
    this.#order = new CommitOrder(db)
    this.#notes = new LogNotes((event) => this.#insertEvent(event))
    this.#totals = new TotalsTable(db)
    this.#blocks = new BlockWriter({
      samples: new SampleTable(db),
      epochs: this.#epochs,
      channels: this.#channels,
      states: this.#states,
      order: this.#order,
      rollUps: this.#rollUps,
      retention: this.#retention,
      notes: this.#notes,
    })
  }

  get nextEpochId(): number {
    return this.#epochs.nextId
  }

  /** The last epoch of each device that had a boot number and numbered samples. */
  loggedRuns(): LoggedRun[] {
    return this.#epochs.loggedRuns()
  }

  /** Start of the log of each device that has samples in it, Unix µs. */
  begins(): Map<string, number> {
    return this.#epochs.begins()
  }

  /**
   * Commits batches in one transaction.
   *
   * @param alongside further statements of the same transaction
   */
  write(batches: readonly LogBatch[], alongside?: () => void): void {
    this.#db
      .transaction(() => {
        let samples = 0
        for (const batch of batches) {
          for (const epoch of batch.epochs) this.#epochs.open(epoch)
          for (const channel of batch.channels) this.#channels.describe(channel)
          this.#blocks.write(batch.block, this.#now)
          samples += batch.block.count
          for (const range of batch.lost) this.#insertLost(range)
          for (const event of batch.events) this.#insertEvent(event)
          for (const burst of batch.bursts) {
            this.#bursts.add(this.#epochs.device(burst.device).id, burst)
          }
        }
        this.#epochs.save()
        this.#order.save()
        this.#rollUps.save()
        this.#rollUps.rollDue(MINUTES_PER_BATCH)
        this.#prune(PRUNE_ROWS + 2 * samples, this.#slackUs)
        this.#losses.foldDue(this.#doneUs)
        this.#noteMissed(this.#clock.monoMs())
        this.#events.save()
        alongside?.()
      })
      .immediate()
  }

  /**
   * One small step of what is left to do: minutes to compute, old samples to
   * delete, space to give back.
   *
   * @returns true: there is more
   */
  maintain(): boolean {
    const isBusy = this.#db
      .transaction(() => {
        const rolling = this.#rollUps.rollDue(1)
        if (this.#epochs.isTidyDue || this.#order.isTidyDue) this.#tidy()
        const pruning = this.#prune(PRUNE_ROWS, this.#slackUs)
        this.#noteMissed(this.#clock.monoMs())
        this.#events.save()
        return pruning || rolling
      })
      .immediate()
    return this.#retention.shrink() || isBusy
  }

  /** Lets go of epochs where they are many. Only where the next batch names those that it refers to. */
  forgetEpochs(): void {
    if (this.#epochs.areMany) this.#epochs.forget()
  }

  /** Events that the log itself made since this was asked last. They are in the log already. */
  takeNotes(): LogEvent[] {
    return this.#notes.take()
  }

  /** Totals that another process wants reset; each is said once. */
  takeTotalsRequests(): TotalsRequest[] {
    return this.#totals.takeRequests()
  }

  /**
   * Leaves a trace of what could not be logged. Within the transaction of `write`.
   *
   * @param device null: not known
   */
  noteRejected(device: string | null, what: string, why: string, file: string): void {
    const [first] = this.#epochs.devices
    const name = device ?? first?.name
    if (name === undefined) return
    const timeUs = Math.round(this.#clock.wallMs() * 1000)
    this.#notes.rejected(name, timeUs, what, why, file)
    this.#events.save()
  }

  /** Brings roll-ups and retention up to the newest sample. */
  finish(): void {
    this.#db.transaction(() => this.#rollUps.rollAll()).immediate()
    // Bounded: after a much shorter --retain there may be a lot, which the next run goes on with.
    this.#repeat(LAST_STEPS, () =>
      this.#db.transaction(() => this.#prune(20 * PRUNE_ROWS, 0)).immediate(),
    )
    this.#epochs.forget()
    this.#db
      .transaction(() => {
        this.#noteMissed(Number.POSITIVE_INFINITY)
        this.#events.save()
        this.#losses.fold(this.#doneUs)
        this.#tidy()
        this.#states.removeUnused()
        this.#channels.removeUnused()
        this.#events.trim()
      })
      .immediate()
    this.#repeat(LAST_SHRINKS, () => this.#retention.shrink())
  }

  /** Some of the steps that are left to do. @param step returns true where there are more */
  #repeat(most: number, step: () => boolean): void {
    const untilMs = this.#clock.monoMs() + LAST_MS
    for (let n = 0; n < most && this.#clock.monoMs() < untilMs && step(); n++);
  }

  get #slackUs(): number {
    return Math.min(MAX_SLACK_US, this.#retainUs / 60)
  }

  #prune(rows: number, slackUs: number): boolean {
    for (const device of this.#epochs.devices) this.#retention.open(device, this.#now)
    return this.#retention.step(rows, slackUs, (id) => this.#rollUps.oldestNeededUs(id))
  }

  readonly #doneUs = (deviceId: number): number => this.#retention.doneUs(deviceId)

  #tidy(): void {
    this.#order.tidy(this.#doneUs)
    this.#epochs.tidy(this.#doneUs, (id) => {
      this.#catalog.forgetEpoch(id)
      this.#order.forgetEpoch(id)
    })
  }

  get #now(): HostMoment {
    return { monoMs: this.#clock.monoMs(), wallMs: this.#clock.wallMs() }
  }

  #noteMissed(nowMs: number): void {
    for (const missed of this.#retention.takeMissed(nowMs)) {
      this.#notes.missed(missed, Math.round(this.#clock.wallMs() * 1000))
    }
  }

  #insertLost(range: LostRange): void {
    const { dbId } = this.#epochs.get(range.epochId)
    if (range.reason === 'found') this.#losses.remove(dbId, range.firstSeq, range.fromUs)
    else this.#losses.add(dbId, range)
  }

  #insertEvent(event: LogEvent): void {
    const { id } = this.#epochs.device(event.device)
    this.#events.add(id, event)
    // Not from the events: a storm of them is one row, and the oldest ones go.
    if (event.kind === 'totals') this.#totals.reset(id, event.timeUs)
  }
}
