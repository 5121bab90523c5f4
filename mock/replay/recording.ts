import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { exponentOf, shiftDecimal } from '../../src/sources/text/decimal.ts'
import { InaError, systemCode } from '../../src/util/errors.ts'
import type { SpecifiedColumn } from './column-spec.ts'
import { type Column, describeColumns } from './columns.ts'
import {
  type ElectricColumn,
  type ElectricColumns,
  findElectric,
  type Unclear,
} from './electric-columns.ts'
import { noRows, refusal, unclear } from './recording-refusal.ts'
import { mayBeBroken, mixedSigns, timeFault, valueFault } from './row-faults.ts'
import type { BrokenLine } from './table-reader.ts'
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
    throw noRows(name)
  }
  const columns = describeColumns(table, spec)
  const refuse = (doubt: Unclear): InaError => unclear(name, table, columns, doubt)
  if (spec.length > columns.length) {
    const count = `--columns names ${spec.length}, and it has ${columns.length}`
    throw refuse({ unclear: `it has other columns than said: ${count}` })
  }
  if (spec.length === 0 && table.misfit !== null) {
    throw refusal(name, columns, `row ${table.misfit.line}: ${table.misfit.reason}`)
  }
  const { time, voltage, current, power } = findRoles(columns, refuse)
  const used = [voltage, current, power].filter((each) => each !== null)
  for (const { column } of used) {
    const row = mixedSigns(column)
    if (row === null) continue
    const cell = column.cells[row]
    throw refuse({
      unclear: `'${cell}' in ${column.label} has another decimal sign than others`,
      row,
    })
  }
  const status = columns.find((column) => column.role === 'status')
  const mode = columns.find((column) => column.role === 'mode')

  const samples: RecordedSample[] = []
  const broken = [...table.broken]
  const holes: number[] = []
  let startUs: number | null = null
  for (const [row, line] of table.lineOf.entries()) {
    const isAbsent = table.isLabelled && used.every(({ column }) => column.cells[row] === '')
    const reason = isAbsent ? null : rowFault(table, time, used, row)
    if (reason !== null) {
      broken.push({ line, reason })
      continue
    }
    const v = valueAt(voltage, row)
    const a = current === null ? '0' : valueAt(current, row)
    if (v === null || a === null) {
      if (!isAbsent) holes.push(line)
      continue
    }
    const us = time === null ? 0 : (time.us[row] as number)
    startUs ??= us
    samples.push({
      v,
      a,
      w: power === null ? null : valueAt(power, row),
      status: status?.cells[row] || 'ok',
      mode: mode?.cells[row] || 'NORMAL',
      offsetUs: us - startUs,
    })
  }
  const lastLine = Math.max(table.lineOf.at(-1) ?? 0, table.broken.at(-1)?.line ?? 0)
  const loss = lossOf(broken, holes, samples.length, lastLine)
  if (loss !== null) throw refusal(name, columns, loss)
  return {
    name,
    samples,
    startUs: time?.isAbsolute === true ? startUs : null,
    hasTime: time !== null,
    columns: wordsOf(time, [
      ['voltage', voltage],
      ['current', current],
      ['power', power],
    ]),
    skipped: table.otherLines + table.broken.length + table.rows.length - samples.length,
  }
}

interface Roles extends ElectricColumns {
  readonly time: TimeColumn | null
}

function findRoles(columns: readonly Column[], refuse: (doubt: Unclear) => InaError): Roles {
  const time = findTime(columns)
  if (time !== null && 'unclear' in time) throw refuse(time)
  const electric = findElectric(columns.filter((column) => !time?.columns.includes(column)))
  if (time?.isGuess === true) {
    const all = findElectric(columns)
    if (!('unclear' in all)) {
      if ('unclear' in electric) return { time: null, ...all }
      if (all.voltage.column !== electric.voltage.column) {
        throw refuse({ unclear: `${time.columns[0]?.label} could be the time or the voltage` })
      }
    }
  }
  if ('unclear' in electric) throw refuse(electric)
  return { time, ...electric }
}

/** @param used voltage, current and power, as far as there are any */
function rowFault(
  table: TextTable,
  time: TimeColumn | null,
  used: readonly ElectricColumn[],
  row: number,
): string | null {
  for (const each of used) {
    const fault = valueFault(each, row)
    if (fault !== null) return fault
    // The power may be left out.
    if (table.isLabelled && each.column.cells[row] === '' && each.column.role !== 'power') {
      return `it has no ${each.column.label}`
    }
  }
  return time === null ? null : timeFault(time, row)
}

/**
 * Whether more is lost than the odd row.
 *
 * @returns why, with the first such row; null where the recording is sound
 */
function lossOf(
  broken: readonly BrokenLine[],
  holes: readonly number[],
  samples: number,
  lastLine: number,
): string | null {
  // Whoever ends a recording may cut its last line.
  const inside = broken.filter(({ line }) => line < lastLine).toSorted((a, b) => a.line - b.line)
  const count = inside.length
  const first = inside[0] ?? broken[0]
  const rows = samples + holes.length + broken.length
  if (first !== undefined && (count > mayBeBroken(rows) || samples === 0)) {
    const more = count > 1 ? `, and ${count - 1} more of ${rows} rows can't be read` : ''
    return `row ${first.line}: ${first.reason}${more}`
  }
  if (holes[0] === undefined || holes.length * 2 <= rows) return null
  return `row ${holes[0]}: nothing was measured, nor in ${holes.length - 1} more of ${rows} rows`
}

function valueAt({ column, unit }: ElectricColumn, row: number): string | null {
  const cell = column.numbers[row]
  if (cell == null) return null
  return shiftDecimal(cell.digits, exponentOf(cell.unit ?? unit))
}

/** How each column was read, in words. */
export function wordsOf(
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

/** UTF-8, UTF-16 with its mark (PowerShell's redirection), else Latin-1. */
function decodeText(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}
