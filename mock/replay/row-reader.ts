import { exponentOf, readNumber, shiftDecimal } from '../../src/sources/text/decimal.ts'
import type { Column } from './columns.ts'
import type { ElectricColumn, MeasuredColumns } from './electric-columns.ts'
import { cellFault, noTime } from './row-faults.ts'
import type { TableReader } from './table-reader.ts'
import type { TimeColumn } from './time-columns.ts'
import { farFrom, isSpike, type Unwrap } from './time-steps.ts'

/** One row of a recording; in V, A and W. NaN: the recording has no such column, or no power here. */
export interface PlannedRow {
  /** From 1. */
  readonly line: number
  /** Unix µs, or µs since whatever, see `RowPlan.time`; NaN where the recording has no time. */
  readonly us: number
  readonly voltage: number
  readonly current: number
  readonly power: number
  /** The recording's own word; empty where it has none. */
  readonly status: string
}

export interface RowSink {
  row(row: PlannedRow): void
  /** Nothing was measured. */
  hole(line: number): void
  /** @param reason in words for the user */
  fault(line: number, reason: string): void
}

/** Times as coarse as this stand for all of it, µs. */
const COARSE_US = [60e6, 1e6]
/** Rows of one time that are put together to be spread. */
const MOST_SPREAD = 100_000

/** How coarse times are that several rows in a row share, µs; 0: they are finer, or each has its own. */
export function spreadOf(us: readonly number[]): number {
  const known = us.filter((each) => !Number.isNaN(each))
  if (!known.some((each, i) => i > 0 && each === known[i - 1])) return 0
  return COARSE_US.find((grain) => known.every((each) => each % grain === 0)) ?? 0
}

/** What is read, and where it stands in the look. */
export interface RowRoles extends MeasuredColumns {
  readonly time: TimeColumn | null
  readonly status: Column | null
  readonly used: readonly ElectricColumn[]
}

/** What was measured of one quantity in a row. */
interface Cell {
  readonly electric: ElectricColumn
  /** Commas stand for the decimal point. */
  readonly hasCommas: boolean
}

/** Reads rows, line by line, and hands them on with a delay of a few. */
export class RowReader {
  readonly #table: TableReader
  /** Of the look. */
  readonly #names: readonly string[] | null
  readonly #roles: RowRoles
  readonly #sink: RowSink
  readonly #cells: readonly Cell[]
  readonly #unwrap: Unwrap
  readonly #farUs: number
  readonly #spreadUs: number
  /** Where the columns of the look stand; those of labelled values by their names. */
  #places: number[] = []
  #placedNames = -1
  #beforeUs = Number.NaN
  /** The newest row: the next one says whether its time is right. */
  #waiting: PlannedRow | null = null
  /** Rows of one time. */
  #same: PlannedRow[] = []

