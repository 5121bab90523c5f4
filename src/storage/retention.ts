import type Database from 'better-sqlite3'

/** What a step may free of the file: pages of 4 KB. */
const PAGES_PER_STEP = 128
/** Free pages up to here are kept for the next samples. */
const SPARE_PAGES = 512

/**
 * Deletes samples past the retention, and the events that come as often as
 * samples do, in steps that are bounded in rows, and
 * gives the file's free pages back, in steps bounded in pages.
 */
export class Retention {
  readonly #db: Database.Database
  readonly #bound: Database.Statement
  readonly #delete: Database.Statement
  readonly #deleteEvents: Database.Statement
  readonly #freePages: Database.Statement
  readonly #allPages: Database.Statement
  /** Up to where each device's samples have been looked at, Unix µs. */
  readonly #doneUs = new Map<number, number>()

  constructor(db: Database.Database) {
    this.#db = db
    this.#bound = db
      .prepare('SELECT id FROM sample WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?')
      .pluck()
    this.#delete = db.prepare(
      `DELETE FROM sample WHERE id >= ? AND id < ?
       AND epoch_id IN (SELECT id FROM epoch WHERE device_id = ?)`,
    )
    // Restarts, reconnects, clock steps and spills are few and stay, as lost ranges do.
    this.#deleteEvents = db.prepare(
      "DELETE FROM event WHERE time_us < ? AND device_id = ? AND kind IN ('recovery', 'note')",
    )
    this.#freePages = db.prepare('PRAGMA freelist_count').pluck()
    this.#allPages = db.prepare('PRAGMA page_count').pluck()
  }

  /** How far a device's oldest samples may lie behind its limit, µs. @param limitUs Unix µs */
  behindUs(deviceId: number, limitUs: number): number {
    return limitUs - (this.#doneUs.get(deviceId) ?? Number.NEGATIVE_INFINITY)
  }

  /** A sample came in at a place that had been looked at. */
  lookAgain(deviceId: number, timeUs: number): void {
    const done = this.#doneUs.get(deviceId)
    if (done !== undefined && timeUs < done) this.#doneUs.set(deviceId, timeUs)
  }

  /**
   * Deletes samples of a device before a limit, looking at no more than `rows`
   * rows. Within a transaction.
   *
   * @returns true: there is more
   */
  step(deviceId: number, limitUs: number, rows: number): boolean {
    const fromUs = this.#doneUs.get(deviceId) ?? 0
    if (fromUs >= limitUs) return false
    const bound = this.#bound.get(fromUs, limitUs, rows) as number | undefined
    const toUs = bound ?? limitUs
    this.#delete.run(fromUs, toUs, deviceId)
    this.#doneUs.set(deviceId, toUs)
    if (bound === undefined) this.#deleteEvents.run(limitUs, deviceId)
    return bound !== undefined
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
}
