import type Database from 'better-sqlite3'

/** Rows a statement. */
const PAGE = 1000
const NO_LIMIT = -1

/** A row of a roll-up, beginning with the number of its minute. */
type MinuteRow = readonly [minute: number, ...cells: unknown[]]

/** A minute, and its rows; null: it has newer samples than rows and is to be read raw. */
interface WalkedMinute<Row> {
  readonly minute: number
  readonly rows: readonly Row[] | null
}

/**
 * Walks the minutes of a device that have rows in a roll-up or are dirty. Within one
 * read transaction: a minute must be seen as rolled up or as dirty, not as neither.
 */
export class MinuteWalk<Row extends MinuteRow> {
  readonly #rows: Database.Statement
  readonly #dirty: Database.Statement

  /** @param sql the rows of a device (?) from a minute (?) on to another one (?), in order of time */
  constructor(db: Database.Database, sql: string) {
    this.#rows = db.prepare(`${sql} LIMIT ?`).raw()
    this.#dirty = db
      .prepare(
        'SELECT minute FROM dirty WHERE device_id = ? AND minute >= ? AND minute < ? ORDER BY minute',
      )
      .pluck()
  }

  /** Minutes that are to be read raw, in order of time, from `first` on to before `end`. */
  dirty(deviceId: number, first: number, end: number): number[] {
    return this.#dirty.all(deviceId, first, end) as number[]
  }

  /** In order of time, from `first` on to before `end`. */
  *minutes(deviceId: number, first: number, end: number): Generator<WalkedMinute<Row>> {
    for (let from = first; from < end; ) {
      let page = this.#rows.all(deviceId, from, end, PAGE) as Row[]
      // The last minute of a full page may have more rows.
      let to = page.length < PAGE ? end : (page.at(-1) as Row)[0]
      if (to === from) {
        to = from + 1
        page = this.#rows.all(deviceId, from, to, NO_LIMIT) as Row[]
      }
      const dirty = this.dirty(deviceId, from, to)
      yield* merged(page, dirty, to)
      from = to
    }
  }
}

function* merged<Row extends MinuteRow>(
  page: readonly Row[],
  dirty: readonly number[],
  to: number,
): Generator<WalkedMinute<Row>> {
  let nextDirty = 0
  for (let at = 0; at < page.length; ) {
    const minute = (page[at] as Row)[0]
    if (minute >= to) break
    const begin = at
    while (at < page.length && (page[at] as Row)[0] === minute) at++
    for (; nextDirty < dirty.length && (dirty[nextDirty] as number) < minute; nextDirty++) {
      yield { minute: dirty[nextDirty] as number, rows: null }
    }
    const isDirty = dirty[nextDirty] === minute
    if (isDirty) nextDirty++
    yield { minute, rows: isDirty ? null : page.slice(begin, at) }
  }
  for (; nextDirty < dirty.length; nextDirty++) {
    yield { minute: dirty[nextDirty] as number, rows: null }
  }
}
