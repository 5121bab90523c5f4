import type Database from 'better-sqlite3'
import type { Catalog } from './catalog.ts'
import { CONTEXT_ROWS, type Figures, type Folder } from './minute-figures.ts'
import { fromStored, type StoredValue } from './stored-value.ts'

/** id (Unix µs), epoch_id, seq, v, a, w, status_id */
export type SampleRow = [
  id: number,
  epochId: number,
  seq: number | null,
  v: StoredValue,
  a: StoredValue,
  w: StoredValue,
  statusId: number,
]

/** Rows a statement; small enough to keep memory flat, large enough for speed. */
const PAGE = 1000
/** How far back the samples right before a span are looked for among those of other devices. */
const CONTEXT_REACH = 5000

const COLUMNS = 'id, epoch_id, seq, v, a, w, status_id'

/**
 * Reads samples in order of time, page by page: each page is a read
 * transaction of its own, so that a slow reader never holds the WAL.
 */
export class SampleScan {
  readonly #catalog: Catalog
  readonly #page: Database.Statement
  readonly #before: Database.Statement

  constructor(db: Database.Database, catalog: Catalog) {
    this.#catalog = catalog
    this.#page = db
      .prepare(`SELECT ${COLUMNS} FROM sample WHERE id >= ? AND id < ? ORDER BY id LIMIT ${PAGE}`)
      .raw()
    this.#before = db
      .prepare(`SELECT ${COLUMNS} FROM sample WHERE id < ? ORDER BY id DESC LIMIT ${PAGE}`)
      .raw()
  }

  /** All rows with fromUs <= id < toUs, of all devices. */
  *pages(fromUs: number, toUs: number): Generator<SampleRow[]> {
    let next = fromUs
    for (;;) {
      const rows = this.#page.all(next, toUs) as SampleRow[]
      const last = rows.at(-1)
      if (last === undefined) return
      yield rows
      if (rows.length < PAGE) return
      next = last[0] + 1
    }
  }

  /** Makes `folder` ready for the first sample of a device at or after a time. */
  prime(folder: Folder, deviceId: number, timeUs: number): void {
    folder.reset()
    for (const row of this.#context(deviceId, timeUs).reverse()) this.fold(folder, null, row)
  }

  #context(deviceId: number, timeUs: number): SampleRow[] {
    const found: SampleRow[] = []
    let before = timeUs
    for (let reach = 0; reach < CONTEXT_REACH; reach += PAGE) {
      const rows = this.#before.all(before) as SampleRow[]
      for (const row of rows) {
        if (this.isOf(row, deviceId)) found.push(row)
        if (found.length === CONTEXT_ROWS) return found
      }
      if (rows.length < PAGE) return found
      before = (rows.at(-1) as SampleRow)[0]
    }
    return found
  }

  isOf(row: SampleRow, deviceId: number): boolean {
    return this.#catalog.deviceOf(row[1]) === deviceId
  }

  fold(folder: Folder, into: Figures | null, row: SampleRow): void {
    folder.add(
      into,
      row[0],
      row[1],
      row[2] ?? -1,
      fromStored(row[3]),
      fromStored(row[4]),
      fromStored(row[5]),
      this.#catalog.status(row[6]).measured,
    )
  }
}
