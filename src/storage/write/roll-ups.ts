import type Database from 'better-sqlite3'
import { Continuity } from '../../stats/continuity.ts'
import { Figures, type Spread } from '../../stats/figures.ts'
import { Folder } from '../../stats/folder.ts'
import { US_PER_MINUTE } from '../file/schema.ts'
import type { Catalog } from '../read/catalog.ts'
import { SampleScan } from '../read/sample-scan.ts'

/** Where the samples of one device have got to. */
interface Progress {
  readonly deviceId: number
  readonly folder: Folder
  /** Minute (Unix) of the newest sample; -1 before the first of this run. */
  minute: number
  figures: Figures
  /** `figures` hold all samples of `minute`. */
  complete: boolean
  /** `folder` does not know the rows before the next sample. */
  stale: boolean
  /** Minutes whose row is out of date. */
  readonly dirty: Set<number>
  /** Minute that the sample before went to. */
  lastMinute: number
}

/**
 * Keeps the minute rows. They are a pure function of the raw rows: a minute that
 * gets a sample is marked dirty in the same transaction, and computed when it is
 * over. Usually the figures have been gathered on the way; where they have not
 * (a restart within the minute, late samples) the minute is read again.
 */
export class RollUps {
  readonly #scan: SampleScan
  readonly #progress = new Map<number, Progress>()
  readonly #mark: Database.Statement
  readonly #unmark: Database.Statement
  readonly #put: Database.Statement
  readonly #after: Database.Statement
  /** Marks of this transaction that are not in the table yet. */
  #unsaved: [deviceId: number, minute: number][] = []

  constructor(db: Database.Database, catalog: Catalog) {
    this.#scan = new SampleScan(db, catalog)
    this.#mark = db.prepare('INSERT OR IGNORE INTO dirty VALUES (?, ?)')
    this.#unmark = db.prepare('DELETE FROM dirty WHERE device_id = ? AND minute = ?')
    // Never replaced by one of fewer samples: some of its rows have passed the retention since.
    this.#put = db.prepare(`
      INSERT INTO minute VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET samples = excluded.samples, measured = excluded.measured,
        covered_us = excluded.covered_us,
        v_min = excluded.v_min, v_sum = excluded.v_sum, v_max = excluded.v_max,
        a_min = excluded.a_min, a_sum = excluded.a_sum, a_max = excluded.a_max,
        w_min = excluded.w_min, w_sum = excluded.w_sum, w_max = excluded.w_max,
        charge_pc = excluded.charge_pc, energy_pj = excluded.energy_pj
      WHERE excluded.samples >= minute.samples`)
    this.#after = db
      .prepare(
        `SELECT id FROM sample WHERE id > ? AND id <= ? AND epoch_id = ?
         ORDER BY id LIMIT ${Continuity.MEMORY}`,
      )
      .pluck()
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
  ): void {
    const progress = this.#of(deviceId)
    const minute = Math.floor(timeUs / US_PER_MINUTE)
    progress.lastMinute = minute
    if (timeUs <= newestUs) {
      this.#addLate(progress, minute, timeUs, epochId, newestOfRunUs)
      return
    }
    if (minute !== progress.minute) {
      this.#finish(progress)
      progress.minute = minute
      progress.figures = new Figures()
      progress.complete = newestUs < minute * US_PER_MINUTE
      this.#markDirty(progress, minute)
    }
    const { folder } = progress
    if (progress.stale) folder.reset()
    progress.stale = false
    if (!folder.knows(epochId)) this.#scan.prime(folder, epochId, timeUs)
    folder.add(progress.figures, timeUs, epochId, seq, voltage, current, power, measured)
  }

  /**
   * Takes note of a value of an extra channel, after its sample. Extra channels have
   * their values alone in the log, and no minutes.
   */
  addExtra(_channelId: number, _timeUs: number, _value: number, _measured: boolean): void {}

  /** Writes the marks that are still needed; last thing in the transaction of a batch. */
  save(): void {
    for (const [deviceId, minute] of this.#unsaved) {
      if (this.#of(deviceId).dirty.has(minute)) this.#mark.run(deviceId, minute)
    }
    this.#unsaved = []
  }

  /** Start of the oldest minute of a device whose rows are still needed, Unix µs. */
  oldestNeededUs(deviceId: number): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const minute of this.#progress.get(deviceId)?.dirty ?? []) {
      if (minute < oldest) oldest = minute
    }
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
        figures: new Figures(),
        complete: false,
        stale: true,
        dirty: new Set(),
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
      for (const id of this.#after.all(timeUs, newestOfRunUs, epochId) as number[]) {
        this.#markDirty(progress, Math.floor(id / US_PER_MINUTE))
      }
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
    const figures = new Figures()
    const folder = new Folder()
    for (const rows of this.#scan.pages(fromUs, fromUs + US_PER_MINUTE)) {
      for (const row of rows) {
        if (this.#scan.isOf(row, progress.deviceId)) this.#scan.fold(folder, figures, row)
      }
    }
    this.#store(progress, minute, figures)
  }

  #store(progress: Progress, minute: number, figures: Figures): void {
    const { deviceId } = progress
    if (figures.samples > 0) {
      const empty = figures.measured === 0
      const cells = (spread: Spread): (number | null)[] =>
        empty ? [null, null, null] : [spread.min, spread.sumMicro, spread.max]
      this.#put.run(
        deviceId,
        minute,
        figures.samples,
        figures.measured,
        figures.coveredUs,
        ...cells(figures.voltage),
        ...cells(figures.current),
        ...cells(figures.power),
        figures.chargePc,
        figures.energyPj,
      )
    }
    progress.dirty.delete(minute)
    this.#unmark.run(deviceId, minute)
  }
}
