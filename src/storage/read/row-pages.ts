import type Database from 'better-sqlite3'
import { DigitColumn } from '../../util/digit-column.ts'
import { END_OF_TIME_US } from '../../util/time-units.ts'
import { Damage } from '../file/log-errors.ts'
import type { LogSpan } from './log-query.ts'

/** Rows a statement: as fast as any number above, and the page stays in the processor's cache. */
const PAGE = 500

/** Some rows of `sample` that are read at once. */
export interface RowPage {
  readonly fromUs: number
  /** Where the next page begins, or the span ends, Unix µs. */
  readonly endUs: number
  /** False: `PAGE` rows, no more and no less. */
  readonly isLast: boolean
}

/**
 * Cuts spans of the log into pages for those who read rows as digits, many in one text, and tells from a page of the
 * file that overwrote another: then a page has another number of rows, or times that do not rise.
 */
export class RowPages {
  readonly #end: Database.Statement
  readonly #pair: Database.Statement
  readonly #ids = new DigitColumn()
  readonly #times = new Float64Array(PAGE)

  constructor(db: Database.Database) {
    this.#end = db
      .prepare('SELECT id FROM sample WHERE id >= ? AND id < ? ORDER BY id LIMIT 1 OFFSET ?')
      .pluck()
    // One behind the other, at half the cost of a count between two bounds.
    this.#pair = db
      .prepare('SELECT id FROM sample WHERE id >= ? ORDER BY id LIMIT 2 OFFSET ?')
      .pluck()
  }

  /**
   * That as many rows stand in a span, one behind the other, as were read from place to place.
   *
   * @param rowCount of all devices
   * @throws Damage others do: a page of the file overwrote another
   */
  checkSpan({ fromUs, toUs }: LogSpan, rowCount: number): void {
    const ids = this.#pair.all(fromUs, Math.max(0, rowCount - 1)) as number[]
    const areWithin = ids.map((id) => id < toUs)
    const isRight = rowCount > 0 ? areWithin[0] && !areWithin[1] : !areWithin[0]
    if (!isRight) throw new Damage()
  }

  /** Time of the first row of a span, of any device, Unix µs; null: it has none. */
  begin({ fromUs, toUs }: LogSpan): number | null {
    return (this.#end.get(fromUs, toUs, 0) as number | undefined) ?? null
  }

  /** The first page of a span. @throws Damage */
  first({ fromUs, toUs }: LogSpan): RowPage {
    const next = this.#end.get(fromUs, toUs, PAGE) as number | undefined
    if (next !== undefined && next <= fromUs) throw new Damage()
    const isLast = next === undefined
    return { fromUs, endUs: next ?? Math.min(toUs, END_OF_TIME_US), isLast }
  }

  /** @param rowCount of a page, of all devices @throws Damage */
  checkCount({ isLast }: RowPage, rowCount: number): void {
    if (isLast ? rowCount > PAGE : rowCount !== PAGE) throw new Damage()
  }

  /**
   * The times of rows of a page, Unix µs; NaN from one on that has not today's number of digits. Valid until the next call.
   *
   * @param ids in digits, with commas between
   * @throws Damage they do not rise
   */
  times({ fromUs }: RowPage, ids: string, count: number): Float64Array {
    this.#ids.load(ids)
    let before = fromUs - 1
    for (let i = 0; i < count; i++) {
      const timeUs = this.#ids.nextTime()
      if (timeUs <= before) throw new Damage()
      this.#times[i] = timeUs
      before = timeUs
    }
    return this.#times
  }
}
