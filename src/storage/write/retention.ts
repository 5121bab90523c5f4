import type Database from 'better-sqlite3'
import { FREQUENT_KINDS } from '../../domain/events.ts'
import { US_PER_SECOND } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import type { OpenDevice } from './epoch-table.ts'
import { ReaderHold } from './reader-hold.ts'
import type { SkippedByRetention } from './reader-table.ts'
import {
  CONFIRMING_SAMPLES,
  type HostMoment,
  RetentionClock,
  type RetentionMove,
} from './retention-clock.ts'

/** What a step may free of the file: pages of 4 KB. */
const PAGES_PER_STEP = 128
/** Free pages up to here are kept for the next samples. */
const SPARE_PAGES = 512
/** Rows before the newest sample of a device that are searched for its newest ones. */
const SEARCHED_ROWS = 1000
/** Rows that are counted for an event: some ms. */
const COUNTED_ROWS = 100_000

/** Samples that are past the retention. */
export interface Aged {
  readonly samples: number
  /** False: there may be more. */
  readonly isExact: boolean
}

/** How far the samples of a device have been looked at. */
interface Progress {
  readonly device: OpenDevice
  readonly clock: RetentionClock
  /** Older ones are gone, Unix µs. */
  doneUs: number
}

/**
 * Deletes samples past the retention with the seconds that they were rolled up to,
 * the bursts, and the events that come as often as samples do, in steps that are bounded in rows,
 * all devices in one pass; and gives the file's free pages back, in steps bounded in pages.
 */
export class Retention {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #retainUs: number
  readonly #newest: Database.Statement
  readonly #count: Database.Statement
  readonly #bound: Database.Statement
  readonly #rows: Database.Statement
  readonly #delete: Database.Statement
  readonly #deleteSeconds: Database.Statement
  readonly #deleteValues: Database.Statement
  readonly #frequentEvents: Database.Statement
  readonly #deleteEvent: Database.Statement
  readonly #bursts: Database.Statement
  readonly #deleteBurst: Database.Statement
  readonly #freePages: Database.Statement
  readonly #allPages: Database.Statement
  readonly #progress = new Map<number, Progress>()
  readonly #hold: ReaderHold

