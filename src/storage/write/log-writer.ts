import type Database from 'better-sqlite3'
import { isMeasured } from '../../domain/sample.ts'
import type { Clock } from '../../util/clock.ts'
import { formatDuration } from '../../util/duration.ts'
import type { LogEvent, LostRange, ResumePoint } from '../client/log.ts'
import { FIELDS, type LogBatch, type SampleBlock } from '../client/log-batch.ts'
import { toMicro, toStored } from '../file/stored-value.ts'
import { Catalog } from '../read/catalog.ts'
import { CommitOrder } from './commit-order.ts'
import { EpochTable, type OpenDevice, type OpenEpoch } from './epoch-table.ts'
import { EventTable } from './event-table.ts'
import { FreeIds } from './free-ids.ts'
import { LossTable } from './loss-table.ts'
import { Retention } from './retention.ts'
import type { HostMoment, RetentionMove } from './retention-clock.ts'
import { RollUps } from './roll-ups.ts'
import { MAX_STATES, StatusTable } from './status-table.ts'

/** Old rows looked at beside each batch: so many, and twice as many as were inserted. */
const PRUNE_ROWS = 1000
/** Steps, of 20 times as many rows, at the close. */
const LAST_STEPS = 50
/** Steps in which space is given back at the close: some 200 MB. */
const LAST_SHRINKS = 400
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
  readonly #states: StatusTable
  readonly #losses: LossTable
  readonly #events: EventTable
  readonly #ids: FreeIds
  readonly #order: CommitOrder
  /** What the log itself had to say since it was asked last. */
  #notes: LogEvent[] = []
  #isFullNoted = false
  readonly #insert: Database.Statement
  readonly #insertAny: Database.Statement

  constructor(db: Database.Database, retainMs: number, clock: Clock) {
    this.#db = db
    this.#clock = clock
    this.#retainUs = retainMs * 1000
    this.#catalog = new Catalog(db)
    this.#rollUps = new RollUps(db, this.#catalog)
    this.#retention = new Retention(db, this.#catalog, this.#retainUs)
    this.#epochs = new EpochTable(db)
    this.#states = new StatusTable(db, this.#catalog)
    this.#losses = new LossTable(db, this.#catalog)
    this.#events = new EventTable(db)
    this.#ids = new FreeIds(db)
    this.#order = new CommitOrder(db)
    // better-sqlite3 binds every number as REAL; a typed column converts, an ANY column would keep it.
    this.#insert = db.prepare(
      'INSERT INTO sample VALUES (?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER), ?)',
    )
    this.#insertAny = db.prepare('INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?)')
  }

  get nextEpochId(): number {
    return this.#epochs.nextId
  }

  /** The last epoch of each device that had a boot number and numbered samples. */
  resumePoints(): ResumePoint[] {
    return this.#epochs.resumePoints()
  }

  /**
   * How many of these batches are in the log already: a transaction whose end could
   * not be synced may have been carried out all the same.
   */
  committed(batches: readonly LogBatch[]): number {
    return (
      batches.findLastIndex(({ block: { count, fields } }) => {
        const at = (count - 1) * FIELDS
        const [timeUs = 0, , , , seq = -1, epochId = 0] = fields.subarray(Math.max(0, at))
        return count > 0 && this.#epochs.isLast(epochId, timeUs, seq)
      }) + 1
    )
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
          this.#insertBlock(batch.block)
          samples += batch.block.count
          for (const range of batch.lost) this.#insertLost(range)
          for (const event of batch.events) this.#insertEvent(event)
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
        return this.#prune(PRUNE_ROWS, this.#slackUs) || rolling
      })
      .immediate()
    return this.#retention.shrink() || isBusy
  }

  /**
   * Lets go of the epochs of this run that nothing comes to any more; only while no
   * batch waits that may still name one of them.
   */
  forgetClosed(): void {
    this.#epochs.forgetClosed()
  }

  /** Events that the log itself made since this was asked last. They are in the log already. */
  takeNotes(): LogEvent[] {
    const notes = this.#notes
    this.#notes = []
    return notes
  }

  /** Brings roll-ups and retention up to the newest sample. */
  finish(): void {
    this.#db.transaction(() => this.#rollUps.rollAll()).immediate()
    // Bounded: after a much shorter --retain there may be a lot, which the next run goes on with.
    for (let step = 0; step < LAST_STEPS; step++) {
      if (!this.#db.transaction(() => this.#prune(20 * PRUNE_ROWS, 0)).immediate()) break
    }
    this.#epochs.forgetClosed()
    this.#db
      .transaction(() => {
        this.#noteMissed(Number.POSITIVE_INFINITY)
        this.#events.save()
        this.#losses.fold(this.#doneUs)
        this.#tidy()
        this.#states.removeUnused()
        this.#events.trim()
      })
      .immediate()
    for (let step = 0; step < LAST_SHRINKS && this.#retention.shrink(); step++);
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

  #insertBlock(block: SampleBlock): void {
    const { fields, states } = block
    this.#states.makeRoom(block.count, states.length)
    const statusIds = states.map((text) => this.#states.id(text))
    const now = this.#now
    const measured = states.map((text) => isMeasured(text))
    let epochId = Number.NaN
    let epoch!: OpenEpoch
    for (let at = 0; at < block.count * FIELDS; at += FIELDS) {
      const voltage = fields[at + 1] as number
      const current = fields[at + 2] as number
      const power = fields[at + 3] as number
      const seq = fields[at + 4] as number
      const status = fields[at + 6] as number
      if (fields[at + 5] !== epochId) {
        epochId = fields[at + 5] as number
        epoch = this.#epochs.get(epochId)
        this.#retention.open(epoch.device, now)
        this.#noteFullStates(epoch.device.name, fields[at] as number)
      }
      const id = this.#ids.take(fields[at] as number)
      this.#insertSample(id, epoch.dbId, seq, voltage, current, power, statusIds[status] as number)

      const { device } = epoch
      this.#order.add(device.id, epoch.dbId, id, epoch.newestUs)
      if (epoch.newestUs < 0 && id <= device.newestUs) this.#noteOverlap(device, id)
      this.#rollUps.add(
        device.id,
        id,
        device.newestUs,
        epoch.dbId,
        epoch.newestUs,
        seq,
        voltage,
        current,
        power,
        measured[status] as boolean,
      )
      this.#epochs.advance(epoch, id, seq)
      const move = this.#retention.add(device.id, id, now)
      if (move !== null) this.#noteMove(epoch, id, move)
    }
  }

  #insertSample(
    id: number,
    epochId: number,
    seq: number,
    voltage: number,
    current: number,
    power: number,
    statusId: number,
  ): void {
    const v = toMicro(voltage)
    const a = toMicro(current)
    const w = toMicro(power)
    const number = seq < 0 ? null : seq
    // NaN in any of them makes the sum NaN.
    if (Number.isNaN(v + a + w)) {
      this.#insertAny.run(
        id,
        epochId,
        number,
        toStored(voltage),
        toStored(current),
        toStored(power),
        statusId,
      )
    } else this.#insert.run(id, epochId, number, v, a, w, statusId)
  }

  /** Samples go, or will, by more than time has passed: said, where there are any. */
  #noteMove(epoch: OpenEpoch, timeUs: number, move: RetentionMove): void {
    let detail: string
    if (move.kind === 'stale') {
      detail = `${move.samples} samples were past the retention when they came: they go, their minute averages stay`
    } else {
      const aged = this.#retention.agedBy(epoch.device.id, move.fromUs, move.toUs)
      if (aged === 0) return
      const by = formatDuration((move.toUs - move.fromUs) / 1000)
      detail = `device time moved on by ${by}: ${aged} samples are past the retention now and go, their minute averages stay`
    }
    this.#note({ timeUs, device: epoch.device.name, kind: 'retention', detail })
  }

  #noteMissed(nowMs: number): void {
    for (const { reader, device, samples } of this.#retention.takeMissed(nowMs)) {
      const detail = `${samples} samples past the retention went before '${reader}' had taken them: more than is kept for it`
      const timeUs = Math.round(this.#clock.wallMs() * 1000)
      this.#note({ timeUs, device, kind: 'sink', detail })
    }
  }

  /** Two runs of a device at the same time: a capture piped in twice, or a clock that was set back. */
  #noteOverlap({ name, newestUs }: OpenDevice, timeUs: number): void {
    const by = formatDuration((newestUs - timeUs) / 1000)
    const detail = `this run begins ${by} before the end of an earlier one: both are kept, each with its own charge`
    this.#note({ timeUs, device: name, kind: 'overlap', detail })
  }

  #noteFullStates(device: string, timeUs: number): void {
    if (this.#isFullNoted || !this.#states.isFull) return
    this.#isFullNoted = true
    const detail = `more than ${MAX_STATES} different states: further ones are kept as 'other'`
    this.#note({ timeUs, device, kind: 'status', detail })
  }

  /** An event that the log itself makes. */
  #note(event: LogEvent): void {
    this.#insertEvent(event)
    this.#notes.push(event)
  }

  #insertLost(range: LostRange): void {
    const { dbId } = this.#epochs.get(range.epochId)
    if (range.reason === 'found') this.#losses.remove(dbId, range.firstSeq, range.fromUs)
    else this.#losses.add(dbId, range)
  }

  #insertEvent(event: LogEvent): void {
    this.#events.add(this.#epochs.device(event.device).id, event)
  }
}
