import { type NamedColumn, type Role, readColumnName } from '../../src/sources/text/column-names.ts'
import { isHole, type NumberCell, readNumber } from '../../src/sources/text/decimal.ts'
import type { DateOrder } from '../../src/sources/text/recorded-time.ts'
import type { SpecifiedColumn } from './column-spec.ts'
import type { TextTable } from './text-table.ts'

/** One column of a recording with all that is known of it. */
export interface Column {
  readonly index: number
  /** As the file says, else `column 3`. */
  readonly label: string
  /** True: the user said what it is. */
  readonly isSpecified: boolean
  /** The file has a name for it. */
  readonly isNamed: boolean
  readonly role: Role | null
  /** From the user, the name or the cells. */
  readonly unit: string | null
  /** True: the user said the unit, so that cells have to agree. */
  readonly isUnitSpecified: boolean
  readonly rank: number
  readonly dateOrder: DateOrder | null
  readonly cells: readonly string[]
  /** null where the cell is no number */
  readonly numbers: readonly (NumberCell | null)[]
  /** Most of its filled cells are numbers. */
  readonly isNumeric: boolean
}

/** Share of the cells with something in them that must be numbers. */
const MOSTLY = 0.6

export function describeColumns(table: TextTable, spec: readonly SpecifiedColumn[]): Column[] {
  const width = table.names?.length ?? table.rows[0]?.length ?? 0
  return Array.from({ length: width }, (_, index): Column => {
    const name = table.names?.[index] ?? null
    const said = spec[index]
    const isSpecified = said !== undefined && said.role !== null
    const named: NamedColumn =
      name === null || isSpecified
        ? { role: said?.role ?? null, unit: null, rank: 0 }
        : readColumnName(name)
    const cells = table.rows.map((row) => row[index] ?? '')
    const numbers = cells.map(readNumber)
    const filled = cells.filter((cell) => !isHole(cell)).length
    const numeric = numbers.filter((number) => number !== null).length
    const cellUnit = numbers.find((number) => number?.unit)?.unit ?? null
    return {
      index,
      label: name === null || name === '' ? `column ${index + 1}` : `'${name}'`,
      isSpecified,
      isNamed: name !== null && name !== '',
      role: named.role ?? roleOfUnit(cellUnit),
      unit: said?.unit ?? cellUnit ?? named.unit,
      isUnitSpecified: said?.unit != null,
      rank: isSpecified ? Number.POSITIVE_INFINITY : named.rank,
      dateOrder: said?.dateOrder ?? null,
      cells,
      numbers,
      isNumeric: numeric > 0 && numeric >= filled * MOSTLY,
    }
  })
}

/** `4.98V` needs no header. */
function roleOfUnit(unit: string | null): Role | null {
  if (unit === null) return null
  if (unit.endsWith('V')) return 'voltage'
  if (unit.endsWith('A')) return 'current'
  return unit.endsWith('W') ? 'power' : null
}

/** The values of a numeric column as doubles, for judging; NaN where there is none. */
export function valuesOf(column: Column): number[] {
  return column.numbers.map((number) => (number === null ? Number.NaN : Number(number.digits)))
}

/** Largest magnitude; 0 where there is no number. */
export function largest(values: readonly number[]): number {
  let max = 0
  for (const value of values) if (Math.abs(value) > max) max = Math.abs(value)
  return max
}

export function median(values: readonly number[]): number {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
