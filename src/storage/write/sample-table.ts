import type Database from 'better-sqlite3'
import { exactMicro } from '../../util/micro.ts'
import { toStored } from '../file/stored-value.ts'

/** The rows of the samples. All within a transaction. */
export class SampleTable {
  readonly #insert: Database.Statement
  readonly #insertAny: Database.Statement
  readonly #isTaken: Database.Statement
  /** Newest id of all devices. */
  #maxId: number
  /** The last time that was taken already, and the one it was shifted to; -1: none. */
  #shiftedFrom = -1
  #shiftedTo = -1

  constructor(db: Database.Database) {
    // better-sqlite3 binds every number as REAL; a typed column converts, an ANY column would keep it.
    this.#insert = db.prepare(
      'INSERT INTO sample VALUES (?, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), CAST(? AS INTEGER), ?)',
    )
    this.#insertAny = db.prepare('INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#isTaken = db.prepare('SELECT 1 FROM sample WHERE id = ?').pluck()
    this.#maxId = (db.prepare('SELECT max(id) FROM sample').pluck().get() as number | null) ?? -1
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
      this.#insertAny.run(
        id,
        epochId,
        number,
        toStored(voltage),
        toStored(current),
        toStored(power),
        statusId,
      )
    } else this.#insert.run(id, epochId, number, v, a, w, statusId)
    return id
  }

  #freeId(timeUs: number): number {
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
