import type Database from 'better-sqlite3'

/** Gives each sample its id: the time itself, or the first free µs after it. */
export class FreeIds {
  readonly #isTaken: Database.Statement
  /** Newest id of all devices. */
  #maxId: number
  /** The last time that was taken already, and the one it was shifted to; -1: none. */
  #shiftedFrom = -1
  #shiftedTo = -1

  constructor(db: Database.Database) {
    this.#isTaken = db.prepare('SELECT 1 FROM sample WHERE id = ?').pluck()
    this.#maxId = (db.prepare('SELECT max(id) FROM sample').pluck().get() as number | null) ?? -1
  }

  /** @param timeUs Unix µs @returns the id, Unix µs; the caller inserts a row with it */
  take(timeUs: number): number {
    if (timeUs > this.#maxId) {
      this.#maxId = timeUs
      return timeUs
    }
    // Many samples with the same time stamp must not each try all the places again.
    let id = timeUs === this.#shiftedFrom ? this.#shiftedTo + 1 : timeUs
    while (id <= this.#maxId && this.#isTaken.get(id) !== undefined) id++
    this.#shiftedFrom = timeUs
    this.#shiftedTo = id
    if (id > this.#maxId) this.#maxId = id
    return id
  }
}
