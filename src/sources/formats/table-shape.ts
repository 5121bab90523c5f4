import { readCell } from './cells.ts'

/** Names of columns that have none, by what sketches usually print in that order. */
export interface NamelessColumns {
  /** null: ignored */
  readonly names: readonly (string | null)[]
  readonly units: readonly (string | null)[]
}

/** How far power may be from voltage times current, in the median over all rows. */
const TOLERANCE = 0.05
/** Rows that have to agree where nobody says that they are a table. */
export const FEWEST_ROWS = 8

/**
 * What the columns of rows are that have neither names nor units: perhaps a count of time
 * first, then voltage, current and power. Nothing is guessed from how large values are, but
 * that power is voltage times current; the units are those that the user says, or the
 * usual ones, and are reported as assumed.
 *
 * @param isSaid the user said that the lines are such a table
 * @param isLast no more rows will come
 * @returns null where it is not clear
 */
export function namelessColumns(
  rows: readonly (readonly string[])[],
  isSaid: boolean,
  isLast: boolean,
): NamelessColumns | null {
  const width = rows[0]?.length ?? 0
  const columns = Array.from({ length: width }, (_, i) => rows.map((row) => numberOf(row[i] ?? '')))
  const numeric = columns.flatMap((values, i) =>
    values.filter((value) => !Number.isNaN(value)).length * 2 > rows.length ? [i] : [],
  )
  if (numeric.length < 2 || numeric.length > 4) return null
  if (!isSaid && rows.length < (isLast ? 2 : FEWEST_ROWS)) return null
  const [first, second, third] = numeric as [number, number, number?]
  const isProduct = third !== undefined && powerUnit(columns, first, second, third) !== null
  const isTimed = numeric.length === 4 || (third !== undefined && !isProduct)
  // Two columns without more could be anything.
  if (isTimed ? !isRising(columns[first] ?? []) : third === undefined && !isSaid) return null
  const time = isTimed ? first : null
  const [v, a, w] = (isTimed ? numeric.slice(1) : numeric) as [number, number, number?]
  const power = w === undefined ? null : powerUnit(columns, v, a, w)
  if (w !== undefined && power === null) return null
  const names = columns.map((values, i) => {
    const column = `(column ${i + 1})`
    if (i === time) return isCount(values) ? null : `time ${column}`
    if (i === v) return `voltage ${column}`
    if (i === a) return `current ${column}`
    return i === w ? `power ${column}` : null
  })
  // Power a thousand times smaller than the product: current is in mA, power in W.
  const units = columns.map((_values, i) => {
    if (power !== 'W') return null
    if (i === a) return 'mA'
    return i === w ? 'W' : null
  })
  return { names, units }
}

function numberOf(text: string): number {
  const cell = readCell(text)
  return cell?.kind === 'number' && cell.unit === null ? Number(cell.digits) : Number.NaN
}

/** A count of time: it never falls, and mostly rises. */
function isRising(values: readonly number[]): boolean {
  if (values.length < 2) return false
  let rising = 0
  for (let i = 1; i < values.length; i++) {
    const step = (values[i] as number) - (values[i - 1] as number)
    if (!(step >= 0)) return false
    if (step > 0) rising++
  }
  return rising * 2 > values.length - 1
}

/** A number of the row: it tells nothing of the time. */
function isCount(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value - (values[i - 1] as number) === 1)
}

/**
 * @returns `W` where power is a thousandth of voltage times current, as for V, mA and W;
 *   `same` where it is that product; null where it is neither
 */
function powerUnit(
  columns: readonly (readonly number[])[],
  v: number,
  a: number,
  w: number,
): 'W' | 'same' | null {
  const ratios = (columns[w] ?? [])
    .map((watts, i) => watts / ((columns[v]?.[i] as number) * (columns[a]?.[i] as number)))
    .filter((ratio) => Number.isFinite(ratio) && ratio !== 0)
    .sort((x, y) => x - y)
  const ratio = Math.abs(ratios[ratios.length >> 1] ?? Number.NaN)
  if (Math.abs(ratio - 1) <= TOLERANCE) return 'same'
  return Math.abs(ratio * 1000 - 1) <= TOLERANCE ? 'W' : null
}
