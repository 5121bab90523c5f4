import type Database from 'better-sqlite3'
import type { Burst } from '../../domain/burst.ts'
import { countsText } from '../file/burst-counts.ts'

/** The bursts; within a transaction. */
export class BurstTable {
  readonly #db: Database.Database
  /** Made with the first one. */
  #insert: Database.Statement | null = null

  constructor(db: Database.Database) {
    this.#db = db
  }

  add(deviceId: number, burst: Burst): void {
    const { timeUs, number, dtUs, pre, shuntOhm, trigger, counts } = burst
    this.#insert ??= this.#db.prepare(
      `INSERT INTO burst(time_us, device_id, number, dt_us, pre, shunt_ohm, level, slope, counts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const waited = [trigger?.level ?? null, trigger?.slope ?? null]
    const figures = [timeUs, deviceId, number, dtUs, pre, shuntOhm]
    this.#insert.run(...figures, ...waited, countsText(counts))
  }
}
