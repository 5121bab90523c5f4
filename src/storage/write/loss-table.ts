import type Database from 'better-sqlite3'
import { advance, placeIn } from '../../util/serial-number.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Catalog } from '../file/catalog.ts'
import type { LostRange } from '../file/records.ts'

/** Ranges of a device that stay as they are, the newest ones; older ones are put together by minute. */
export const SINGLE_RANGES = 10_000
/** Ranges added between two looks at all of them; more where there are more. */
const RANGES_PER_LOOK = 5000
const PAGE = 1000
/** Newest ranges that are no more, on record for readers that may know them (`record-journal.ts`). */
const MAX_GONE = 100_000
/** Newest ranges among which that of a sample that came after all is looked for; a stream remembers 64. */
const SEARCHED_RANGES = 5000

interface LostRow {
  readonly id: number
  readonly epoch_id: number
  readonly first_seq: number
  readonly count: number
  readonly from_us: number
  readonly to_us: number
  readonly reason: string
}

/** The record of lost samples: bounded, and its sums exact. All within a transaction. */
export class LossTable {
  readonly #db: Database.Database
  readonly #catalog: Catalog
  readonly #insert: Database.Statement
  readonly #delete: Database.Statement
  readonly #newest: Database.Statement
  readonly #before: Database.Statement
  readonly #put: Database.Statement
  readonly #forgetGone: Database.Statement
  #untilLook = RANGES_PER_LOOK
  /** Ranges that begin before that have been put together, Unix µs. */
  #foldedUs = Number.MIN_SAFE_INTEGER

