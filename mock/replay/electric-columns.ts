import type { Role } from '../../src/sources/text/column-names.ts'
import { exponentOf, isHole } from '../../src/sources/text/decimal.ts'
import { type Column, largest, median, valuesOf } from './columns.ts'
import { mayBeBroken } from './row-faults.ts'

export interface ElectricColumn {
  readonly column: Column
  readonly unit: string
}

export interface ElectricColumns {
  readonly voltage: ElectricColumn
  /** null: nothing but voltage was recorded */
  readonly current: ElectricColumn | null
  readonly power: ElectricColumn | null
}

/** Why the columns can't be told apart, in words for the user. */
export interface Unclear {
  readonly unclear: string
  /** Index of a row that shows it; otherwise the first does. */
  readonly row?: number
}

/** No board of this kind measures more: above it, the number is in thousandths. V, A. */
const VOLTS_END = 40
const AMPS_END = 40
/** The usual board's full scale in A: up to it, a number without a unit is taken as A. */
const AMPS_USUAL = 3.2
/** How far power may be from voltage times current, in the median over all rows. */
const POWER_TOLERANCE = 0.15
/** The same where nothing but this tells the columns apart. */
const STRICT_TOLERANCE = 0.05

/**
 * Finds voltage, current and power with their units: by what the user says, by
 * name, by units in the cells; else by physics, as power is voltage times current.
 *
 * @param columns those that are not taken for the time
 */
export function findElectric(columns: readonly Column[]): ElectricColumns | Unclear {
  const voltage = best(columns, 'voltage')
  const current = best(columns, 'current')
  const power = best(columns, 'power')
  if (voltage !== null && 'unclear' in voltage) return voltage
  if (current !== null && 'unclear' in current) return current
  if (power !== null && 'unclear' in power) return power
  const nameless = columns.filter((column) => column.isNumeric && column.role === null)
  if (voltage === null) {
    const candidates = nameless.filter((column) => !isFlag(column))
    return inferred(candidates, current, power)
  }
  if (current === null) {
    const other = power ?? nameless.find((column) => !column.isNamed && !isFlag(column))
    if (other !== undefined) {
      return { unclear: `no column is the current, and there is ${other.label}` }
    }
  }
  return withUnits(voltage, current, power)
}

/** Voltage, current and power as far as there are any; at least one of the first two. */
export interface MeasuredColumns {
  readonly voltage: ElectricColumn | null
  readonly current: ElectricColumn | null
  readonly power: ElectricColumn | null
}

/**
 * The same for what may have measured nothing but the current, as a power profiler
 * does that supplies the voltage itself.
 */
export function findMeasured(columns: readonly Column[]): MeasuredColumns | Unclear {
  const voltage = best(columns, 'voltage')
  const current = best(columns, 'current')
  const isCurrentAlone = voltage === null && current !== null && !('unclear' in current)
  if (!isCurrentAlone || current.unit === null || !(current.isNamed || current.isSpecified)) {
    return findElectric(columns)
  }
  return { voltage: null, current: { column: current, unit: current.unit }, power: null }
}

/** @returns null where no column has that role */
function best(columns: readonly Column[], role: Role): Column | Unclear | null {
  const called = columns.filter((column) => column.role === role)
  const said = called.find((column) => column.isSpecified)
  if (said !== undefined) return said.isNumeric ? said : noNumbers(said)
  const numeric = called.filter((column) => column.isNumeric)
  const rank = Math.max(...numeric.map((column) => column.rank))
  const [top, other] = numeric.filter((column) => column.rank === rank)
  if (top !== undefined && other !== undefined) {
    return { unclear: `both ${top.label} and ${other.label} could be the ${role}` }
  }
  if (top !== undefined) return top
  const broken = called.find((column) => role !== 'power' || !column.cells.every(isHole))
  return broken === undefined ? null : noNumbers(broken)
}

function noNumbers(column: Column): Unclear {
  const isBad = (cell: string, i: number): boolean => column.numbers[i] === null && !isHole(cell)
  const row = Math.max(0, column.cells.findIndex(isBad))
  return { unclear: `'${column.cells[row]}' in ${column.label} is no number`, row }
}

/** Nothing but 0 and 1, such as the sensor's OVF and CNVR. */
function isFlag(column: Column): boolean {
  return column.numbers.every((each) => each === null || each.digits === '0' || each.digits === '1')
}

/** Nothing names the voltage: every assignment of the columns that physics allows. */
function inferred(
  candidates: readonly Column[],
  current: Column | null,
  power: Column | null,
): ElectricColumns | Unclear {
  const volts = candidates.filter((column) => couldBeVolts(column))
  if (current !== null || power !== null) {
    const products = volts
      .map((column) => withUnits(column, current, power, STRICT_TOLERANCE))
      .filter((each) => !('unclear' in each))
    const [product] = products
    if (product !== undefined && products.length === 1 && current !== null && power !== null) {
      return product
    }
    return { unclear: 'no column is named as the voltage' }
  }
  if (candidates.length === 1) return { unclear: `nothing says what ${candidates[0]?.label} is` }
  if (candidates.length === 2) return inferredPair(candidates)
  const fits: ElectricColumns[] = []
  for (const v of volts) {
    for (const a of candidates) {
      for (const w of candidates) {
        // Every program that writes all three writes them in this order.
        if (!(v.index < a.index && a.index < w.index)) continue
        const made = withUnits(v, a, w, STRICT_TOLERANCE)
        if (!('unclear' in made)) fits.push(made)
      }
    }
  }
  const [fit, ...others] = fits
  if (fit !== undefined && others.length === 0) return fit
  return {
    unclear:
      fit === undefined
        ? 'it names no columns, and their values do not tell voltage, current and power apart'
        : 'it names no columns, and more than one order of voltage, current and power fits their values',
  }
}

