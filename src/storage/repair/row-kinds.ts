import type { Cell, PageRow } from './page-cells.ts'

/** The tables of a log whose rows are known by their shape, in any layout. */
export type RowKind =
  | 'device'
  | 'status'
  | 'channel'
  | 'event'
  | 'burst'
  | 'epoch'
  | 'sample'
  | 'lost'
  | 'commit_run'
  | 'minute'
  | 'second'
  | 'channel_minute'
  | 'channel_value'

/** Ids of samples are Unix µs; those of everything else are small. 2 January 1970. */
const LEAST_SAMPLE_ID = 86_400_000_000n
/** Unix minutes end where seconds begin: 1979, or the year 2540. */
const LEAST_SECOND = 300_000_000n
/** Columns of `minute` and `second`: of layout 1 and 2, of layout 3, of 4 and 5, and from layout 6 on. */
const ROLL_UP_WIDTHS: ReadonlySet<number> = new Set([16, 18, 19, 21])

/** What a cell is: NULL, Int, Real, Text. */
function letterOf(cell: Cell): string {
  if (cell === null) return 'N'
  if (typeof cell === 'bigint') return 'I'
  return typeof cell === 'number' ? 'R' : 'T'
}

/** Of tables with rowids, whose first column is the rowid itself and stands as NULL. */
const WITH_ROWID: readonly (readonly [RowKind, RegExp])[] = [
  ['device', /^NT$/],
  ['status', /^NTI$/],
  ['channel', /^NITT$/],
  ['event', /^NIITT$/],
  ['commit_run', /^NIIIII$/],
  ['lost', /^NIIIIIT$/],
  // A REAL that is whole stands as one.
  ['burst', /^NIII[RI]I[RI][RIN][TN]T$/],
  ['sample', /^NI[IN][IRTN]{3}I$/],
]
const EPOCH = /^NI[IN]I[IN]{3}$/
const VALUE = /^II[IRT]$/
const CHANNEL_MINUTE = /^III[RI]{3}$/
const ROLL_UP = /^IIIII[IRTN]{9}[RIN]{2,7}$/

/** @returns null: of another table, or of an index */
export function kindOf({ rowid, cells }: PageRow): RowKind | null {
  const letters = cells.map(letterOf).join('')
  if (rowid === null) return kindWithoutRowid(cells, letters)
  if (BigInt(rowid) < LEAST_SAMPLE_ID && EPOCH.test(letters)) return 'epoch'
  const found = WITH_ROWID.find(([, shape]) => shape.test(letters))?.[0] ?? null
  return found === 'sample' && BigInt(rowid) < LEAST_SAMPLE_ID ? null : found
}

function kindWithoutRowid(cells: readonly Cell[], letters: string): RowKind | null {
  if (VALUE.test(letters)) return (cells[0] as bigint) >= LEAST_SAMPLE_ID ? 'channel_value' : null
  if (CHANNEL_MINUTE.test(letters)) return 'channel_minute'
  if (!ROLL_UP.test(letters) || !ROLL_UP_WIDTHS.has(cells.length)) return null
  return (cells[1] as bigint) < LEAST_SECOND ? 'minute' : 'second'
}

/** The rows of a page; null: they are not of one table, so that the page is damaged. */
export function kindOfPage(rows: readonly PageRow[]): RowKind | 'other' | null {
  const kinds = new Set(rows.map(kindOf))
  if (kinds.size > 1) return null
  const [kind = null] = kinds
  return kind ?? 'other'
}
