import type Database from 'better-sqlite3'
import type { Detail } from '../../domain/detail.ts'
import { Continuity } from '../../stats/continuity.ts'
import { Folder } from '../../stats/folder.ts'
import { US_PER_MINUTE, US_PER_SECOND } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import { SampleScan } from '../file/sample-scan.ts'
import { fromStored, type StoredValue } from '../file/stored-value.ts'
import { DirtyMinutes } from './dirty-minutes.ts'
import { MinuteFigures } from './minute-figures.ts'
import { RollUpTables } from './roll-up-tables.ts'

/** Where the samples of one device have got to. */
interface Progress {
  readonly deviceId: number
  readonly folder: Folder
  /** Minute (Unix) of the newest sample; -1 before the first of this run. */
  minute: number
  figures: MinuteFigures
  /** `figures` hold all samples of `minute`. */
  complete: boolean
  /** `folder` does not know the rows before the next sample. */
  stale: boolean
  readonly dirty: DirtyMinutes
  /** Minute that the sample before went to. */
  lastMinute: number
}

/**
 * Keeps the rows of minutes, and of the seconds and channels in them. They are a
 * pure function of the raw rows: a minute that gets a sample is marked dirty in the
 * same transaction, and computed when it is over. Usually the figures have been
 * gathered on the way; where they have not (a restart within the minute, late
 * samples) the minute is read again.
 */
export class RollUps {
  readonly #catalog: Catalog
  readonly #scan: SampleScan
  readonly #progress = new Map<number, Progress>()
  readonly #mark: Database.Statement
  readonly #unmark: Database.Statement
  readonly #tables: RollUpTables
  readonly #after: Database.Statement
  readonly #electricAfter: Database.Statement
  readonly #extras: Database.Statement
  /** Marks of this transaction that are not in the table yet. */
  #unsaved: [deviceId: number, minute: number][] = []
  /** Where extra values of the sample that came last go; null: to a minute that is computed again. */
  #extrasTo: MinuteFigures | null = null

  constructor(db: Database.Database, catalog: Catalog) {
    this.#catalog = catalog
    this.#scan = new SampleScan(db, catalog)
    this.#mark = db.prepare('INSERT OR IGNORE INTO dirty VALUES (?, ?)')
    this.#unmark = db.prepare('DELETE FROM dirty WHERE device_id = ? AND minute = ?')
    this.#tables = new RollUpTables(db)
    this.#after = db
      .prepare(
        `SELECT id FROM sample WHERE id > ? AND id <= ? AND epoch_id = ?
         ORDER BY id LIMIT ${Continuity.MEMORY}`,
      )
      .pluck()
    this.#electricAfter = db
      .prepare(
        `SELECT id FROM (SELECT id, v FROM sample WHERE id > ? AND id <= ? AND epoch_id = ?
           ORDER BY id LIMIT ${Folder.MOST_BETWEEN + 1})
         WHERE v IS NOT NULL ORDER BY id LIMIT 1`,
      )
      .pluck()
    this.#extras = db
      .prepare(
        `SELECT x.channel_id, x.value, s.status_id
         FROM channel_value x
         CROSS JOIN channel c ON c.id = x.channel_id
         CROSS JOIN sample s ON s.id = x.sample_id
         WHERE x.sample_id >= ? AND x.sample_id < ? AND c.device_id = ? ORDER BY x.sample_id`,
      )
      .raw()
    for (const [deviceId, minute] of db
      .prepare('SELECT device_id, minute FROM dirty')
      .raw()
      .all() as [number, number][]) {
      this.#of(deviceId).dirty.add(minute)
    }
  }

  /**
   * Takes note of a sample just inserted.
   *
   * @param newestUs time of the newest sample of the device before; -1: there is none
   * @param newestOfRunUs the same of its epoch
   * @param voltage NaN: not an electric sample
   * @param measured by its status
   * @param detail null: it has none
   */
  add(
    deviceId: number,
    timeUs: number,
    newestUs: number,
    epochId: number,
    newestOfRunUs: number,
    seq: number,
    voltage: number,
    current: number,
    power: number,
    measured: boolean,
    detail: Detail | null,
  ): void {
    const progress = this.#of(deviceId)
    const second = Math.floor(timeUs / US_PER_SECOND)
    const minute = Math.floor(second / 60)
    progress.lastMinute = minute
    if (timeUs <= newestUs) {
      this.#extrasTo = null
      this.#addLate(progress, minute, timeUs, epochId, newestOfRunUs)
      return
    }
    if (minute !== progress.minute) {
      this.#finish(progress)
      progress.minute = minute
      progress.figures = new MinuteFigures()
      progress.complete = newestUs < minute * US_PER_MINUTE
      this.#markDirty(progress, minute)
    }
    const { folder } = progress
    if (progress.stale) folder.reset()
    progress.stale = false
    if (!folder.knows(epochId)) this.#scan.prime(folder, epochId, timeUs)
    const into = progress.figures.at(second)
    folder.add(into, timeUs, epochId, seq, voltage, current, power, measured, detail)
    this.#extrasTo = progress.figures
  }

