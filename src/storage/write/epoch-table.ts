import type Database from 'better-sqlite3'
import type { Epoch } from '../../domain/sample.ts'
import { distance } from '../../util/serial-number.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { LoggedRun } from '../file/records.ts'

/** One epoch of this run in the database. */
export interface OpenEpoch {
  /** Its id in the log; differs from the monitor's where the file was replaced meanwhile. */
  readonly dbId: number
  readonly device: OpenDevice
  readonly boot: number | null
  newestUs: number
  lastUs: number
  lastSeq: number
  touched: boolean
}

export interface OpenDevice {
  readonly id: number
  readonly name: string
  /** -1: no sample yet */
  newestUs: number
  /** Of the sample that came last; not the newest after a clock that was ahead was set right. -1: none yet */
  lastUs: number
}

interface EpochRow {
  readonly id: number
  readonly newestUs: number | null
  readonly lastUs: number | null
  readonly lastSeq: number | null
}

/** Epochs begun between two looks for those that can go; more where there are more. */
const EPOCHS_PER_TIDY = 1000

/** Epochs kept in memory between two batches; each batch names those that it refers to. */
const EPOCHS_KEPT = 100

/** Devices and epochs of the log, and which of them this run writes to. */
export class EpochTable {
  readonly #db: Database.Database
  readonly #devices = new Map<string, OpenDevice>()
  readonly #epochs = new Map<number, OpenEpoch>()
  readonly #update: Database.Statement
  readonly #known: Database.Statement
  /** In a file that replaced another one: an epoch under another id than its own, which was taken. */
  readonly #shifted: Database.Statement
  readonly #taken: Database.Statement
  readonly #begin: Database.Statement
  readonly #setBoot: Database.Statement
  #touched: OpenEpoch[] = []
  #untilTidy = EPOCHS_PER_TIDY

