import type Database from 'better-sqlite3'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import { type Position, type Positions, positionOf } from '../file/commit-cursor.ts'
import { type IdRange, Unread } from '../file/unread.ts'

/** Rows that are counted one by one, of all devices together. */
const COUNTED_ROWS = 100_000
/** Where the first sample behind a cursor is looked for: runs of a device, rows of each. */
const FIRST_RUNS = 1000
const FIRST_ROWS = 1000
/** Runs that are looked at one by one, a device. */
const COUNTED_RUNS = 1000

export interface Backlog {
  readonly samples: number
  /**
   * False: estimated from the minute rows, since there are more than 100,000 rows or
   * 1000 runs to count. Samples of the newest minutes may be missing from it, and taken
   * ones of the same minutes be in it.
   */
  readonly isExact: boolean
}

/** Counts what lies behind a cursor. Within a transaction. */
export class BacklogCount {
  readonly #unread: Unread
  readonly #count: Database.Statement
  readonly #minutes: Database.Statement
  readonly #newest: Database.Statement
  readonly #first: Database.Statement
  readonly #oldestOfAll: Database.Statement

  constructor(db: Database.Database) {
    this.#unread = new Unread(db)
    this.#count = db
      .prepare(
        `SELECT count(*), count(CASE epoch_id WHEN ? THEN 1 END)
         FROM (SELECT epoch_id FROM sample WHERE id >= ? AND id <= ? LIMIT ?)`,
      )
      .raw()
    this.#minutes = db
      .prepare('SELECT coalesce(sum(samples), 0) FROM minute WHERE device_id = ? AND minute >= ?')
      .pluck()
    this.#newest = db.prepare('SELECT max(newest_us) FROM epoch WHERE device_id = ?').pluck()
    this.#first = db
      .prepare(
        `SELECT min(CASE epoch_id WHEN ? THEN id END), count(*)
         FROM (SELECT id, epoch_id FROM sample WHERE id >= ? AND id <= ? ORDER BY id LIMIT ${FIRST_ROWS})`,
      )
      .raw()
    this.#oldestOfAll = db.prepare('SELECT min(id) FROM sample').pluck()
  }

  of(deviceIds: readonly number[], positions: Positions): Backlog {
    const budget = { rows: COUNTED_ROWS }
    let samples = 0
    let isExact = true
    for (const id of deviceIds) {
      const position = positionOf(positions, id)
      const counted = this.#exact(id, position, budget)
      samples += counted ?? this.#estimate(id, position)
      if (counted === null) isExact = false
    }
    return { samples, isExact }
  }

  /**
   * From the oldest sample that lies behind, and was not deleted, to the newest, Unix µs; null: none does. Where rows of other
   * devices are many, it may begin earlier.
   */
  span(deviceIds: readonly number[], positions: Positions): readonly [number, number] | null {
    let span: readonly [number, number] | null = null
    for (const id of deviceIds) {
      const position = positionOf(positions, id)
      const fromUs = this.#oldestUs(id, position)
      if (fromUs === null) continue
      const toUs = this.#newest.get(id) as number
      span = [Math.min(fromUs, span?.[0] ?? fromUs), Math.max(toUs, span?.[1] ?? toUs)]
    }
    return span
  }

  #oldestUs(deviceId: number, position: Position): number | null {
    const storedUs = this.#oldestOfAll.get() as number | null
    if (storedUs === null) return null
    let oldestUs: number | null = null
    for (const range of this.#unread.ranges(deviceId, position, storedUs, undefined, FIRST_RUNS)) {
      const fromId = Math.max(range.fromId, storedUs)
      if (oldestUs !== null && fromId >= oldestUs) break
      const [own, rows] = this.#first.get(range.epochId, fromId, range.toId) as [
        number | null,
        number,
      ]
      // Behind rows of others there may be one.
      const firstUs = own ?? (rows === FIRST_ROWS ? fromId : null)
      if (firstUs !== null) oldestUs = Math.min(firstUs, oldestUs ?? firstUs)
    }
    return oldestUs
  }

  /** null: too many to count */
  #exact(deviceId: number, position: Position, budget: { rows: number }): number | null {
    const ranges = this.#unread.ranges(deviceId, position, undefined, undefined, COUNTED_RUNS)
    if (ranges.length === COUNTED_RUNS) return null
    let samples = 0
    for (const { epochId, fromId, toId } of disjoint(ranges)) {
      const [rows, own] = this.#count.get(epochId, fromId, toId, budget.rows + 1) as [
        number,
        number,
      ]
      budget.rows -= rows
      if (budget.rows < 0) return null
      samples += own
    }
    return samples
  }

  #estimate(deviceId: number, position: Position): number {
    const oldestUs = this.#unread.oldestUs(deviceId, position) ?? Number.MAX_SAFE_INTEGER
    return this.#minutes.get(deviceId, Math.floor(oldestUs / US_PER_MINUTE)) as number
  }
}

/** The same ids in ranges that do not overlap. @param ranges in order of their begin */
function disjoint(ranges: readonly IdRange[]): IdRange[] {
  const apart: IdRange[] = []
  const endOf = new Map<number, number>()
  for (const { epochId, fromId, toId } of ranges) {
    const end = endOf.get(epochId) ?? -1
    if (toId <= end) continue
    apart.push({ epochId, fromId: Math.max(fromId, end + 1), toId })
    endOf.set(epochId, toId)
  }
  return apart
}
