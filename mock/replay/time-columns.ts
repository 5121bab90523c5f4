import { readTime } from '../../src/sources/text/recorded-time.ts'
import { type Column, valuesOf } from './columns.ts'
import type { Unclear } from './electric-columns.ts'
import { combined, readTimeCells, type TimeCells } from './time-cells.ts'
import { isCounter, isMonotonic, spikesOf, type Unwrap } from './time-steps.ts'

export interface TimeColumn {
  /** The column, or both of a date and a time of day. */
  readonly columns: readonly Column[]
  /** What its numbers count; null for written dates and times. */
  readonly unit: string | null
  /** True: Unix µs. False: µs since whatever. */
  readonly isAbsolute: boolean
  /** True: times of a day, without its date. */
  readonly isClock: boolean
  /** One a row, in µs; NaN where the cell can't be read, or is a spike. */
  readonly us: readonly number[]
  /** Rows whose time lies far outside of those before and after. */
  readonly spikes: ReadonlySet<number>
  /** Reads the time of any row, of its cells in these columns, as written; NaN where they can't be read. */
  readonly read: (cells: readonly string[]) => number
  /** Makes times as written go on where the count begins again; for all rows from the first one on. */
  readonly unwrap: () => Unwrap
  /** True: nothing but its rising numbers says that it is the time. */
  readonly isGuess: boolean
}

/** Share of filled cells that look like times in a column without a name that is the time. */
const MOSTLY = 0.95
const LOOKS_LIKE_TIME = /\d:\d\d/

/**
 * Finds the time of the rows. Of several columns that could be it, the one that
 * tells most rows apart, in order, is taken.
 *
 * @returns null where the recording has none
 */
export function findTime(columns: readonly Column[]): TimeColumn | Unclear | null {
  const said = columns.filter((column) => column.isSpecified && column.role === 'time')
  const named = said.length > 0 ? said : columns.filter((column) => couldBeTime(column))
  const candidates = named.length > 0 ? named : unnamedCounter(columns)
  if (candidates.length === 0) return null

  const pairs = combined(candidates)
  const found = said.length > 1 ? pairs : [...pairs, ...candidates.map(readTimeCells)]
  const clear = found
    .filter((each): each is TimeCells => !('unclear' in each))
    .map((each) => withSpikes(each, named.length === 0))
  const usable = clear.filter((each) => isMonotonic(each.us))
  if (usable.length > 0) return finest(usable)
  if (named.length === 0) return null
  const doubt = found.find((each): each is Unclear => 'unclear' in each)
  if (doubt !== undefined) return doubt
  if (clear[0] !== undefined) return goingBack(clear[0])
  return { unclear: 'the two columns of the time are not a date and a time of day', row: 0 }
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
  const times = filled.filter((cell) => LOOKS_LIKE_TIME.test(cell) || readTime(cell) !== null)
  return times.length > 0 && times.length >= filled.length * MOSTLY
}

/** The first column of a recording that names no time. */
function unnamedCounter(columns: readonly Column[]): Column[] {
  const first = columns.find((column) => column.role !== 'ignore')
  if (first === undefined || first.role !== null || !first.isNumeric) return []
  return isCounter(valuesOf(first)) ? [first] : []
}

function withSpikes(time: TimeCells, isGuess: boolean): TimeColumn {
  const spikes = spikesOf(time.us)
  const unwrap = time.unwrap()
  const us = time.us.map((value, i) => unwrap(spikes.has(i) ? Number.NaN : value))
  return { ...time, us, spikes, isGuess }
}

function finest(found: readonly TimeColumn[]): TimeColumn {
  const counted = found.map((time) => ({ time, distinct: new Set(time.us).size }))
  return counted.reduce((best, each) =>
    each.distinct > best.distinct ||
    (each.distinct === best.distinct && each.time.isAbsolute && !best.time.isAbsolute)
      ? each
      : best,
  ).time
}

function goingBack({ columns, us }: TimeColumn): Unclear {
  const row = us.findIndex((value, i) => i > 0 && value < (us[i - 1] as number))
  const label = columns.map((column) => column.label).join(' and ')
  return { unclear: `the time (${label}) goes back again and again`, row: Math.max(0, row) }
}
