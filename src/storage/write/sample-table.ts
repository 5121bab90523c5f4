import type Database from 'better-sqlite3'
import { exactMicro } from '../../util/micro.ts'
import { toStored } from '../file/stored-value.ts'

/** Rows inserted by one statement where many come together: half as much work a row as one by one. */
const ROWS = 32
const COLUMNS = 7

/**
 * The rows of the samples. All within a transaction. Rows whose times rise wait until they are
 * many, or until `flush`: before anybody reads the table.
 */
export class SampleTable {
  readonly #insert: Database.Statement
  readonly #insertMany: Database.Statement
  readonly #insertAny: Database.Statement
  readonly #isTaken: Database.Statement
  /** Newest id of all devices. */
  #maxId: number
  /** The last time that was taken already, and the one it was shifted to; -1: none. */
  #shiftedFrom = -1
  #shiftedTo = -1
  /** Columns of the rows that wait. */
  readonly #waiting: (number | null)[] = new Array(ROWS * COLUMNS).fill(null)
  #length = 0

  constructor(db: Database.Database) {
    // better-sqlite3 binds every number as REAL; a typed column converts, an ANY column would keep it.
    const row = '(?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER), ?)'
    this.#insert = db.prepare(`INSERT INTO sample VALUES ${row}`)
    this.#insertMany = db.prepare(`INSERT INTO sample VALUES ${Array(ROWS).fill(row).join(', ')}`)
    this.#insertAny = db.prepare('INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#isTaken = db.prepare('SELECT 1 FROM sample WHERE id = ?').pluck()
    this.#maxId = (db.prepare('SELECT max(id) FROM sample').pluck().get() as number | null) ?? -1
  }

  /** Newest id of all devices; -1: none yet. */
  get maxId(): number {
    return this.#maxId
  }

  /**
   * @param timeUs Unix µs
   * @param epochId as the database numbers it
   * @param seq -1: none
   * @param voltage V @param current A @param power W; NaN: not an electric sample
   * @returns its id: the time itself, or the first free µs after it
   */
  add(
    timeUs: number,
    epochId: number,
    seq: number,
    voltage: number,
    current: number,
    power: number,
    statusId: number,
  ): number {
    const id = this.#freeId(timeUs)
    const v = exactMicro(voltage)
    const a = exactMicro(current)
    const w = exactMicro(power)
    const number = seq < 0 ? null : seq
    // NaN in any of them makes the sum NaN.
    if (Number.isNaN(v + a + w)) {
      this.flush()
      this.#insertAny.run(
        id,
        epochId,
        number,
        toStored(voltage),
        toStored(current),
        toStored(power),
        statusId,
      )
      return id
    }
    const waiting = this.#waiting
    let at = this.#length
    waiting[at++] = id
    waiting[at++] = epochId
    waiting[at++] = number
    waiting[at++] = v
    waiting[at++] = a
    waiting[at++] = w
    waiting[at++] = statusId
    this.#length = at
    if (at === waiting.length) {
      this.#length = 0
      // As arguments: better-sqlite3 takes them from the stack, elements of an array by name.
      this.#insertMany.run(...waiting)
    }
    return id
  }

  /** All rows are in the table. */
  flush(): void {
    const length = this.#length
    this.#length = 0
    for (let at = 0; at < length; at += COLUMNS) {
      const [id, epochId, seq, v, a, w, statusId] = this.#waiting.slice(at, at + COLUMNS)
      this.#insert.run(id, epochId, seq, v, a, w, statusId)
    }
  }

  #freeId(timeUs: number): number {
    if (timeUs > this.#maxId) {
      this.#maxId = timeUs
      return timeUs
    }
    this.flush()
    // Many samples with the same time stamp must not each try all the places again.
    let id = timeUs === this.#shiftedFrom ? this.#shiftedTo + 1 : timeUs
    while (id <= this.#maxId && this.#isTaken.get(id) !== undefined) id++
    this.#shiftedFrom = timeUs
    this.#shiftedTo = id
    if (id > this.#maxId) this.#maxId = id
    return id
  }
}
