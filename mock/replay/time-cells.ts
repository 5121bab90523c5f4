import { type NumberCell, readNumber } from '../../src/sources/text/decimal.ts'
import {
  type DateOrder,
  ordersOf,
  readTime,
  type TimeCell,
} from '../../src/sources/text/recorded-time.ts'
import { type Column, median } from './columns.ts'
import type { Unclear } from './electric-columns.ts'
import { medianStep, past32Bits, pastMidnight, type Unwrap } from './time-steps.ts'

/** The cells of one column, or of a date's and a clock's, read as times. */
export interface TimeCells {
  readonly columns: readonly Column[]
  /** What its numbers count; null for written dates and times. */
  readonly unit: string | null
  /** True: Unix µs. False: µs since whatever. */
  readonly isAbsolute: boolean
  /** True: times of a day, without its date. */
  readonly isClock: boolean
  /** One a row, in µs, as written; NaN where the cell can't be read. */
  readonly us: readonly number[]
  /** The same of any row, of its cells in these columns. */
  readonly read: (cells: readonly string[]) => number
  /** Goes on where the count begins again. Each call is for all rows anew. */
  readonly unwrap: () => Unwrap
}

const UNIT_US: Readonly<Record<string, number>> = {
  ns: 1e-3,
  us: 1,
  ms: 1e3,
  s: 1e6,
  min: 60e6,
  h: 3600e6,
}
/** Steps of a counter without a unit, whole numbers: below, seconds; from the other on, ms. */
const SECONDS_BELOW = 10
const MILLISECONDS_FROM = 100
/** No sensor of this kind samples faster, in s: what steps by less does not count seconds. */
const SHORTEST_STEP = 5e-4
const COMPACT_DATE = /^(?:19|20)\d{6}$/
const COMPACT_TIME = /^(?:19|20)\d{12,21}$|^(?:19|20)\d{12}\.\d+$/
const COMPACT_CLOCK = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)$/

const asWritten = (): Unwrap => (us) => us

export function readTimeCells(column: Column): TimeCells | Unclear {
  const isCount = column.isNumeric && column.dateOrder === null && !mostly(column, COMPACT_TIME)
  return isCount || column.isUnitSpecified ? readCounter(column) : readWritten(column)
}

/** A date in one column and the time of day in another. */
export function combined(columns: readonly Column[]): TimeCells[] {
  const dates = columns.find((column) => kindOf(column) === 'date')
  const isCompact = dates?.isNumeric === true
  const clocks = columns.find(
    (column) => kindOf(column) === 'clock' || (isCompact && mostly(column, COMPACT_CLOCK)),
  )
  const order = dates === undefined ? null : dateOrder(dates)
  if (dates === undefined || clocks === undefined || typeof order !== 'string') return []
  const read = ([date = '', time = '']: readonly string[]): number => {
    const clock = time.replace(COMPACT_CLOCK, '$1:$2:$3')
    return usOf(date, 'date', order) + usOf(clock, 'clock', order)
  }
  const us = dates.cells.map((cell, i) => read([cell, clocks.cells[i] ?? '']))
  const both = { columns: [dates, clocks], unit: null, isAbsolute: true, isClock: false }
  return [{ ...both, us, read, unwrap: asWritten }]
}

function usOf(cell: string, kind: TimeCell['kind'], order: DateOrder): number {
  const time = readTime(cell, order)
  return time?.kind === kind ? time.us : Number.NaN
}

function mostly(column: Column, pattern: RegExp): boolean {
  return (
    column.isNumeric &&
    column.cells.filter((cell) => pattern.test(cell)).length * 2 > column.cells.length
  )
}

