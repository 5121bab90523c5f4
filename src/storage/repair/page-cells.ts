import type { PageStore } from './page-store.ts'

/** A value as it stands in a record; whole numbers as BigInt, so that they stay distinct from REAL. */
export type Cell = bigint | number | string | null

export interface PageRow {
  /** null: a table without rowids, or an index */
  readonly rowid: number | null
  readonly cells: readonly Cell[]
}

const INTERIOR_INDEX = 0x02
const INTERIOR_TABLE = 0x05
const LEAF_INDEX = 0x0a
const LEAF_TABLE = 0x0d
/** No record of a log is longer. */
const LONGEST_RECORD = 1_000_000

/** What a page holds. `damaged`: nothing that SQLite writes, so that none of it is believed. */
export type PageContent =
  | { readonly kind: 'rows'; readonly hasRowids: boolean; readonly rows: readonly PageRow[] }
  /** It leads to other pages, and has no rows of its own. */
  | { readonly kind: 'interior' }
  | { readonly kind: 'damaged' }

const DAMAGED: PageContent = { kind: 'damaged' }

/** Breaks off where a page is no page. */
class Torn extends Error {}

/**
 * Reads the rows of one page (sqlite.org/fileformat.html, 1.6), by itself: whether the
 * pages above it are sound does not matter. A page of which anything is wrong is damaged
 * as a whole: what else of it is right can't be known.
 */
export function contentOf(store: PageStore, page: number): PageContent {
  const bytes = store.read(page)
  if (bytes === null) return DAMAGED
  const start = page === 1 ? 100 : 0
  const type = bytes[start]
  if (type === INTERIOR_TABLE) return { kind: 'interior' }
  if (type !== LEAF_TABLE && type !== LEAF_INDEX && type !== INTERIOR_INDEX) return DAMAGED
  try {
    return { kind: 'rows', hasRowids: type === LEAF_TABLE, rows: rowsOf(store, bytes, start, type) }
  } catch (error) {
    if (error instanceof Torn || error instanceof RangeError) return DAMAGED
    throw error
  }
}

function rowsOf(store: PageStore, bytes: Buffer, start: number, type: number): PageRow[] {
  const headerBytes = type === INTERIOR_INDEX ? 12 : 8
  const count = bytes.readUInt16BE(start + 3)
  const pointers = start + headerBytes
  const contentAt = bytes.readUInt16BE(start + 5) || 65_536
  const isIn = contentAt >= pointers + 2 * count && contentAt <= store.usableBytes
  if (!isIn) throw new Torn()
  const rows: PageRow[] = []
  const spans: [from: number, to: number][] = []
  for (let i = 0; i < count; i++) {
    const at = bytes.readUInt16BE(pointers + 2 * i)
    if (at < contentAt) throw new Torn()
    const { row, end } = rowAt(store, bytes, at, type)
    const before = rows.at(-1)?.rowid ?? null
    if (row.rowid !== null && before !== null && row.rowid <= before) throw new Torn()
    rows.push(row)
    spans.push([at, end])
  }
  spans.sort(([a], [b]) => a - b)
  for (const [i, [, end]] of spans.entries()) {
    if (end > (spans[i + 1]?.[0] ?? store.usableBytes)) throw new Torn()
  }
  return rows
}

function rowAt(
  store: PageStore,
  bytes: Buffer,
  at: number,
  type: number,
): { row: PageRow; end: number } {
  const reader = new Reader(bytes, type === INTERIOR_INDEX ? at + 4 : at)
  const length = reader.varint()
  const rowid = type === LEAF_TABLE ? reader.varint() : null
  if (length < 2 || length > LONGEST_RECORD) throw new Torn()
  const local = localBytes(store.usableBytes, length, type === LEAF_TABLE)
  const end = reader.at + local + (local < length ? 4 : 0)
  if (end > store.usableBytes) throw new Torn()
  const inPage = bytes.subarray(reader.at, reader.at + local)
  const record =
    local === length
      ? inPage
      : Buffer.concat([inPage, overflow(store, bytes.readUInt32BE(end - 4), length - local)])
  return { row: { rowid, cells: cellsOf(record) }, end }
}

/** How much of a record stands in its own page (1.6). */
function localBytes(usable: number, length: number, isTable: boolean): number {
  const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  if (length <= most) return length
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const local = least + ((length - least) % (usable - 4))
  return local <= most ? local : least
}

function overflow(store: PageStore, first: number, length: number): Buffer {
  const parts: Buffer[] = []
  let left = length
  for (let page = first; left > 0; ) {
    const bytes = page > 1 && page <= store.pages ? store.read(page) : null
    if (bytes === null) throw new Torn()
    const part = bytes.subarray(4, 4 + Math.min(left, store.usableBytes - 4))
    parts.push(part)
    left -= part.length
    page = bytes.readUInt32BE(0)
  }
  return Buffer.concat(parts)
}

/** Bytes of a whole number, by its serial type (2.1). */
const WHOLE_BYTES = [0, 1, 2, 3, 4, 6, 8]

function cellsOf(record: Buffer): Cell[] {
  const header = new Reader(record, 0)
  const headerBytes = header.varint()
  if (headerBytes < 1 || headerBytes > record.length) throw new Torn()
  const cells: Cell[] = []
  let at = headerBytes
  while (header.at < headerBytes) {
    const type = header.varint()
    const { cell, bytes } = cellAt(record, at, type)
    cells.push(cell)
    at += bytes
  }
  if (at !== record.length || header.at !== headerBytes) throw new Torn()
  return cells
}

function cellAt(record: Buffer, at: number, type: number): { cell: Cell; bytes: number } {
  if (type === 0) return { cell: null, bytes: 0 }
  if (type === 7) return { cell: record.readDoubleBE(at), bytes: 8 }
  if (type === 8 || type === 9) return { cell: BigInt(type - 8), bytes: 0 }
  const whole = WHOLE_BYTES[type]
  if (whole !== undefined) {
    const cell = whole === 8 ? record.readBigInt64BE(at) : BigInt(record.readIntBE(at, whole))
    return { cell, bytes: whole }
  }
  // A log has no BLOBs.
  if (type < 13 || type % 2 === 0) throw new Torn()
  const bytes = (type - 13) / 2
  if (at + bytes > record.length) throw new Torn()
  const text = record.toString('utf8', at, at + bytes)
  if (text.includes('\ufffd') && !record.includes('\ufffd', at)) throw new Torn()
  return { cell: text, bytes }
}

/** Reads numbers of a length of their own (1.6). */
class Reader {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  varint(): number {
    let value = 0n
    for (let i = 0; i < 9; i++) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) throw new Torn()
      if (i === 8) {
        value = (value << 8n) | BigInt(byte)
        break
      }
      value = (value << 7n) | BigInt(byte & 0x7f)
      if (byte < 0x80) break
    }
    const number = Number(BigInt.asIntN(64, value))
    if (!Number.isSafeInteger(number)) throw new Torn()
    return number
  }
}
