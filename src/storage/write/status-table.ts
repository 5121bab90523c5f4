import type Database from 'better-sqlite3'
import { INVALID_STATUS, isMeasured, splitMarks } from '../../domain/sample.ts'
import type { Catalog } from '../file/catalog.ts'

/** Different words at a time; a device that writes a counter into its status has no end of them. */
export const MAX_STATES = 1000
/** Up to here, words that no sample has any more may stay. */
const FEW_STATES = 100

/** The words of the devices, each once, as many as samples have. */
export class StatusTable {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #ids = new Map<string, number>()
  #nextId = 1
  #isFull = false
  /** Samples until it is worth looking again for words that no sample has. */
  #untilLook = 0

  constructor(db: Database.Database, catalog: Catalog) {
    this.#db = db
    this.#catalog = catalog
    for (const [id, { text }] of catalog.states) {
      this.#ids.set(text, id)
      this.#nextId = Math.max(this.#nextId, id + 1)
    }
  }

  /** New words are kept as `other`. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** A block of samples is about to be inserted. Within a transaction. */
  makeRoom(samples: number, words: number): void {
    const isShort = this.#ids.size + words > MAX_STATES
    if (isShort && this.#untilLook <= 0) this.removeUnused()
    this.#untilLook -= samples
  }

  /** Within a transaction. @returns the id of the word, or of `other` where there are too many */
  id(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const folded = foldedStatus(text)
    if (this.#ids.size >= MAX_STATES && folded !== text) {
      this.#isFull = true
      return this.id(folded)
    }
    const id = this.#nextId++
    this.#db
      .prepare('INSERT INTO status(id, text, measured) VALUES (?, ?, ?)')
      .run(id, text, isMeasured(text) ? 1 : 0)
    this.#ids.set(text, id)
    return id
  }

  /** Looks through all samples where there are many words. Within a transaction, between two blocks. */
  removeUnused(): void {
    if (this.#ids.size <= FEW_STATES) return
    const rows = this.#db
      .prepare('SELECT status_id, count(*) FROM sample GROUP BY status_id')
      .raw()
      .all() as [number, number][]
    const used = new Set(rows.map(([id]) => id))
    const remove = this.#db.prepare('DELETE FROM status WHERE id = ?')
    for (const [text, id] of this.#ids) {
      if (used.has(id)) continue
      remove.run(id)
      this.#ids.delete(text)
      this.#catalog.states.delete(id)
    }
    // After a tenth as many samples as were looked through now, so that this stays a constant part of the work.
    const samples = rows.reduce((sum, [, count]) => sum + count, 0)
    this.#untilLook = samples / 10
  }
}

/** What stands for a word past the limit: with the same marks; a word for an invalid sample stays. */
function foldedStatus(text: string): string {
  const { word, marks } = splitMarks(text)
  return word === '' || INVALID_STATUS.has(word) ? text : `other${marks}`
}