  constructor(db: Database.Database, catalog: Catalog) {
    this.#db = db
    this.#catalog = catalog
    this.#insert = db.prepare(
      'INSERT INTO lost(epoch_id, first_seq, count, from_us, to_us, reason) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#delete = db.prepare('DELETE FROM lost WHERE id = ?')
    this.#newest = db.prepare(`SELECT * FROM lost ORDER BY id DESC LIMIT ${SEARCHED_RANGES}`)
    this.#before = db.prepare(
      `SELECT * FROM lost WHERE from_us <= ? ORDER BY from_us DESC LIMIT ${PAGE}`,
    )
    this.#put = db.prepare('UPDATE lost SET count = ?, from_us = ?, to_us = ? WHERE id = ?')
    this.#forgetGone = db.prepare(
      `DELETE FROM record_change WHERE gone_from_us IS NOT NULL AND n <= (
         SELECT n FROM record_change WHERE gone_from_us IS NOT NULL ORDER BY n DESC LIMIT 1 OFFSET ${MAX_GONE})`,
    )
  }

  /** @param epochId as the database numbers it */
  add(epochId: number, { firstSeq, count, fromUs, toUs, reason }: LostRange): void {
    this.#insert.run(epochId, firstSeq, count, fromUs, toUs, reason)
    this.#untilLook--
    this.#foldedUs = Math.min(this.#foldedUs, fromUs)
  }

  /**
   * A sample that was on record as lost has come after all: takes it out of its
   * range, which becomes smaller, two, or none.
   *
   * @param epochId as the database numbers it
   * @param timeUs of the sample, Unix µs
   */
  remove(epochId: number, seq: number, timeUs: number): void {
    const row = this.#find(epochId, seq, timeUs)
    if (row === undefined) return
    const place = placeIn(row.first_seq, row.count, seq)
    // Its range has been put together with others: only their number is known.
    if (place === null) this.#lessen(row)
    else this.#split(row, place, seq)
  }

  #find(epochId: number, seq: number, timeUs: number): LostRow | undefined {
    for (const row of this.#newest.iterate() as IterableIterator<LostRow>) {
      if (row.epoch_id === epochId && placeIn(row.first_seq, row.count, seq) !== null) return row
    }
    for (const row of this.#before.iterate(timeUs) as IterableIterator<LostRow>) {
      if (row.epoch_id === epochId && row.to_us >= timeUs) return row
    }
    return undefined
  }

  #split(row: LostRow, place: number, seq: number): void {
    const { epoch_id, from_us, to_us, reason } = row
    this.#delete.run(row.id)
    if (place > 0) this.#insert.run(epoch_id, row.first_seq, place, from_us, to_us, reason)
    const after = row.count - place - 1
    if (after > 0) this.#insert.run(epoch_id, advance(seq), after, from_us, to_us, reason)
  }

  #lessen({ id, count, from_us, to_us }: LostRow): void {
    if (count === 1) this.#delete.run(id)
    else this.#put.run(count - 1, from_us, to_us, id)
  }

  /** Puts ranges together where enough have been added, so that it stays a constant part of the work. */
  foldDue(doneUs: (deviceId: number) => number): void {
    if (this.#untilLook <= 0) this.fold(doneUs)
  }

  /**
   * Puts together what is past the retention, and what is too many of a device:
   * ranges of one device, reason and minute become one. Their number of samples stays.
   *
   * @param doneUs up to where the samples of a device have passed the retention, Unix µs
   */
  fold(doneUs: (deviceId: number) => number): void {
    // From the start of a minute: it may have been put together in part.
    const fromUs = Math.floor(this.#foldedUs / US_PER_MINUTE) * US_PER_MINUTE
    const excess = this.#excess(fromUs)
    this.#foldedUs = Number.MAX_SAFE_INTEGER
    let groups = new Map<string, Group>()
    let minute = Number.NaN
    let left = 0
    for (const row of this.#inOrder(fromUs)) {
      const deviceId = this.#catalog.deviceOf(row.epoch_id)
      const older = excess.get(deviceId) ?? 0
      excess.set(deviceId, older - 1)
      left++
      if (older <= 0 && row.to_us >= doneUs(deviceId)) {
        this.#foldedUs = Math.min(this.#foldedUs, row.from_us)
        continue
      }
      const begin = Math.floor(row.from_us / US_PER_MINUTE)
      if (begin !== minute) {
        this.#save(groups)
        groups = new Map()
        minute = begin
      }
      const key = `${deviceId} ${Math.floor(row.to_us / US_PER_MINUTE)} ${row.reason}`
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { ...row, isChanged: false })
      else {
        group.count += row.count
        group.to_us = Math.max(group.to_us, row.to_us)
        group.isChanged = true
        this.#delete.run(row.id)
        left--
      }
    }
    this.#save(groups)
    this.#forgetGone.run()
    // The minute that was looked at last may get more.
    this.#foldedUs = Math.min(
      this.#foldedUs,
      Number.isNaN(minute) ? fromUs : minute * US_PER_MINUTE,
    )
    this.#untilLook = Math.max(RANGES_PER_LOOK, left)
  }

  #save(groups: ReadonlyMap<string, Group>): void {
    for (const { id, count, from_us, to_us, isChanged } of groups.values()) {
      if (isChanged) this.#put.run(count, from_us, to_us, id)
    }
  }

  /** How many ranges of each device are too many. */
  #excess(fromUs: number): Map<number, number> {
    const counts = new Map<number, number>()
    for (const [epochId, count] of this.#db
      .prepare('SELECT epoch_id, count(*) FROM lost WHERE from_us >= ? GROUP BY epoch_id')
      .raw()
      .all(fromUs) as [number, number][]) {
      const deviceId = this.#catalog.deviceOf(epochId)
      counts.set(deviceId, (counts.get(deviceId) ?? -SINGLE_RANGES) + count)
    }
    return counts
  }

  /** Page by page: nothing can be written while a statement has rows left. */
  *#inOrder(fromUs: number): Generator<LostRow> {
    const page = this.#db.prepare(
      `SELECT * FROM lost WHERE (from_us, id) > (?, ?) ORDER BY from_us, id LIMIT ${PAGE}`,
    )
    let after = { from_us: fromUs - 1, id: Number.MAX_SAFE_INTEGER }
    for (;;) {
      const rows = page.all(after.from_us, after.id) as LostRow[]
      yield* rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return
      after = last
    }
  }
}

/** Ranges that become one, the first of them. */
type Group = { -readonly [Key in keyof LostRow]: LostRow[Key] } & { isChanged: boolean }