/** What most of its cells are. */
function kindOf(column: Column): TimeCell['kind'] | null {
  if (column.isNumeric && !mostly(column, COMPACT_DATE) && !mostly(column, COMPACT_TIME))
    return null
  const counts = { instant: 0, date: 0, clock: 0 }
  for (const cell of column.cells) {
    const kind = readTime(cell, (ordersOf(cell) ?? [])[0])?.kind
    if (kind !== undefined) counts[kind]++
  }
  const most = Math.max(counts.instant, counts.date, counts.clock)
  if (most === 0) return null
  if (most === counts.instant) return 'instant'
  return most === counts.date ? 'date' : 'clock'
}

function readWritten(column: Column): TimeCells | Unclear {
  const order = dateOrder(column)
  if (typeof order !== 'string') return order
  const kind = kindOf(column) ?? 'clock'
  const isClock = kind === 'clock'
  return {
    columns: [column],
    unit: null,
    isAbsolute: !isClock,
    isClock,
    us: column.cells.map((cell) => usOf(cell, kind, order)),
    read: ([cell = '']) => usOf(cell, kind, order),
    unwrap: isClock ? pastMidnight : asWritten,
  }
}

/** The one order in which most of the column's dates are dates. */
function dateOrder(column: Column): DateOrder | Unclear {
  if (column.dateOrder !== null) return column.dateOrder
  const counts = { dmy: 0, mdy: 0, ymd: 0 }
  for (const cell of column.cells) for (const order of ordersOf(cell) ?? []) counts[order]++
  const most = Math.max(counts.dmy, counts.mdy, counts.ymd)
  const best = (['dmy', 'mdy', 'ymd'] as const).filter((order) => counts[order] === most)
  if (most === 0 || best.length === 1) return best[0] as DateOrder
  const row = column.cells.findIndex((cell) => ordersOf(cell) !== null)
  const choices = best.map((order) => `time:${order}`).join(', ')
  return { unclear: `the dates in ${column.label} could be of either order (${choices})`, row }
}

function readCounter(column: Column): TimeCells | Unclear {
  const unit = column.unit
  // A number with another unit behind it is no count of this one.
  const countIn = (number: NumberCell | null): number =>
    number !== null && (number.unit ?? unit) === unit ? Number(number.digits) : Number.NaN
  const values = column.numbers.map(countIn)
  const unix = unit === null ? unixUnit(median(values)) : null
  const found = unit ?? unix ?? counterUnit(column, values)
  const scale = found === null ? undefined : UNIT_US[found]
  if (scale === undefined || found === null) {
    const row = column.numbers.findIndex((number) => number !== null)
    return found === null
      ? { unclear: `the time (${column.label}) could be in s, ms or another unit`, row }
      : { unclear: `the time (${column.label}) is in ${found}, which is no unit of time`, row }
  }
  const inUs = (value: number): number => Math.round(value * scale)
  const us = values.map(inUs)
  // Unix time in a column whose unit is known by name: after the year 2001.
  const isAbsolute = unix !== null || median(us) >= 1e15
  return {
    columns: [column],
    unit: found,
    isAbsolute,
    isClock: false,
    us,
    read: ([cell = '']) => inUs(countIn(readNumber(cell))),
    unwrap: isAbsolute ? asWritten : () => past32Bits(scale, us),
  }
}

/** Unix time by its size: 1e9 s is the year 2001. */
function unixUnit(value: number): string | null {
  if (value >= 1e9 && value < 1e11) return 's'
  if (value >= 1e12 && value < 1e14) return 'ms'
  if (value >= 1e15 && value < 1e17) return 'us'
  return value >= 1e18 && value < 1e20 ? 'ns' : null
}

function counterUnit(column: Column, values: readonly number[]): string | null {
  const step = medianStep(values)
  // A single row has no step: any unit does.
  if (Number.isNaN(step)) return 's'
  // Such as 094607 for a time of day.
  if (column.cells.some((cell) => /^0\d{5}$/.test(cell))) return null
  if (column.numbers.some((number) => number?.digits.includes('.'))) {
    return step < SHORTEST_STEP ? null : 's'
  }
  if (step < SECONDS_BELOW) return 's'
  return step >= MILLISECONDS_FROM ? 'ms' : null
}
