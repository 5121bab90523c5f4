import type Database from 'better-sqlite3'
import { DETAIL_MEMBERS, detailOf } from '../../domain/detail.ts'
import type { Catalog } from './catalog.ts'
import { hasTable } from './layout.ts'
import type { SampleRow } from './sample-scan.ts'
import { fromStored, isStored } from './stored-value.ts'

/** Rows that are looked up one by one; of more, the values of the whole span are read. */
const FEW = 4

const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')

/** Finds what samples have of a detail: the log keeps it as values of the channels of these names. */
export class DetailScan {
  readonly #catalog: Catalog
  /** null: a log of layout 1, which had no channels */
  readonly #any: Database.Statement | null
  readonly #values: Database.Statement | null
  #hasAny = false

  constructor(db: Database.Database, catalog: Catalog) {
    this.#catalog = catalog
    const hasChannels = hasTable(db, 'channel')
    this.#any = hasChannels ? db.prepare(`SELECT 1 FROM channel WHERE name = 'vmin' LIMIT 1`) : null
    this.#values = hasChannels
      ? db
          .prepare(
            `SELECT x.sample_id, c.name, x.value
             FROM channel_value x CROSS JOIN channel c ON c.id = x.channel_id
             WHERE x.sample_id >= ? AND x.sample_id <= ? AND c.name IN (${list(DETAIL_MEMBERS)})
             ORDER BY x.sample_id`,
          )
          .raw()
      : null
  }

  /** @param rows in order of time; each gets what it has */
  addTo(rows: readonly SampleRow[]): void {
    const [first, last] = [rows[0], rows.at(-1)]
    if (first === undefined || last === undefined || !this.#isThere()) return
    if (rows.length <= FEW) {
      for (const row of rows) this.#addWithin([row], row[0], row[0])
    } else this.#addWithin(rows, first[0], last[0])
  }

  /** A device may send the first one at any time. */
  #isThere(): boolean {
    this.#hasAny ||= this.#any?.get() !== undefined
    return this.#hasAny
  }

  #addWithin(rows: readonly SampleRow[], fromId: number, toId: number): void {
    const found = (this.#values?.all(fromId, toId) ?? []) as [number, string, unknown][]
    let next = 0
    for (const row of rows) {
      while (next < found.length && (found[next] as (typeof found)[number])[0] < row[0]) next++
      if (found[next]?.[0] !== row[0]) continue
      const values: Record<string, number> = {}
      for (; found[next]?.[0] === row[0]; next++) {
        const [, name, value] = found[next] as [number, string, unknown]
        if (isStored(value)) values[name] = fromStored(value)
      }
      // Voltage and current belong to it.
      const detail = row[3] === null ? null : detailOf(values, this.#catalog.status(row[6]).text)
      if (detail !== null) row[7] = detail
    }
  }
}
