import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { InaError, systemCode } from '../../src/util/errors.ts'
import type { SpecifiedColumn } from './column-spec.ts'
import { type Column, describeColumns } from './columns.ts'
import { exponentOf, shiftDecimal } from './decimal.ts'
import { type ElectricColumn, findElectric } from './electric-columns.ts'
import { readTextTable, type TextTable } from './text-table.ts'
import { findTime, type TimeColumn } from './time-columns.ts'

/** One sample of a recording; values as decimal text with the file's own digits. */
export interface RecordedSample {
  /** V */
  readonly v: string
  /** A; `0` where only the voltage was recorded */
  readonly a: string
  /** W; null where the recording has none */
  readonly w: string | null
  readonly status: string
  readonly mode: string
  /** µs after the first sample; 0 where the recording has no time. May step back a little, as recorded. */
  readonly offsetUs: number
}

export interface Recording {
  /** File name without folders. */
  readonly name: string
  readonly samples: readonly RecordedSample[]
  /** Unix time of the first sample in µs; null where the recording does not say. */
  readonly startUs: number | null
  /** Whether samples have times of their own. */
  readonly hasTime: boolean
  /** How each column was read, in words: `voltage: 'bus_voltage' in V`. */
  readonly columns: readonly string[]
  /** Rows without a readable value, and lines that are no rows. */
  readonly skipped: number
}

/** Reads a recorded file of whatever form. @throws InaError input_invalid where it is not clear what is what */
export function readRecording(path: string, spec: readonly SpecifiedColumn[] = []): Recording {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new InaError(
      'input_invalid',
      `the recording '${path}' can't be read (${systemCode(error) ?? 'unknown reason'})`,
      'check the path and its permissions',
      error,
    )
  }
  return parseRecording(decodeText(bytes), basename(path), spec)
}

export function parseRecording(
  text: string,
  name: string,
  spec: readonly SpecifiedColumn[] = [],
): Recording {
  const table = readTextTable(text)
  if (table.rows.length === 0) {
    throw new InaError(
      'input_invalid',
      `the recording '${name}' holds no row of numbers`,
      'it must be a text file with time, voltage and current, such as CSV',
    )
  }
  const columns = describeColumns(table, spec)
  const time = findTime(columns)
  if (time !== null && 'unclear' in time) throw unclear(name, table, columns, time.unclear)
  const rest = columns.filter((column) => !time?.columns.includes(column))
  const electric = findElectric(rest)
  if ('unclear' in electric) throw unclear(name, table, columns, electric.unclear)
  const { voltage, current, power } = electric
  const status = rest.find((column) => column.role === 'status')
  const mode = rest.find((column) => column.role === 'mode')

  const samples: RecordedSample[] = []
  const clock = new RowClock(time)
  for (let row = 0; row < table.rows.length; row++) {
    const v = valueAt(voltage, row)
    const a = current === null ? '0' : valueAt(current, row)
    if (v === null || a === null) continue
    samples.push({
      v,
      a,
      w: power === null ? null : valueAt(power, row),
      status: status?.cells[row] || 'ok',
      mode: mode?.cells[row] || 'NORMAL',
      offsetUs: clock.offsetUs(row),
    })
  }
  if (samples.length === 0) {
    throw unclear(name, table, columns, `no row has a number in ${voltage.column.label}`)
  }
  return {
    name,
    samples,
    startUs: time?.isAbsolute === true ? clock.startUs : null,
    hasTime: time !== null,
    columns: wordsOf(time, [
      ['voltage', voltage],
      ['current', current],
      ['power', power],
    ]),
    skipped: table.otherLines + table.rows.length - samples.length,
  }
}

/** Times of rows after the first; a row whose time can't be read has that of the row before. */
class RowClock {
  readonly #time: TimeColumn | null
  #startUs = Number.NaN
  #lastUs = Number.NaN

  constructor(time: TimeColumn | null) {
    this.#time = time
  }

  get startUs(): number | null {
    return Number.isNaN(this.#startUs) ? null : this.#startUs
  }

  offsetUs(row: number): number {
    const us = this.#time?.us[row] ?? Number.NaN
    if (!Number.isNaN(us)) this.#lastUs = us
    if (Number.isNaN(this.#startUs)) this.#startUs = this.#lastUs
    return Number.isNaN(this.#startUs) ? 0 : this.#lastUs - this.#startUs
  }
}

function valueAt({ column, unit }: ElectricColumn, row: number): string | null {
  const cell = column.numbers[row]
  if (cell == null) return null
  return shiftDecimal(cell.digits, exponentOf(cell.unit ?? unit))
}

function wordsOf(
  time: TimeColumn | null,
  electric: readonly (readonly [string, ElectricColumn | null])[],
): string[] {
  const lines = electric.flatMap(([role, found]) =>
    found === null ? [] : [`${role}: ${found.column.label} in ${found.unit}`],
  )
  if (time === null) return lines
  const labels = time.columns.map((column) => column.label).join(' and ')
  return [`time: ${labels}${time.unit === null ? '' : ` in ${time.unit}`}`, ...lines]
}

function unclear(
  name: string,
  table: TextTable,
  columns: readonly Column[],
  reason: string,
): InaError {
  const example = columns.map((column) => (column.role === 'ignore' ? '-' : (column.role ?? '?')))
  const first = table.rows.find((row) => row.some((cell) => cell !== '')) ?? []
  return new InaError(
    'input_invalid',
    `the recording '${name}' is not clear: ${reason}; its first row is ${first.slice(0, 8).join(' | ')}`,
    `say what each column is with --columns, such as --columns '${withUnits(example).join(',')}'`,
  )
}

const USUAL_UNITS: Readonly<Record<string, string>> = {
  time: 'time:s',
  voltage: 'voltage:V',
  current: 'current:mA',
  power: 'power:mW',
}

function withUnits(roles: readonly string[]): string[] {
  return roles.map((role) => USUAL_UNITS[role] ?? role)
}

/** UTF-8, UTF-16 with its mark (PowerShell's redirection), else Latin-1. */
function decodeText(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}
