import type Database from 'better-sqlite3'
import { END_OF_TIME_US } from '../../util/time-units.ts'
import { Damage } from '../file/log-errors.ts'
import type { DigitPage, LogSpan } from './log-query.ts'

/** There are never more than some 1000 states at a time, and their ids are used again. */
export const STATES = 2 ** 20

/** Rows a statement: as fast as any number above, and the page stays in the processor's cache. */
const PAGE = 500

/** Reads samples of all devices as digits. */
export class DigitScan {
  readonly #end: Database.Statement
  readonly #page: Database.Statement

  constructor(db: Database.Database) {
    this.#end = db
      .prepare('SELECT id FROM sample WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?')
      .pluck()
    // A number is less than any text (sqlite.org/datatype3.html, 4.1), and NULL is not. A limit
    // instead of the second bound would take a subquery, which costs a third more.
    this.#page = db.prepare(
      `SELECT group_concat(id) AS ids, group_concat(epoch_id * ${STATES} + status_id) AS runs,
         group_concat(coalesce(seq, '')) AS seqs, group_concat(v) AS voltages,
         group_concat(a) AS currents, group_concat(w) AS powers,
         count(*) AS rowCount,
         count(*) FILTER (WHERE v < '' AND a < '' AND w < '' AND status_id BETWEEN 0 AND ${STATES - 1})
           AS numericCount
       FROM sample WHERE id >= ? AND id < ?`,
    )
  }

  /**
   * The first rows of a span; null: it has none. Whether their times rise is for who reads them to see.
   *
   * @throws Damage there are not as many as up to the next page, as where a page of the file overwrote another
   */
  page({ fromUs, toUs }: LogSpan): DigitPage | null {
    const next = this.#end.get(fromUs, toUs, PAGE) as number | undefined
    if (next !== undefined && next <= fromUs) throw new Damage()
    const endUs = next ?? Math.min(toUs, END_OF_TIME_US)
    const page = this.#page.get(fromUs, endUs) as DigitPage & { readonly numericCount: number }
    if (next === undefined ? page.rowCount > PAGE : page.rowCount !== PAGE) throw new Damage()
    if (page.rowCount === 0) return null
    return { ...page, isNumeric: page.numericCount === page.rowCount, endUs }
  }
}