  constructor(db: Database.Database, catalog: Catalog, retainUs: number) {
    this.#db = db
    this.#catalog = catalog
    this.#retainUs = retainUs
    this.#hold = new ReaderHold(db)
    this.#newest = db
      .prepare(
        `SELECT id, epoch_id FROM sample WHERE id <= ? ORDER BY id DESC LIMIT ${SEARCHED_ROWS}`,
      )
      .raw()
    this.#count = db
      .prepare(
        `SELECT count(*), count(*) FILTER (WHERE epoch_id IN (SELECT id FROM epoch WHERE device_id = ?))
         FROM (SELECT epoch_id FROM sample WHERE id >= ? AND id < ? LIMIT ${COUNTED_ROWS})`,
      )
      .raw()
    this.#bound = db
      .prepare('SELECT id FROM sample WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?')
      .pluck()
    this.#rows = db
      .prepare('SELECT id, epoch_id FROM sample WHERE id >= ? AND id < ? ORDER BY id')
      .raw()
    this.#delete = db.prepare('DELETE FROM sample WHERE id >= ? AND id < ?')
    this.#deleteSeconds = db.prepare('DELETE FROM second WHERE device_id = ? AND second < ?')
    this.#deleteValues = db.prepare(
      'DELETE FROM channel_value WHERE sample_id >= ? AND sample_id < ?',
    )
    // Restarts, reconnects, clock steps and spills are few and stay, as lost ranges do.
    this.#frequentEvents = db
      .prepare(
        `SELECT id, time_us, device_id FROM event
         WHERE time_us >= ? AND time_us < ? AND kind IN (${FREQUENT_KINDS.map((kind) => `'${kind}'`).join(', ')})`,
      )
      .raw()
    this.#deleteEvent = db.prepare('DELETE FROM event WHERE id = ?')
    this.#bursts = db
      .prepare('SELECT id, time_us, device_id FROM burst WHERE time_us >= ? AND time_us < ?')
      .raw()
    this.#deleteBurst = db.prepare('DELETE FROM burst WHERE id = ?')
    this.#freePages = db.prepare('PRAGMA freelist_count').pluck()
    this.#allPages = db.prepare('PRAGMA page_count').pluck()
  }

  /** To be called before the first sample of this run is inserted. */
  open(device: OpenDevice, host: HostMoment): void {
    if (this.#progress.has(device.id)) return
    const newest = (this.#newest.all(device.newestUs) as [number, number][])
      .filter(([, epochId]) => this.#catalog.deviceOf(epochId) === device.id)
      .slice(0, CONFIRMING_SAMPLES)
      .map(([timeUs]) => timeUs)
      .reverse()
    const clock = new RetentionClock(this.#retainUs, newest, device.lastUs, host)
    this.#progress.set(device.id, { device, clock, doneUs: 0 })
  }

  /** A sample was inserted. @returns what is worth an event; null: nothing */
  add(deviceId: number, timeUs: number, host: HostMoment): RetentionMove | null {
    const progress = this.#of(deviceId)
    // At a place that had been looked at.
    if (timeUs < progress.doneUs) progress.doneUs = timeUs
    return progress.clock.add(timeUs, host)
  }

  /**
   * Samples of a device that are past the retention by a move of its time alone: all of them, or
   * at least so many, since a full log may have a hundred million.
   */
  agedBy(deviceId: number, { fromUs, toUs }: { fromUs: number; toUs: number }): Aged {
    const retainUs = this.#retainUs
    const counted = this.#count.get(deviceId, fromUs - retainUs, toUs - retainUs)
    const [rows, samples] = counted as [number, number]
    return { samples, isExact: rows < COUNTED_ROWS }
  }

  /** Nothing of a device is left before that time, Unix µs. */
  doneUs(deviceId: number): number {
    return this.#progress.get(deviceId)?.doneUs ?? 0
  }

  /**
   * Deletes what is past the retention, looking at no more than `rows` rows.
   * Within a transaction.
   *
   * @param slackUs how far the oldest samples of a device may lie behind
   * @param neededUs from when on samples are needed for a roll-up
   * @returns true: there is more
   */
  step(rows: number, slackUs: number, neededUs: (deviceId: number) => number): boolean {
    const limits = new Map<number, number>()
    for (const [id, { clock }] of this.#progress) {
      limits.set(id, Math.min(clock.timeUs - this.#retainUs, neededUs(id)))
    }
    this.#hold.lower(limits)
    let fromUs = Number.POSITIVE_INFINITY
    let endUs = 0
    for (const [id, { doneUs }] of this.#progress) {
      const limitUs = limits.get(id) as number
      if (limitUs - doneUs <= slackUs) continue
      fromUs = Math.min(fromUs, doneUs)
      endUs = Math.max(endUs, limitUs)
    }
    if (fromUs >= endUs) return false
    const bound = this.#bound.get(fromUs, endUs, rows) as number | undefined
    const toUs = bound ?? endUs
    this.#deleteSamples(fromUs, toUs, limits)
    this.#deleteRecords(this.#frequentEvents, this.#deleteEvent, fromUs, toUs, limits)
    this.#deleteRecords(this.#bursts, this.#deleteBurst, fromUs, toUs, limits)
    for (const [id, progress] of this.#progress) {
      const reachedUs = Math.min(toUs, limits.get(id) as number)
      if (progress.doneUs >= fromUs && progress.doneUs < reachedUs) {
        progress.doneUs = reachedUs
        // A second of which some samples are gone is read raw.
        this.#deleteSeconds.run(id, Math.ceil(reachedUs / US_PER_SECOND))
      }
    }
    return bound !== undefined
  }

  /** Samples that went before a reader had taken them, see `ReaderHold`. Within a transaction. */
  takeMissed(nowMs: number): SkippedByRetention[] {
    return this.#hold.takeMissed(nowMs)
  }

  /**
   * Gives some free pages back to the file system. Outside a transaction.
   *
   * @returns true: there are more
   */
  shrink(): boolean {
    const free = this.#freePages.get() as number
    const spare = Math.max(SPARE_PAGES, (this.#allPages.get() as number) / 10)
    if (free <= spare) return false
    this.#db.pragma(`incremental_vacuum(${PAGES_PER_STEP})`)
    return free - PAGES_PER_STEP > spare
  }

  #of(deviceId: number): Progress {
    const progress = this.#progress.get(deviceId)
    if (progress === undefined) throw new Error(`device ${deviceId} was not opened`)
    return progress
  }

  /** In as few ranges as there are runs of old samples: one, where there is one device. */
  #deleteSamples(fromUs: number, toUs: number, limits: ReadonlyMap<number, number>): void {
    let runUs = -1
    const rows = this.#rows.all(fromUs, toUs) as [number, number][]
    this.#hold.countMissed(rows, limits)
    for (const [id, epochId] of rows) {
      if (id < (limits.get(this.#catalog.deviceOf(epochId)) ?? 0)) {
        if (runUs < 0) runUs = id
      } else if (runUs >= 0) {
        this.#deleteRun(runUs, id)
        runUs = -1
      }
    }
    if (runUs >= 0) this.#deleteRun(runUs, toUs)
  }

  #deleteRun(fromUs: number, toUs: number): void {
    this.#delete.run(fromUs, toUs)
    this.#deleteValues.run(fromUs, toUs)
  }

  /** @param find id, time and device of those within two times */
  #deleteRecords(
    find: Database.Statement,
    remove: Database.Statement,
    fromUs: number,
    toUs: number,
    limits: ReadonlyMap<number, number>,
  ): void {
    const records = find.all(fromUs, toUs) as [number, number, number][]
    for (const [id, timeUs, deviceId] of records) {
      if (timeUs < (limits.get(deviceId) ?? 0)) remove.run(id)
    }
  }
}