  constructor(db: Database.Database) {
    this.#db = db
    this.#update = db.prepare(
      'UPDATE epoch SET newest_us = ?, last_us = ?, last_seq = ? WHERE id = ?',
    )
    const row =
      'SELECT id, newest_us AS newestUs, last_us AS lastUs, last_seq AS lastSeq FROM epoch'
    const isSame = 'device_id = ? AND (boot IS ? OR boot IS NULL) AND started_us = ?'
    this.#known = db.prepare(`${row} WHERE id = ? AND ${isSame}`)
    this.#shifted = db.prepare(`${row} WHERE id > ? AND ${isSame} ORDER BY id DESC LIMIT 1`)
    this.#taken = db.prepare('SELECT 1 FROM epoch WHERE id = ?')
    this.#begin = db.prepare(
      'INSERT INTO epoch(id, device_id, boot, started_us) VALUES (?, ?, ?, ?)',
    )
    this.#setBoot = db.prepare('UPDATE epoch SET boot = ? WHERE id = ? AND boot IS NULL')
    for (const [id, name] of db.prepare('SELECT id, name FROM device').raw().all() as [
      number,
      string,
    ][]) {
      this.#devices.set(name, { id, name, newestUs: -1, lastUs: -1 })
    }
    const byId = new Map([...this.#devices.values()].map((device) => [device.id, device]))
    for (const [deviceId, newestUs, lastUs] of db
      .prepare(
        'SELECT device_id, newest_us, last_us FROM epoch WHERE newest_us IS NOT NULL ORDER BY id',
      )
      .raw()
      .all() as [number, number, number][]) {
      const device = byId.get(deviceId)
      if (device === undefined) continue
      device.newestUs = Math.max(device.newestUs, newestUs)
      device.lastUs = lastUs
    }
  }

  get devices(): Iterable<OpenDevice> {
    return this.#devices.values()
  }

  get nextId(): number {
    const newest = this.#db.prepare('SELECT max(id) FROM epoch').pluck().get() as number | null
    return (newest ?? 0) + 1
  }

  loggedRuns(): LoggedRun[] {
    const rows = this.#db
      .prepare(
        `SELECT max(e.id) AS id, d.name AS device, e.boot, e.started_us AS startedUs,
           e.last_seq AS lastSeq, e.last_us AS lastUs
         FROM epoch e JOIN device d ON d.id = e.device_id
         WHERE e.boot IS NOT NULL AND e.last_seq IS NOT NULL GROUP BY d.id`,
      )
      .all() as (Epoch & { lastSeq: number; lastUs: number })[]
    return rows.map(({ id, device, boot, startedUs, lastSeq, lastUs }) => ({
      epoch: { id, device, boot, startedUs },
      lastSeq,
      lastUs,
    }))
  }

  /** First minute of each device, by label, Unix µs. */
  begins(): Map<string, number> {
    const rows = this.#db
      .prepare(
        `SELECT name, min(
           ifnull((SELECT min(minute) FROM minute WHERE device_id = device.id), 9e9),
           ifnull((SELECT min(minute) FROM dirty WHERE device_id = device.id), 9e9)
         ) FROM device`,
      )
      .raw()
      .all() as [string, number][]
    const begun = rows.filter(([, minute]) => minute < 9e9)
    return new Map(begun.map(([name, minute]) => [name, minute * US_PER_MINUTE]))
  }

  /** Made where there is none of that name. */
  device(name: string): OpenDevice {
    let device = this.#devices.get(name)
    if (device === undefined) {
      const { lastInsertRowid } = this.#db.prepare('INSERT INTO device(name) VALUES (?)').run(name)
      device = { id: Number(lastInsertRowid), name, newestUs: -1, lastUs: -1 }
      this.#devices.set(name, device)
    }
    return device
  }

  /** Goes on with an epoch of the log, or begins it; its boot number may come later. */
  open(epoch: Epoch): void {
    const open = this.#epochs.get(epoch.id)
    if (open?.boot === epoch.boot) return
    // What this transaction has added to the same epoch counts, too.
    this.save()
    const device = this.device(epoch.device)
    const known = this.#find(epoch, open?.dbId ?? epoch.id, device)
    if (known !== undefined && epoch.boot !== null) this.#setBoot.run(epoch.boot, known.id)
    this.#epochs.set(epoch.id, {
      dbId: known?.id ?? this.#insert(epoch, device),
      device,
      boot: epoch.boot,
      newestUs: known?.newestUs ?? -1,
      lastUs: known?.lastUs ?? -1,
      lastSeq: known?.lastSeq ?? -1,
      touched: false,
    })
  }

  /** @param id as the monitor numbers it */
  get(id: number): OpenEpoch {
    const epoch = this.#epochs.get(id)
    if (epoch === undefined) throw new Error(`the log does not know epoch ${id}`)
    return epoch
  }

  /** A sample of the epoch was inserted. @param seq -1: none */
  advance(epoch: OpenEpoch, timeUs: number, seq: number): void {
    if (timeUs > epoch.device.newestUs) epoch.device.newestUs = timeUs
    epoch.device.lastUs = timeUs
    if (timeUs > epoch.newestUs) epoch.newestUs = timeUs
    if (!epoch.touched) this.#touched.push(epoch)
    epoch.touched = true
    // One that came after later ones: a run that resumes goes on behind those.
    if (seq >= 0 && epoch.lastSeq >= 0 && distance(epoch.lastSeq, seq) < 0) return
    epoch.lastUs = timeUs
    epoch.lastSeq = seq
  }

  /** Writes how far each epoch has got; once a transaction. */
  save(): void {
    for (const epoch of this.#touched) {
      epoch.touched = false
      const { newestUs, lastUs, lastSeq, dbId } = epoch
      this.#update.run(newestUs, lastUs, lastSeq < 0 ? null : lastSeq, dbId)
    }
    this.#touched = []
  }

  /** There are more epochs in memory than are worth keeping. */
  get areMany(): boolean {
    return this.#epochs.size > EPOCHS_KEPT
  }

  /** Lets go of all epochs. Only where the next batch names those that it refers to. */
  forget(): void {
    this.#epochs.clear()
  }

  /** Enough were begun that it is worth looking for those that can go. */
  get isTidyDue(): boolean {
    return this.#untilTidy <= 0
  }

  /**
   * Removes epochs that nothing is left of, but for the newest ones of each device,
   * which a run may go on with. Within a transaction.
   *
   * @param doneUs no sample of a device is left before that, Unix µs
   * @param removed called with each id that is free again
   */
  tidy(doneUs: (deviceId: number) => number, removed: (id: number) => void): void {
    const inUse = new Set([
      ...(this.#db.prepare('SELECT DISTINCT epoch_id FROM lost').pluck().all() as number[]),
      ...[...this.#epochs.values()].map(({ dbId }) => dbId),
    ])
    const newest = new Set<number>()
    const resumable = new Set<number>()
    const remove = this.#db.prepare('DELETE FROM epoch WHERE id = ?')
    let left = 0
    for (const [id, deviceId, lastUs, isResumable] of this.#db
      .prepare(
        `SELECT id, device_id, coalesce(newest_us, started_us), boot IS NOT NULL AND last_seq IS NOT NULL
         FROM epoch ORDER BY id DESC`,
      )
      .raw()
      .all() as [number, number, number, number][]) {
      const isNewest = !newest.has(deviceId) || (isResumable === 1 && !resumable.has(deviceId))
      newest.add(deviceId)
      if (isResumable === 1) resumable.add(deviceId)
      if (isNewest || inUse.has(id) || lastUs >= doneUs(deviceId)) {
        left++
        continue
      }
      remove.run(id)
      removed(id)
    }
    this.#untilTidy = Math.max(EPOCHS_PER_TIDY, left)
  }

  /** The row of an epoch that the log has. @param id it has, where nothing else took that one */
  #find(epoch: Epoch, id: number, device: OpenDevice): EpochRow | undefined {
    const { boot, startedUs } = epoch
    const known = this.#known.get(id, device.id, boot, startedUs) as EpochRow | undefined
    if (known !== undefined || !this.#isTaken(id)) return known
    return this.#shifted.get(epoch.id, device.id, boot, startedUs) as EpochRow | undefined
  }

  #isTaken(id: number): boolean {
    return this.#taken.get(id) !== undefined
  }

  #insert(epoch: Epoch, device: OpenDevice): number {
    this.#untilTidy--
    const id = this.#isTaken(epoch.id) ? null : epoch.id
    const { lastInsertRowid } = this.#begin.run(id, device.id, epoch.boot, epoch.startedUs)
    return Number(lastInsertRowid)
  }
}
