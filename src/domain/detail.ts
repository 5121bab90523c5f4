import type { Extras } from './channels.ts'
import { isWhole } from './sample.ts'

/** Members of a sample that say what was measured between it and the one before (PROTOCOL.md 5.1). */
export const EXTREME_MEMBERS = ['n', 'vmin', 'vmax', 'amin', 'amax'] as const
export const COUNTER_MEMBERS = ['mc', 'mj'] as const
/** In their order on the wire and in the log, where each is a channel of that name. */
export const DETAIL_MEMBERS: readonly string[] = [...EXTREME_MEMBERS, ...COUNTER_MEMBERS]

/** What the conversions since the sample before come to, beside their means. */
export interface Detail {
  /** How many there were, whole. */
  readonly n: number
  /** V */
  readonly voltageMin: number
  readonly voltageMax: number
  /** A */
  readonly currentMin: number
  readonly currentMax: number
  /** Charge since the device's start, mC, signed; NaN: not known, as is `energyMj` then. */
  readonly chargeMc: number
  /** Energy since the device's start, mJ, signed. */
  readonly energyMj: number
  /** False: some could not be read. What flowed meanwhile is in no counter. */
  readonly isWhole: boolean
}

/** Least distance that a mean may have from its extremes: it may have been rounded otherwise. V and A */
const ROUNDING = { voltage: 0.004, current: 0.002 } as const

/** Whether these are the names of a detail, beside others. */
export function haveDetail(values: Readonly<Record<string, unknown>>): boolean {
  for (const name of EXTREME_MEMBERS) if (!Object.hasOwn(values, name)) return false
  return true
}

/** The detail among the values of a sample with voltage and current; null: it has none. @param status of that sample */
export function detailOf(values: Extras | null | undefined, status: string): Detail | null {
  if (!values || !haveDetail(values)) return null
  const of = (name: string): number =>
    Object.hasOwn(values, name) ? (values[name] as number) : Number.NaN
  const [chargeMc, energyMj] = [of('mc'), of('mj')]
  const hasCounters = !Number.isNaN(chargeMc + energyMj)
  return {
    n: of('n'),
    voltageMin: of('vmin'),
    voltageMax: of('vmax'),
    currentMin: of('amin'),
    currentMax: of('amax'),
    chargeMc: hasCounters ? chargeMc : Number.NaN,
    energyMj: hasCounters ? energyMj : Number.NaN,
    isWhole: isWhole(status),
  }
}

/** The same as values of channels; without the counters where they are not known. */
export function detailValues(detail: Detail): Extras {
  const { n, voltageMin, voltageMax, currentMin, currentMax, chargeMc, energyMj } = detail
  const extremes = { n, vmin: voltageMin, vmax: voltageMax, amin: currentMin, amax: currentMax }
  return Number.isNaN(chargeMc) ? extremes : { ...extremes, mc: chargeMc, mj: energyMj }
}

/** All values of a sample beside voltage, current and power, as the log keeps them. */
export function keptValues(extras: Extras | null, detail: Detail | null): Extras | null {
  return detail === null ? extras : { ...detailValues(detail), ...extras }
}

/** What of these is no detail; null: nothing. */
export function withoutDetail(values: Extras | null): Extras | null {
  const own = Object.entries(values ?? {}).filter(([name]) => !DETAIL_MEMBERS.includes(name))
  return own.length === 0 ? null : Object.fromEntries(own)
}

/**
 * Whether a power in W may be the mean of the products of these voltages and currents. Where both
 * change in time with each other, it is far from the product of their means.
 */
export function isMeanPower(detail: Detail, power: number): boolean {
  const { voltageMin, voltageMax, currentMin, currentMax } = detail
  const products = [voltageMin, voltageMax].flatMap((v) => [v * currentMin, v * currentMax])
  return power >= Math.min(...products) && power <= Math.max(...products)
}

/** Whether the extremes lie on either side of the means. @param voltage V @param current A */
export function enclosesMeans(detail: Detail, voltage: number, current: number): boolean {
  const { voltageMin, voltageMax, currentMin, currentMax } = detail
  return (
    isWithin(voltage, voltageMin, voltageMax, ROUNDING.voltage) &&
    isWithin(current, currentMin, currentMax, ROUNDING.current)
  )
}

function isWithin(mean: number, min: number, max: number, slack: number): boolean {
  return min <= max && mean >= min - slack && mean <= max + slack
}