  constructor(table: TableReader, names: readonly string[] | null, roles: RowRoles, sink: RowSink) {
    this.#table = table
    this.#names = names
    this.#roles = roles
    this.#sink = sink
    this.#cells = roles.used.map((electric) => ({
      electric,
      hasCommas: electric.column.cells.some((cell) => cell.includes(',')),
    }))
    this.#unwrap = roles.time?.unwrap() ?? ((us) => us)
    this.#farUs = roles.time === null ? 0 : farFrom(roles.time.us)
    this.#spreadUs = roles.time === null ? 0 : spreadOf(roles.time.us)
  }

  read(line: string, number: number): void {
    this.#table.read(line, number)
  }

  /** Hands on the rows of the lines read so far. */
  flush(): void {
    const { rows, lineOf, broken } = this.#table.take()
    for (const { line, reason } of broken) this.#sink.fault(line, reason)
    this.#placeColumns()
    for (const [i, cells] of rows.entries()) this.#row(cells, lineOf[i] as number)
  }

  end(): void {
    this.#table.end()
    this.flush()
    if (this.#waiting !== null) this.#timed(this.#waiting)
    this.#waiting = null
    this.#handOn()
  }

  #placeColumns(): void {
    const now = this.#table.names
    if (!this.#table.isLabelled || this.#names === null || now === null) return
    if (now.length === this.#placedNames) return
    this.#placedNames = now.length
    this.#places = this.#names.map((name) => now.indexOf(name))
  }

  #cell(cells: readonly string[], { index }: Column): string {
    const at = this.#table.isLabelled ? (this.#places[index] ?? -1) : index
    return cells[at] ?? ''
  }

  #row(cells: readonly string[], line: number): void {
    const { time, status, used, voltage, current, power } = this.#roles
    const isLabelled = this.#table.isLabelled
    // An object or a block of something else.
    if (isLabelled && used.every(({ column }) => this.#cell(cells, column) === '')) return
    const values: number[] = []
    for (const { electric, hasCommas } of this.#cells) {
      const { column, unit } = electric
      const cell = this.#cell(cells, column)
      const value = measuredIn(cell, unit, column.isUnitSpecified)
      values.push(value ?? Number.NaN)
      if (value !== null && (hasCommas || !cell.includes(','))) continue
      const fault =
        value !== null
          ? `'${cell}' in ${column.label} has another decimal sign than others`
          : this.#faultOf(electric, cell)
      if (fault !== null) {
        this.#sink.fault(line, fault)
        return
      }
    }
    const of = (electric: ElectricColumn | null): number =>
      electric === null ? Number.NaN : (values[used.indexOf(electric)] as number)
    const row = {
      line,
      us: Number.NaN,
      voltage: of(voltage),
      current: of(current),
      power: of(power),
      status: status === null ? '' : this.#cell(cells, status),
    }
    const isHole =
      (voltage !== null && Number.isNaN(row.voltage)) ||
      (current !== null && Number.isNaN(row.current))
    if (isHole) this.#sink.hole(line)
    else if (time === null) this.#sink.row(row)
    else this.#withTime(time, row, cells)
  }

  #faultOf(electric: ElectricColumn, cell: string): string | null {
    const isMissing = this.#table.isLabelled && cell === '' && electric !== this.#roles.power
    return isMissing
      ? `it has no ${electric.column.label}`
      : cellFault(electric, cell, readNumber(cell))
  }

  #withTime(time: TimeColumn, row: PlannedRow, cells: readonly string[]): void {
    const timeCells = time.columns.map((column) => this.#cell(cells, column))
    const us = time.read(timeCells)
    if (Number.isNaN(us)) {
      this.#sink.fault(row.line, noTime(time, timeCells, false))
      return
    }
    const waiting = this.#waiting
    const timed = { ...row, us }
    if (waiting === null && Number.isNaN(this.#beforeUs)) {
      this.#beforeUs = us
      this.#timed(timed)
      return
    }
    this.#waiting = timed
    if (waiting === null) return
    if (isSpike(this.#beforeUs, waiting.us, us, this.#farUs)) {
      this.#sink.fault(waiting.line, 'its time is far from that of the rows around it')
      return
    }
    this.#beforeUs = waiting.us
    this.#timed(waiting)
  }

  /** The time of a row is settled. */
  #timed(row: PlannedRow): void {
    const timed = { ...row, us: this.#unwrap(row.us) }
    if (this.#spreadUs === 0) {
      this.#sink.row(timed)
      return
    }
    const isSame = this.#same[0]?.us === timed.us && this.#same.length < MOST_SPREAD
    if (!isSame) this.#handOn()
    this.#same.push(timed)
  }

  /** Rows of one coarse time, evenly over what it stands for. */
  #handOn(): void {
    const rows = this.#same
    this.#same = []
    for (const [i, row] of rows.entries()) {
      this.#sink.row({ ...row, us: row.us + Math.floor((this.#spreadUs * i) / rows.length) })
    }
  }
}

const PLAIN = /^-?\d{1,9}(?:\.\d{1,12})?$/

/**
 * @param isStrict the user said the unit
 * @returns in V, A or W; null: no number, or one in another unit
 */
function measuredIn(cell: string, unit: string, isStrict: boolean): number | null {
  const exponent = exponentOf(unit)
  // Adding 0 makes -0 a 0.
  if (exponent === 0 && PLAIN.test(cell)) return Number(cell) + 0
  const number = readNumber(cell)
  if (number === null) return null
  const own = number.unit ?? unit
  if (isStrict ? own !== unit : own.at(-1) !== unit.at(-1)) return null
  return Number(shiftDecimal(number.digits, exponentOf(own))) + 0
}