  /**
   * Takes note of an extra value of the sample that was added last.
   *
   * @param measured whether that sample is
   */
  addExtra(channelId: number, value: number, measured: boolean): void {
    if (measured) this.#extrasTo?.addExtra(channelId, value)
  }

  /** Writes the marks that are still needed; last thing in the transaction of a batch. */
  save(): void {
    for (const [deviceId, minute] of this.#unsaved) {
      if (this.#of(deviceId).dirty.has(minute)) this.#mark.run(deviceId, minute)
    }
    this.#unsaved = []
  }

  /** Start of the oldest minute of a device whose rows are still needed, Unix µs. */
  oldestNeededUs(deviceId: number): number {
    const oldest = this.#progress.get(deviceId)?.dirty.oldest ?? Number.POSITIVE_INFINITY
    return oldest * US_PER_MINUTE
  }

  /**
   * Computes at most `limit` dirty minutes that no sample is being added to.
   * Within a transaction.
   *
   * @returns true: there are more
   */
  rollDue(limit: number): boolean {
    let left = limit
    for (const progress of this.#progress.values()) {
      for (const minute of progress.dirty) {
        if (minute === progress.minute || minute === progress.lastMinute) continue
        if (left-- === 0) return true
        this.#recompute(progress, minute)
      }
    }
    return false
  }

  /** Computes everything, the minutes under way included. Within a transaction. */
  rollAll(): void {
    for (const progress of this.#progress.values()) {
      this.#finish(progress)
      for (const minute of progress.dirty) this.#recompute(progress, minute)
      // What comes later finds a minute that has rows already.
      progress.minute = -1
    }
    this.save()
  }

  #of(deviceId: number): Progress {
    let progress = this.#progress.get(deviceId)
    if (progress === undefined) {
      progress = {
        deviceId,
        folder: new Folder(),
        minute: -1,
        figures: new MinuteFigures(),
        complete: false,
        stale: true,
        dirty: new DirtyMinutes(),
        lastMinute: -1,
      }
      this.#progress.set(deviceId, progress)
    }
    return progress
  }

  #addLate(
    progress: Progress,
    minute: number,
    timeUs: number,
    epochId: number,
    newestOfRunUs: number,
  ): void {
    progress.stale = true
    this.#markDirty(progress, minute)
    // Samples of the same run that follow on this one now.
    if (timeUs < newestOfRunUs) {
      const ids = this.#after.all(timeUs, newestOfRunUs, epochId) as number[]
      // The neighbour may come after many without voltage and current.
      const next = this.#electricAfter.get(ids.at(-1) ?? timeUs, newestOfRunUs, epochId)
      if (next !== undefined) ids.push(next as number)
      for (const id of ids) this.#markDirty(progress, Math.floor(id / US_PER_MINUTE))
    }
    if (progress.dirty.has(progress.minute)) progress.complete = false
  }

  #markDirty(progress: Progress, minute: number): void {
    if (progress.dirty.has(minute)) return
    progress.dirty.add(minute)
    this.#unsaved.push([progress.deviceId, minute])
  }

  /** The minute under way is over. */
  #finish(progress: Progress): void {
    const { minute } = progress
    if (minute < 0 || !progress.dirty.has(minute)) return
    if (progress.complete) this.#store(progress, minute, progress.figures)
    else this.#recompute(progress, minute)
  }

  #recompute(progress: Progress, minute: number): void {
    const fromUs = minute * US_PER_MINUTE
    const toUs = fromUs + US_PER_MINUTE
    const { deviceId } = progress
    const figures = new MinuteFigures()
    const folder = new Folder()
    for (const rows of this.#scan.unchecked(fromUs, toUs)) {
      for (const row of rows) {
        if (!this.#scan.isOf(row, deviceId)) continue
        this.#scan.fold(folder, figures.at(Math.floor(row[0] / US_PER_SECOND)), row)
      }
    }
    type ExtraRow = [channelId: number, value: StoredValue, statusId: number]
    for (const row of this.#extras.iterate(fromUs, toUs, deviceId)) {
      const [channelId, value, statusId] = row as ExtraRow
      if (this.#catalog.status(statusId).measured) figures.addExtra(channelId, fromStored(value))
    }
    this.#store(progress, minute, figures)
  }

  #store(progress: Progress, minute: number, figures: MinuteFigures): void {
    figures.close()
    this.#tables.put(progress.deviceId, minute, figures)
    progress.dirty.delete(minute)
    this.#unmark.run(progress.deviceId, minute)
  }
}
