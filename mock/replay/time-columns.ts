import { type Column, median, valuesOf } from './columns.ts'
import type { Unclear } from './electric-columns.ts'
import { type DateOrder, orderOf, readTime, type TimeCell } from './recorded-time.ts'

export interface TimeColumn {
  /** The column, or both of a date and a time of day. */
  readonly columns: readonly Column[]
  /** What its numbers count; null for written dates and times. */
  readonly unit: string | null
  /** True: Unix µs. False: µs since whatever. */
  readonly isAbsolute: boolean
  /** One a row, in µs; NaN where the cell can't be read. */
  readonly us: readonly number[]
}

const UNIT_US: Readonly<Record<string, number>> = {
  ns: 1e-3,
  us: 1,
  ms: 1e3,
  s: 1e6,
  min: 60e6,
  h: 3600e6,
}
const DAY_US = 86_400e6
/** Share of steps that must not go back in a column that is the time. */
const MOSTLY = 0.95
/** Steps of a counter without a unit, whole numbers: below, seconds; from the other on, ms. */
const SECONDS_BELOW = 10
const MILLISECONDS_FROM = 100

/**
 * Finds the time of the rows. Of several columns that could be it, the one that
 * tells most rows apart, in order, is taken.
 *
 * @returns null where the recording has none
 */
export function findTime(columns: readonly Column[]): TimeColumn | Unclear | null {
  const said = columns.filter((column) => column.isSpecified && column.role === 'time')
  const explicit = said.length > 0 ? said : columns.filter((column) => couldBeTime(column))
  const found = [...combined(explicit), ...explicit.map(readColumn)]
  const usable = found.filter(
    (each) => 'unclear' in each || said.length > 0 || isMonotonic(each.us),
  )
  if (usable.length > 0) return pickFinest(usable)
  // Nothing named: a counter in the first column.
  const first = columns.find((column) => column.role !== 'ignore')
  if (first === undefined || first.role !== null || !first.isNumeric || !isCounter(first))
    return null
  return readColumn(first)
}

function couldBeTime(column: Column): boolean {
  if (column.role === 'time') return true
  if (
    column.isSpecified ||
    (column.role !== null && column.role !== 'ignore') ||
    column.isNumeric
  ) {
    return false
  }
  const filled = column.cells.filter((cell) => cell !== '')
  const times = filled.filter((cell) => readTime(cell) !== null)
  return times.length > 0 && times.length >= filled.length * MOSTLY
}

function pickFinest(found: readonly (TimeColumn | Unclear)[]): TimeColumn | Unclear {
  const clear = found.filter((each): each is TimeColumn => !('unclear' in each))
  const ranked = clear.toSorted(
    (a, b) => distinct(b.us) - distinct(a.us) || +b.isAbsolute - +a.isAbsolute,
  )
  return ranked[0] ?? (found[0] as Unclear)
}

/** A date in one column and the time of day in another. */
function combined(columns: readonly Column[]): TimeColumn[] {
  const dates = columns.find((column) => kindOf(column) === 'date')
  const clocks = columns.find((column) => kindOf(column) === 'clock')
  if (dates === undefined || clocks === undefined) return []
  const order = dateOrder(dates)
  if (order === null) return []
  const us = dates.cells.map(
    (cell, i) =>
      (readTime(cell, order)?.us ?? Number.NaN) +
      (readTime(clocks.cells[i] ?? '')?.us ?? Number.NaN),
  )
  return [{ columns: [dates, clocks], unit: null, isAbsolute: true, us }]
}

function kindOf(column: Column): TimeCell['kind'] | null {
  if (column.isNumeric) return null
  const filled = column.cells.find((cell) => cell !== '')
  return filled === undefined ? null : (readTime(filled)?.kind ?? null)
}

function readColumn(column: Column): TimeColumn | Unclear {
  if (column.isNumeric) return readCounter(column)
  const order = dateOrder(column)
  if (order === null) {
    return {
      unclear: `the dates in ${column.label} could begin with the day or the month (time:dmy, time:mdy)`,
    }
  }
  const cells = column.cells.map((cell) => readTime(cell, order))
  const isAbsolute = cells.some((cell) => cell?.kind === 'instant')
  const us = cells.map((cell) => cell?.us ?? Number.NaN)
  return { columns: [column], unit: null, isAbsolute, us: isAbsolute ? us : pastMidnight(us) }
}

/** @returns null where no date of the column decides */
function dateOrder(column: Column): DateOrder | null {
  if (column.dateOrder !== null) return column.dateOrder
  const orders = column.cells.map(orderOf).filter((order) => order !== null)
  if (orders.length === 0) return 'dmy'
  return orders.find((order) => order !== 'either') ?? null
}

/** A time of day that falls by more than half a day belongs to the next one. */
function pastMidnight(us: readonly number[]): number[] {
  let days = 0
  let last = Number.NaN
  return us.map((value) => {
    if (last - value > DAY_US / 2) days++
    if (!Number.isNaN(value)) last = value
    return value + days * DAY_US
  })
}

function readCounter(column: Column): TimeColumn | Unclear {
  const values = valuesOf(column)
  const unix = column.unit === null ? unixUnit(median(values)) : null
  const unit = column.unit ?? unix ?? counterUnit(column, values)
  if (unit === null) {
    return { unclear: `the time (${column.label}) could be in s or ms` }
  }
  const scale = UNIT_US[unit] ?? 1e6
  const us = values.map((value) => Math.round(value * scale))
  // Unix time in a column whose unit is known by name: after the year 2001.
  const isAbsolute = unix !== null || median(us) >= 1e15
  return { columns: [column], unit, isAbsolute, us: isAbsolute ? us : past32Bits(us, scale) }
}

/** Unix time by its size: 1e9 s is the year 2001. */
function unixUnit(value: number): string | null {
  if (value >= 1e9 && value < 1e11) return 's'
  if (value >= 1e12 && value < 1e14) return 'ms'
  if (value >= 1e15 && value < 1e17) return 'us'
  return value >= 1e18 && value < 1e20 ? 'ns' : null
}

function counterUnit(column: Column, values: readonly number[]): string | null {
  if (column.numbers.some((number) => number?.digits.includes('.'))) return 's'
  const step = median(steps(values).filter((each) => each > 0))
  // A single row has no step: any unit does.
  if (Number.isNaN(step) || step < SECONDS_BELOW) return 's'
  return step >= MILLISECONDS_FROM ? 'ms' : null
}

/** `millis()` and `micros()` begin again at 2^32; a restarted board begins at 0, and its time goes on. */
function past32Bits(us: readonly number[], scale: number): number[] {
  const wrapUs = 2 ** 32 * scale
  const stepUs = median(steps(us).filter((each) => each > 0)) || 0
  let shiftUs = 0
  let last = Number.NaN
  return us.map((value) => {
    const backUs = last - value
    if (backUs > wrapUs / 2) shiftUs += wrapUs
    else if (backUs > 1e6) shiftUs += backUs + stepUs
    if (!Number.isNaN(value)) last = value
    return value + shiftUs
  })
}

function isCounter(column: Column): boolean {
  const all = steps(valuesOf(column))
  return all.length === 0 || (all.every((step) => step >= 0) && all.some((step) => step > 0))
}

function isMonotonic(us: readonly number[]): boolean {
  const all = steps(us)
  return all.filter((step) => step >= 0).length >= all.length * MOSTLY
}

function steps(values: readonly number[]): number[] {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.slice(1).map((value, i) => value - (known[i] as number))
}

function distinct(us: readonly number[]): number {
  return new Set(us).size
}
