import { isHole, type NumberCell } from '../../src/sources/text/decimal.ts'
import type { Column } from './columns.ts'
import type { ElectricColumn } from './electric-columns.ts'
import type { TimeColumn } from './time-columns.ts'

/** Share of rows, and number in a short recording, that may be broken: a recording has some. */
const FEW = 0.01
const FEW_ROWS = 3

/** How many of so many rows may be broken and passed over: never a third of them. */
export function mayBeBroken(rows: number): number {
  return Math.min(Math.max(FEW_ROWS, rows * FEW), rows / 3)
}

/** What is wrong with the time of a row, in words; null: nothing. */
export function timeFault(time: TimeColumn, row: number): string | null {
  if (!Number.isNaN(time.us[row])) return null
  const cells = time.columns.map((column) => column.cells[row] ?? '')
  return noTime(time, cells, time.spikes.has(row))
}

/** Why a row has no time, in words. @param isSpike it has one, far from those around it */
export function noTime(
  { columns, unit }: TimeColumn,
  cells: readonly string[],
  isSpike: boolean,
): string {
  if (cells.every((cell) => cell === '')) return 'it has no time'
  const text = `'${cells.join(' ')}' in ${columns.map((column) => column.label).join(' and ')}`
  if (isSpike) return `${text} is far from the time of the rows around it`
  return unit === null ? `${text} is no time` : `${text} is no number of ${unit}`
}

/** What is wrong with a measured value, in words; null: nothing, or nothing was measured. */
export function valueFault(electric: ElectricColumn, row: number): string | null {
  const { cells, numbers } = electric.column
  return cellFault(electric, cells[row] ?? '', numbers[row] ?? null)
}

/** The same of any cell of that column. */
export function cellFault(
  { column, unit }: ElectricColumn,
  cell: string,
  number: NumberCell | null,
): string | null {
  if (number === null) return isHole(cell) ? null : `'${cell}' in ${column.label} is no number`
  if (number.unit !== null && !agree(number.unit, unit, column.isUnitSpecified)) {
    return `'${cell}' in ${column.label} is not in ${unit}`
  }
  return null
}

/** mV and V mix; what the user says is meant to the letter. */
function agree(found: string, wanted: string, isStrict: boolean): boolean {
  return isStrict ? found === wanted : found.at(-1) === wanted.at(-1)
}

/**
 * A column with commas and points as the decimal sign, or with `1,234` among
 * numbers without a comma: nobody can say what they are.
 *
 * @returns its first row that is of the rarer kind; null: it is of one kind
 */
export function mixedSigns(column: Column): number | null {
  let [commas, points, wholes, grouped] = [0, 0, 0, 0]
  for (const [i, cell] of column.cells.entries()) {
    if (column.numbers[i] == null) continue
    if (!cell.includes(',')) cell.includes('.') ? points++ : wholes++
    else if (!cell.includes('.')) {
      commas++
      if (/^[+-]?[1-9]\d{0,2},\d{3}(?!\d)/.test(cell)) grouped++
    }
  }
  const others = grouped === commas ? points + wholes : points
  if (commas === 0 || others === 0) return null
  return column.cells.findIndex(
    (cell, i) => column.numbers[i] != null && cell.includes(',') === commas <= others,
  )
}
