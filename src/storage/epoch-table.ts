import type Database from 'better-sqlite3'
import type { Epoch } from '../domain/sample.ts'
import { distance } from '../protocol/serial-number.ts'
import type { ResumePoint } from './log.ts'

/** One epoch of this run in the database. */
export interface OpenEpoch {
  /** Its id in the log; differs from the monitor's where the file was replaced meanwhile. */
  readonly dbId: number
  readonly device: OpenDevice
  newestUs: number
  lastUs: number
  lastSeq: number
  touched: boolean
}

export interface OpenDevice {
  readonly id: number
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

/** Devices and epochs of the log, and which of them this run writes to. */
export class EpochTable {
  readonly #db: Database.Database
  readonly #devices = new Map<string, OpenDevice>()
  readonly #epochs = new Map<number, OpenEpoch>()
  readonly #update: Database.Statement

  constructor(db: Database.Database) {
    this.#db = db
    this.#update = db.prepare(
      'UPDATE epoch SET newest_us = ?, last_us = ?, last_seq = ? WHERE id = ?',
    )
    for (const [id, name, newestUs, lastUs] of db
      .prepare(
        `SELECT d.id, d.name, max(e.newest_us),
           (SELECT last_us FROM epoch l
            WHERE l.device_id = d.id AND last_us IS NOT NULL ORDER BY l.id DESC LIMIT 1)
         FROM device d LEFT JOIN epoch e ON e.device_id = d.id GROUP BY d.id`,
      )
      .raw()
      .all() as [number, string, number | null, number | null][]) {
      this.#devices.set(name, { id, newestUs: newestUs ?? -1, lastUs: lastUs ?? -1 })
    }
  }

  get devices(): Iterable<OpenDevice> {
    return this.#devices.values()
  }

  get nextId(): number {
    const newest = this.#db.prepare('SELECT max(id) FROM epoch').pluck().get() as number | null
    return (newest ?? 0) + 1
  }

  resumePoints(): ResumePoint[] {
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

  /** Made where there is none of that name. */
  device(name: string): OpenDevice {
    let device = this.#devices.get(name)
    if (device === undefined) {
      const { lastInsertRowid } = this.#db.prepare('INSERT INTO device(name) VALUES (?)').run(name)
      device = { id: Number(lastInsertRowid), newestUs: -1, lastUs: -1 }
      this.#devices.set(name, device)
    }
    return device
  }

  /** Goes on with an epoch of the log, or begins it. */
  open(epoch: Epoch): void {
    const device = this.device(epoch.device)
    const known = this.#db
      .prepare(
        `SELECT id, newest_us AS newestUs, last_us AS lastUs, last_seq AS lastSeq FROM epoch
         WHERE id = ? AND device_id = ? AND boot IS ? AND started_us = ?`,
      )
      .get(epoch.id, device.id, epoch.boot, epoch.startedUs) as EpochRow | undefined
    this.#epochs.set(epoch.id, {
      dbId: known?.id ?? this.#insert(epoch, device),
      device,
      newestUs: known?.newestUs ?? -1,
      lastUs: known?.lastUs ?? -1,
      lastSeq: known?.lastSeq ?? -1,
      touched: false,
    })
  }

  /** @param id as the monitor numbers it */
  get(id: number): OpenEpoch {
    const epoch = this.#epochs.get(id)
    if (epoch === undefined) throw new Error(`the log was not told of epoch ${id}`)
    return epoch
  }

  /** Whether a sample, the last of a transaction, is in the log. @param id as the monitor numbers it */
  isLast(id: number, timeUs: number, seq: number): boolean {
    const epoch = this.#epochs.get(id)
    // Its time may have made way for another by some µs.
    return seq >= 0 && epoch?.lastSeq === seq && Math.abs(epoch.lastUs - timeUs) < 1000
  }

  /** A sample of the epoch was inserted. @param seq -1: none */
  advance(epoch: OpenEpoch, timeUs: number, seq: number): void {
    if (timeUs > epoch.device.newestUs) epoch.device.newestUs = timeUs
    epoch.device.lastUs = timeUs
    if (timeUs > epoch.newestUs) epoch.newestUs = timeUs
    epoch.touched = true
    // One that came after later ones: a run that resumes goes on behind those.
    if (seq >= 0 && epoch.lastSeq >= 0 && distance(epoch.lastSeq, seq) < 0) return
    epoch.lastUs = timeUs
    epoch.lastSeq = seq
  }

  /** Writes how far each epoch has got; once a transaction. */
  save(): void {
    for (const epoch of this.#epochs.values()) {
      if (!epoch.touched) continue
      epoch.touched = false
      const { newestUs, lastUs, lastSeq, dbId } = epoch
      this.#update.run(newestUs, lastUs, lastSeq < 0 ? null : lastSeq, dbId)
    }
  }

  #insert(epoch: Epoch, device: OpenDevice): number {
    const isTaken = this.#db.prepare('SELECT 1 FROM epoch WHERE id = ?').get(epoch.id) !== undefined
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO epoch(id, device_id, boot, started_us) VALUES (?, ?, ?, ?)')
      .run(isTaken ? null : epoch.id, device.id, epoch.boot, epoch.startedUs)
    return Number(lastInsertRowid)
  }
}