function inferredPair(candidates: readonly Column[]): ElectricColumns | Unclear {
  const [first, second] = candidates as [Column, Column]
  // Above what any of these boards measures, it can only be mA.
  const isMilliamps = couldBeVolts(first) && exceeds(second, AMPS_END) === true
  if (isMilliamps) return withUnits(first, second, null)
  return {
    unclear:
      'it names no columns, and its two could be voltage and current in either order and unit',
  }
}

/** @returns null where so few values are above the limit that they may be broken ones */
function exceeds(column: Column, limit: number): boolean | null {
  const above = valuesOf(column).filter((value) => Math.abs(value) > limit).length
  if (above === 0) return false
  return above > mayBeBroken(column.numbers.length) ? true : null
}

function couldBeVolts(column: Column): boolean {
  const values = valuesOf(column)
  return median(values) > 0 && largest(values) <= VOLTS_END && values.every((value) => !(value < 0))
}

function withUnits(
  voltage: Column,
  current: Column | null,
  power: Column | null,
  tolerance = POWER_TOLERANCE,
): ElectricColumns | Unclear {
  const voltageUnit = voltage.unit ?? voltageUnitOf(voltage)
  if (voltageUnit === null) return outlier('voltage', voltage, VOLTS_END)
  const v = { column: voltage, unit: voltageUnit }
  if (current === null) return { voltage: v, current: null, power: null }
  const ratio = power === null ? Number.NaN : powerRatio(v, current, power)
  const currentUnit = current.unit ?? currentUnitOf(current, power, ratio, tolerance)
  if (currentUnit === null) {
    if (exceeds(current, AMPS_END) === null) return outlier('current', current, AMPS_END)
    const max = largest(valuesOf(current))
    return { unclear: `the current (${current.label}, up to ${max}) could be in A or mA` }
  }
  const a = { column: current, unit: currentUnit }
  if (power === null) return { voltage: v, current: a, power: null }
  // Voltage times current in W for the power column's number 1.
  const scale = ratio / 10 ** exponentOf(currentUnit)
  const powerUnit = power.unit ?? powerUnitOf(scale, tolerance)
  if (powerUnit === null) {
    return { unclear: `the power (${power.label}) is not voltage times current, in W or in mW` }
  }
  return { voltage: v, current: a, power: { column: power, unit: powerUnit } }
}

function voltageUnitOf(voltage: Column): string | null {
  const isMillivolts = exceeds(voltage, VOLTS_END)
  if (isMillivolts === null) return null
  return isMillivolts ? 'mV' : 'V'
}

function outlier(role: Role, column: Column, limit: number): Unclear {
  const row = valuesOf(column).findIndex((value) => Math.abs(value) > limit)
  const unit = role === 'voltage' ? 'V or mV' : 'A or mA'
  return {
    unclear: `the ${role} (${column.label}) could be in ${unit}, as few values are like ${column.cells[row]}`,
    row,
  }
}

/** Power column over voltage (in V) times current column, in the median; NaN where nothing flows. */
function powerRatio(voltage: ElectricColumn, current: Column, power: Column): number {
  const scale = 10 ** exponentOf(voltage.unit)
  const volts = valuesOf(voltage.column)
  const amps = valuesOf(current)
  const watts = valuesOf(power)
  const floor = 0.1 * largest(amps)
  return median(
    watts.map((w, i) => {
      const a = amps[i] as number
      return Math.abs(a) > floor ? Math.abs(w / ((volts[i] as number) * scale * a)) : Number.NaN
    }),
  )
}

function isNear(ratio: number, wanted: number, tolerance: number): boolean {
  return Math.abs(ratio / wanted - 1) <= tolerance
}

function currentUnitOf(
  current: Column,
  power: Column | null,
  ratio: number,
  tolerance: number,
): string | null {
  // mA and W differ from all other pairs; A with W and mA with mW look the same.
  if (isNear(ratio, 1e-3, tolerance)) return 'mA'
  if (isNear(ratio, 1e3, tolerance)) return 'A'
  if (power?.unit != null && isNear(ratio, 1, tolerance)) return power.unit === 'mW' ? 'mA' : 'A'
  const isMilliamps = exceeds(current, AMPS_END)
  if (isMilliamps !== false) return isMilliamps === true ? 'mA' : null
  return exceeds(current, AMPS_USUAL) === false ? 'A' : null
}

function powerUnitOf(scale: number, tolerance: number): string | null {
  if (isNear(scale, 1e3, tolerance)) return 'mW'
  return isNear(scale, 1, tolerance) || Number.isNaN(scale) ? 'W' : null
}
