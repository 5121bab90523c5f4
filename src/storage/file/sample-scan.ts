import type Database from 'better-sqlite3'
import type { Detail } from '../../domain/detail.ts'
import { Continuity } from '../../stats/continuity.ts'
import type { Figures } from '../../stats/figures.ts'
import { Folder } from '../../stats/folder.ts'
import type { Catalog } from './catalog.ts'
import { DetailScan } from './detail-scan.ts'
import { Damage } from './log-errors.ts'
import { fromStored, isStored, type StoredValue } from './stored-value.ts'

/** id (Unix µs), epoch_id, seq, v, a, w, status_id; the detail that it has */
export type SampleRow = [
  id: number,
  epochId: number,
  seq: number | null,
  v: StoredValue,
  a: StoredValue,
  w: StoredValue,
  statusId: number,
  detail?: Detail,
]

/** Rows a statement; small enough to keep memory flat, large enough for speed. */
const PAGE = 1000

const COLUMNS = 'id, epoch_id, seq, v, a, w, status_id'

/** Rows that show what a sample follows on, where there are some without voltage and current before it. */
const LONG_MEMORY = Folder.MOST_BETWEEN + 1 + Continuity.MEMORY

/**
 * Reads samples in order of time, page by page, so that memory stays flat.
 */
export class SampleScan {
  readonly #catalog: Catalog
  readonly #page: Database.Statement
  readonly #pageOf: Database.Statement
  readonly #before: Database.Statement
  readonly #details: DetailScan

  constructor(db: Database.Database, catalog: Catalog) {
    this.#catalog = catalog
    this.#details = new DetailScan(db, catalog)
    this.#page = db
      .prepare(`SELECT ${COLUMNS} FROM sample WHERE id >= ? AND id < ? ORDER BY id LIMIT ${PAGE}`)
      .raw()
    this.#pageOf = db
      .prepare(
        `SELECT ${COLUMNS} FROM sample WHERE id >= ? AND id < ?
           AND epoch_id IN (SELECT id FROM epoch WHERE device_id = ?) ORDER BY id LIMIT ${PAGE}`,
      )
      .raw()
    this.#before = db
      .prepare(
        `SELECT ${COLUMNS} FROM sample WHERE id >= ? AND id < ? AND epoch_id = ?
         ORDER BY id DESC LIMIT ?`,
      )
      .raw()
  }

  /**
   * All rows with fromUs <= id < toUs, of all devices.
   *
   * @throws Damage they do not stand in their order, as where a page overwrote another
   */
  *pages(fromUs: number, toUs: number): Generator<SampleRow[]> {
    yield* ordered(this.unchecked(fromUs, toUs), fromUs)
  }

  /** Those of one device: the rows of others are left out within SQLite, which is ten times as fast. */
  *pagesOf(deviceId: number, fromUs: number, toUs: number): Generator<SampleRow[]> {
    yield* ordered(
      this.#detailed(
        paged((next) => this.#pageOf.all(next, toUs, deviceId) as SampleRow[], fromUs),
      ),
      fromUs,
    )
  }

  /** The same for the writer, which looks at a log when it opens it: samples are not to wait for its roll-ups. */
  *unchecked(fromUs: number, toUs: number): Generator<SampleRow[]> {
    yield* this.#detailed(paged((next) => this.#page.all(next, toUs) as SampleRow[], fromUs))
  }

  *#detailed(pages: Iterable<SampleRow[]>): Generator<SampleRow[]> {
    for (const rows of pages) {
      this.#details.addTo(rows)
      yield rows
    }
  }

  /** Shows `folder` the samples of a run that stand before a time. */
  prime(folder: Folder, epochId: number, timeUs: number): void {
    for (const row of this.runUpTo(epochId, timeUs)) this.#add(folder, null, row)
  }

  /**
   * The samples of a run before a time that decide what the next ones follow on, in order.
   *
   * @param isLong also where extra channels are wanted, which any sample may lack
   */
  runUpTo(epochId: number, timeUs: number, isLong = false): SampleRow[] {
    const { startedUs } = this.#catalog.epoch(epochId)
    if (startedUs >= timeUs) return []
    const before = (limit: number): SampleRow[] =>
      this.#before.all(startedUs, timeUs, epochId, limit) as SampleRow[]
    let rows = before(isLong ? LONG_MEMORY : Continuity.MEMORY)
    const isEnough = isLong || rows[0] === undefined || isElectric(rows[0])
    if (!isEnough) rows = before(LONG_MEMORY)
    this.#details.addTo(rows.reverse())
    return rows
  }

  isOf(row: SampleRow, deviceId: number): boolean {
    return this.#catalog.deviceOf(row[1]) === deviceId
  }

  /** Adds a row to figures; samples before it that `folder` has not seen are looked up. */
  fold(folder: Folder, into: Figures | null, row: SampleRow): void {
    if (!folder.knows(row[1])) this.prime(folder, row[1], row[0])
    this.#add(folder, into, row)
  }

  #add(folder: Folder, into: Figures | null, row: SampleRow): void {
    folder.add(
      into,
      row[0],
      row[1],
      row[2] ?? -1,
      fromStored(row[3]),
      fromStored(row[4]),
      fromStored(row[5]),
      this.#catalog.status(row[6]).measured,
      row[7] ?? null,
    )
  }
}

/** @param read the first rows from a time on, Unix µs */
function* paged(read: (fromUs: number) => SampleRow[], fromUs: number): Generator<SampleRow[]> {
  let next = fromUs
  for (;;) {
    const rows = read(next)
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    if (rows.length < PAGE) return
    next = last[0] + 1
  }
}

function* ordered(pages: Iterable<SampleRow[]>, fromUs: number): Generator<SampleRow[]> {
  let before = fromUs - 1
  for (const rows of pages) {
    for (const [id] of rows) {
      if (id <= before) throw new Damage()
      before = id
    }
    yield rows
  }
}

/** All three, or none in a sample of extra channels alone; false: the page that it was read from is damaged. */
export function areStored([, , , v, a, w]: SampleRow): boolean {
  if (v === null) return a === null && w === null
  return isStored(v) && isStored(a) && isStored(w)
}

/** False: the sample is of the other channels of its device alone. */
export function isElectric(row: SampleRow): boolean {
  return row[3] !== null
}
