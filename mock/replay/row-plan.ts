import type { SpecifiedColumn } from './column-spec.ts'
import { type Column, describeColumns } from './columns.ts'
import { type ElectricColumn, findMeasured, type MeasuredColumns } from './electric-columns.ts'
import { wordsOf } from './recording.ts'
import { noRows, refusal, unclear } from './recording-refusal.ts'
import { mixedSigns } from './row-faults.ts'
import { RowReader, type RowSink, spreadOf } from './row-reader.ts'
import { type TextTable, tableOf, tableReader } from './text-table.ts'
import { findTime, type TimeColumn } from './time-columns.ts'

/** How the rows of a recording are read, decided from a look at it. */
export interface RowPlan {
  /** How each column was read, in words: `voltage: 'bus_voltage' in V`. */
  readonly words: readonly string[]
  /** Columns that are not read, as the file calls them. */
  readonly left: readonly string[]
  /** `absolute`: Unix µs; `clock`: since midnight of the first day; `counter`: since whatever. */
  readonly time: 'absolute' | 'clock' | 'counter' | 'none'
  readonly hasVoltage: boolean
  readonly hasCurrent: boolean
  /** Several rows in a row have one time, in whole seconds or minutes: they are spread over these µs. 0: they are not. */
  readonly spreadUs: number
  /** Time of the last row of the look, as `PlannedRow.us`. */
  readonly lastUs: number
  /** Reads the recording from its first line on. */
  reader(sink: RowSink): RowReader
}

/** Columns of Joulescope's statistics (pyjoulescope_ui, downsample_logging): all in SI units. */
const JOULESCOPE = 'time,current,voltage,power,charge,energy'
const JOULESCOPE_SPEC: readonly SpecifiedColumn[] = [
  { role: 'time', unit: 's', dateOrder: null },
  { role: 'current', unit: 'A', dateOrder: null },
  { role: 'voltage', unit: 'V', dateOrder: null },
  { role: 'power', unit: 'W', dateOrder: null },
  { role: 'ignore', unit: null, dateOrder: null },
  { role: 'ignore', unit: null, dateOrder: null },
]
/**
 * @param lines some of the recording: its first ones, and whole pieces from further on
 * @param name of the file, for messages
 * @throws InaError input_invalid where it is not clear what is what
 */
export function planRows(
  lines: readonly string[],
  name: string,
  said: readonly SpecifiedColumn[],
): RowPlan {
  const table = tableOf(tableReader(lines), lines)
  const spec = said.length === 0 && isJoulescope(table) ? JOULESCOPE_SPEC : said
  const columns = describeColumns(table, spec)
  if (table.rows.length === 0) {
    throw noRows(name)
  }
  const refuse = (reason: string, row?: number): Error =>
    unclear(name, table, columns, { unclear: reason, ...(row === undefined ? {} : { row }) })
  if (spec.length > columns.length) {
    throw refuse(`--columns names ${spec.length} columns, and it has ${columns.length}`)
  }
  if (spec.length === 0 && table.misfit !== null) {
    throw refusal(name, columns, `row ${table.misfit.line}: ${table.misfit.reason}`)
  }
  const found = findTime(columns)
  if (found !== null && 'unclear' in found) throw refuse(found.unclear, found.row)
  let time: TimeColumn | null = found
  let measured = findMeasured(columns.filter((each) => !isOf(time, each)))
  if ('unclear' in measured && time?.isGuess === true) {
    time = null
    measured = findMeasured(columns)
  }
  if ('unclear' in measured) throw refuse(measured.unclear, measured.row)
  const used = usedOf(measured)
  for (const { column } of used) {
    const row = mixedSigns(column)
    if (row !== null) throw refuse(`${column.label} has two decimal signs`, row)
  }
  const roles = { time, ...measured }
  const status = columns.find((column) => column.role === 'status') ?? null
  const isRead = (column: Column): boolean =>
    isOf(time, column) || column === status || used.some((each) => each.column === column)
  return {
    words: wordsOf(time, [
      ['voltage', measured.voltage],
      ['current', measured.current],
      ['power', measured.power],
    ]),
    left: columns.filter((column) => !isRead(column)).map(({ label }) => label),
    time:
      time === null ? 'none' : time.isAbsolute ? 'absolute' : time.isClock ? 'clock' : 'counter',
    hasVoltage: measured.voltage !== null,
    hasCurrent: measured.current !== null,
    spreadUs: time === null ? 0 : spreadOf(time.us),
    lastUs: time?.us.findLast((us) => !Number.isNaN(us)) ?? Number.NaN,
    reader: (sink) =>
      new RowReader(tableReader(lines), table.names, { ...roles, status, used }, sink),
  }
}

function isJoulescope({ names }: TextTable): boolean {
  const plain = names?.map((each) =>
    each
      .replace(/^[#=\s]*(?:header=)?/, '')
      .trim()
      .toLowerCase(),
  )
  return plain?.join(',') === JOULESCOPE
}

function isOf(time: TimeColumn | null, column: Column): boolean {
  return time?.columns.includes(column) === true
}

function usedOf({ voltage, current, power }: MeasuredColumns): ElectricColumn[] {
  return [voltage, current, power].filter((each) => each !== null)
}
