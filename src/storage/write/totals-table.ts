import type Database from 'better-sqlite3'

/** Another process asks the writer to begin the totals of a device again at 0. */
export interface TotalsRequest {
  readonly device: string
  /** Newest sample of the device in the log, Unix µs; for a device that no stream of the writer has. */
  readonly newestUs: number
  /** For the event: what the totals were. */
  readonly detail: string
}

/** Since when the totals of a device count, and who wants that changed. */
export class TotalsTable {
  readonly #db: Database.Database
  readonly #reset: Database.Statement
  readonly #since: Database.Statement
  readonly #ask: Database.Statement
  readonly #requests: Database.Statement
  readonly #clear: Database.Statement

  constructor(db: Database.Database) {
    this.#db = db
    this.#reset = db.prepare(
      `INSERT INTO totals_reset VALUES (?, ?)
       ON CONFLICT DO UPDATE SET since_us = excluded.since_us`,
    )
    this.#since = db.prepare('SELECT since_us FROM totals_reset WHERE device_id = ?').pluck()
    this.#ask = db.prepare('INSERT OR REPLACE INTO totals_request VALUES (?, ?, ?)')
    this.#requests = db.prepare(
      `SELECT d.name AS device, r.newest_us AS newestUs, r.detail
       FROM totals_request r CROSS JOIN device d ON d.id = r.device_id`,
    )
    this.#clear = db.prepare('DELETE FROM totals_request')
  }

  /** Samples after that time count. */
  reset(deviceId: number, sinceUs: number): void {
    this.#reset.run(deviceId, sinceUs)
  }

  /** null: since the begin of the log */
  sinceUs(deviceId: number): number | null {
    return (this.#since.get(deviceId) as number | undefined) ?? null
  }

  ask(deviceId: number, newestUs: number, detail: string): void {
    this.#ask.run(deviceId, newestUs, detail)
  }

  /** Nobody asks any more. */
  clear(): void {
    this.#clear.run()
  }

  /** What is asked for; it is gone then. Outside a transaction: usually there is nothing, and no lock is taken. */
  takeRequests(): TotalsRequest[] {
    const requests = this.#requests.all() as TotalsRequest[]
    if (requests.length > 0) this.#db.transaction(() => this.clear()).immediate()
    return requests
  }
}
