import type Database from 'better-sqlite3'
import type { DigitPage, LogSpan } from './log-query.ts'
import { RowPages } from './row-pages.ts'

/** There are never more than some 1000 states at a time, and their ids are used again. */
export const STATES = 2 ** 20

type PageRow = Omit<DigitPage, 'times' | 'isNumeric' | 'endUs'> & {
  readonly ids: string
  readonly numericCount: number
}

/** Reads samples of all devices as digits. */
export class DigitScan {
  readonly #pages: RowPages
  readonly #page: Database.Statement

  constructor(db: Database.Database) {
    this.#pages = new RowPages(db)
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

  /** See `RowPages`. */
  checkSpan(span: LogSpan, rowCount: number): void {
    this.#pages.checkSpan(span, rowCount)
  }

  /** The first rows of a span; null: it has none. @throws Damage */
  page(span: LogSpan): DigitPage | null {
    const page = this.#pages.first(span)
    const { ids, numericCount, ...columns } = this.#page.get(page.fromUs, page.endUs) as PageRow
    this.#pages.checkCount(page, columns.rowCount)
    if (columns.rowCount === 0) return null
    return {
      ...columns,
      times: this.#pages.times(page, ids, columns.rowCount),
      isNumeric: numericCount === columns.rowCount,
      endUs: page.endUs,
    }
  }
}
