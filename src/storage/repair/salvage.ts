import type Database from 'better-sqlite3'
import { isOfContent } from '../file/log-errors.ts'
import { lackingFrom, ROLL_UP_COLUMNS } from '../file/roll-up-columns.ts'
import { type Cell, contentOf, type PageRow } from './page-cells.ts'
import type { PageStore } from './page-store.ts'
import { kindOfPage, type RowKind } from './row-kinds.ts'

/** What became of the pages of a damaged log. */
export interface SalvageCounts {
  pages: number
  damagedPages: number
  /** Pages that could not be read, by the table or index that they were of; `?`: not known. */
  readonly damagedTables: Map<string, number>
  /** Rows that were saved. */
  readonly rows: Record<RowKind, number>
  /** Rows that stand there a second time. */
  doubles: number
  /** Rows with values that no log has. */
  refused: number
  /** Random name of the log; null: its page is damaged, or the log is of a layout without. */
  identity: string | null
}

/** Pages written in one transaction. */
const PAGES_PER_COMMIT = 2000

/** How each kind of row is inserted; `null`: it is made anew. The rowid is the first value. */
const INSERTS: Readonly<Record<RowKind, string | null>> = {
  device: 'INSERT OR IGNORE INTO device VALUES (?, ?)',
  status: 'INSERT OR IGNORE INTO status VALUES (?, ?, ?)',
  channel: 'INSERT OR IGNORE INTO channel VALUES (?, ?, ?, ?)',
  event: 'INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?)',
  burst: 'INSERT OR IGNORE INTO burst VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  epoch: 'INSERT OR IGNORE INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?)',
  sample: 'INSERT OR IGNORE INTO sample VALUES (?, ?, ?, ?, ?, ?, ?)',
  lost: 'INSERT OR IGNORE INTO lost VALUES (?, ?, ?, ?, ?, ?, ?)',
  commit_run: 'INSERT OR IGNORE INTO old_run VALUES (?, ?, ?, ?, ?, ?)',
  minute: `INSERT OR IGNORE INTO minute VALUES (?, ?, ${ROLL_UP_COLUMNS.map(() => '?').join(', ')})`,
  second: null,
  channel_minute: 'INSERT OR IGNORE INTO channel_minute VALUES (?, ?, ?, ?, ?, ?)',
  channel_value: 'INSERT OR IGNORE INTO channel_value VALUES (?, ?, ?)',
}

/**
 * Takes the rows of every page that can be read over into a new log, as they are, whatever
 * has become of the pages above them.
 *
 * @param db of the new log, with an empty table `old_run` beside those of a log
 */
export function salvage(
  store: PageStore,
  db: Database.Database,
  progress: (page: number) => void,
): SalvageCounts {
  const rows = Object.fromEntries(Object.keys(INSERTS).map((kind) => [kind, 0]))
  const counts: SalvageCounts = {
    pages: store.pages,
    damagedPages: 0,
    damagedTables: new Map(),
    rows: rows as Record<RowKind, number>,
    doubles: 0,
    refused: 0,
    identity: null,
  }
  const statements = new Map(
    Object.entries(INSERTS).map(([kind, sql]) => [kind, sql === null ? null : db.prepare(sql)]),
  )
  const names = new Map<number, string>([[1, 'sqlite_schema']])
  const damaged: number[] = []
  const take = (page: number): void => {
    if (store.isMap(page)) return
    const use = store.useOf(page)
    if (use === 'free' || use === 'overflow') return
    const content = contentOf(store, page)
    if (content.kind === 'interior') return
    const kind = content.kind === 'rows' ? kindOfPage(content.rows) : null
    if (content.kind !== 'rows' || kind === null) {
      damaged.push(page)
      return
    }
    if (kind === 'other') {
      for (const row of content.rows) {
        noteName(row, names)
        counts.identity ??= identityIn(row)
      }
      return
    }
    const insert = statements.get(kind) ?? null
    for (const row of content.rows) {
      if (insert === null) continue
      try {
        if (insert.run(...valuesOf(kind, row)).changes > 0) counts.rows[kind]++
        else counts.doubles++
      } catch (error) {
        // Of a shape that a log has, with values that none has.
        if (!isOfContent(error)) throw error
        counts.refused++
      }
    }
  }
  for (let page = 1; page <= store.pages; page += PAGES_PER_COMMIT) {
    const end = Math.min(page + PAGES_PER_COMMIT, store.pages + 1)
    db.transaction(() => {
      for (let each = page; each < end; each++) take(each)
    }).immediate()
    progress(end - 1)
  }
  counts.damagedPages = damaged.length
  for (const page of damaged) {
    const root = page === 1 ? 1 : store.rootOf(page)
    const name = (root === null ? undefined : names.get(root)) ?? '?'
    counts.damagedTables.set(name, (counts.damagedTables.get(name) ?? 0) + 1)
  }
  return counts
}

function valuesOf(kind: RowKind, { rowid, cells }: PageRow): Cell[] {
  if (rowid !== null) return [BigInt(rowid), ...cells.slice(1)]
  // Behind device and time.
  return kind === 'minute' ? [...cells, ...lackingFrom(cells.length - 2)] : [...cells]
}

/** Rows of `sqlite_schema` say which page is the first one of which table. */
function noteName({ rowid, cells }: PageRow, names: Map<number, string>): void {
  const [type, , table, root] = cells
  if (rowid === null || cells.length !== 5 || typeof table !== 'string') return
  if ((type === 'table' || type === 'index') && typeof root === 'bigint') {
    names.set(Number(root), table)
  }
}

/** Of `meta`; null: a row of another table, or of another key. */
function identityIn({ rowid, cells }: PageRow): string | null {
  const [key, value] = cells
  if (rowid !== null || cells.length !== 2 || key !== 'identity') return null
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? value : null
}
