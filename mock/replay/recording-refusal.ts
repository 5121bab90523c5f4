import { InaError } from '../../src/util/errors.ts'
import type { Column } from './columns.ts'
import type { Unclear } from './electric-columns.ts'
import type { TextTable } from './text-table.ts'

/** What can't be told of a recording, with a row that shows it. */
export function unclear(
  name: string,
  table: TextTable,
  columns: readonly Column[],
  { unclear: reason, row = firstFilled(table) }: Unclear,
): InaError {
  const cells = (table.rows[row] ?? []).slice(0, 8).map((cell) => cell.slice(0, 40))
  return refusal(name, columns, `${reason}; row ${table.lineOf[row]} is ${cells.join(' | ')}`)
}

function firstFilled(table: TextTable): number {
  return Math.max(
    0,
    table.rows.findIndex((row) => row.some((cell) => cell !== '')),
  )
}

/** A recording that is not read. */
export function refusal(name: string, columns: readonly Column[], reason: string): InaError {
  const isBlank = columns.every((column) => column.role === null)
  const example = isBlank ? EXAMPLE : columns.map(specOf).join(',')
  return new InaError(
    'input_invalid',
    `the recording '${name}' is not clear: ${reason}`,
    `mend it, or say what each column is with --columns, such as --columns '${example}'`,
  )
}

/** Whatever one would say of its columns, there is nothing in them. */
export function noRows(name: string): InaError {
  return new InaError(
    'input_invalid',
    `the recording '${name}' holds no row of numbers`,
    'it must be a text file with time, voltage and current, such as CSV',
  )
}

const EXAMPLE = 'time:s,voltage:V,current:mA'
const USUAL_UNITS = { time: 's', voltage: 'V', current: 'mA', power: 'mW' }

/** What `--columns` could say of a column. */
function specOf({ role, unit, isNumeric }: Column): string {
  if (role === null) return '?'
  if (role === 'ignore') return '-'
  if (role === 'status' || role === 'mode' || (role === 'time' && !isNumeric)) return role
  return `${role}:${unit ?? USUAL_UNITS[role]}`
}
