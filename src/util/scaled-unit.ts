/** Which prefix stands before a unit, so that a figure has neither a row of zeros nor a row of digits. */

import { ownValue } from './records.ts'

/** `auto`: by size; else one for all units that have it. */
export type UnitChoice = (typeof UNIT_CHOICES)[number]
export const UNIT_CHOICES = ['auto', 'base', 'milli', 'micro'] as const

/** A unit with its prefix. */
export interface ScaledUnit {
  /** `mA` */
  readonly text: string
  /** One of it is ten to this power of the bare unit: -6, -3, 0 or 3. */
  readonly exponent: number
}

export interface UnitOptions {
  /** Default: `auto`. */
  readonly choice?: UnitChoice
  /** `uA` in place of `µA`. */
  readonly ascii?: boolean
  /**
   * Decimals that values have in the bare unit. A unit finer than the last of them is not chosen
   * by itself: steps of 0.1 mA would be hundreds of µA. Default: no bound.
   */
  readonly decimals?: number
}

const PREFIX: Readonly<Record<number, string>> = { [-6]: 'µ', [-3]: 'm', 0: '', 3: 'k' }
const MICRO_ASCII = 'u'
const EXPONENT: Readonly<Record<Exclude<UnitChoice, 'auto'>, number>> = {
  base: 0,
  milli: -3,
  micro: -6,
}

/** Units that take prefixes, each with the powers that people read it in. Any other stays as it is. */
const EXPONENTS: Readonly<Record<string, readonly number[]>> = {
  V: [-3, 0, 3],
  A: [-6, -3, 0, 3],
  W: [-6, -3, 0, 3],
  Ah: [-6, -3, 0, 3],
  Wh: [-6, -3, 0, 3],
  J: [-6, -3, 0, 3],
  lx: [0, 3],
}
const PLAIN: readonly number[] = [0]

/** A smaller unit is taken where it says clearly more: below so much of the present one. */
const STEP_DOWN_BELOW = 0.8

/**
 * The unit for figures of which the largest is `magnitude`. It steps up as soon as the figure has four
 * digits before the point, and down only where it is clearly below one, so that a value at the border
 * does not make it flicker.
 *
 * @param unit bare: `A`; others than those of `EXPONENTS` come back as they are
 * @param magnitude in the bare unit; its sign does not matter
 * @param previous exponent of the last choice for the same figures; null: there is none
 */
export function scaledUnit(
  unit: string,
  magnitude: number,
  previous: number | null,
  { choice = 'auto', ascii = false, decimals }: UnitOptions = {},
): ScaledUnit {
  const known = ownValue(EXPONENTS, unit) ?? PLAIN
  const exponent =
    choice === 'auto'
      ? sizedExponent(known, Math.abs(magnitude), previous, decimals)
      : nearestOf(known, EXPONENT[choice])
  const prefix = PREFIX[exponent] ?? ''
  return { text: `${ascii && prefix === 'µ' ? MICRO_ASCII : prefix}${unit}`, exponent }
}

function sizedExponent(
  known: readonly number[],
  size: number,
  previous: number | null,
  decimals = Number.POSITIVE_INFINITY,
): number {
  const usable = known.filter((each) => each >= 0 || decimals + each >= 0)
  const held = previous === null ? 0 : nearestOf(usable, previous)
  // Nothing flows: no reason to leave the unit.
  if (!(size > 0)) return held
  const fitting = usable.findLast((each) => size >= 10 ** each) ?? usable[0] ?? 0
  if (previous === null || fitting > held) return fitting
  return size < STEP_DOWN_BELOW * 10 ** held ? fitting : held
}

function nearestOf(known: readonly number[], wanted: number): number {
  return known.reduce((best, each) =>
    Math.abs(each - wanted) < Math.abs(best - wanted) ? each : best,
  )
}

/** A value in the scaled unit: the double nearest to its decimal digits with the point moved. */
export function inUnit(value: number, exponent: number): number {
  if (exponent === 0 || !Number.isFinite(value)) return value
  const [digits, power = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(power) - exponent}`)
}

/** More decimals than that are noise of a double, not digits of a sensor. */
const DECIMALS_MAX = 9

/** Decimals that a device has sent a value with; 0 where these are more than a sensor has. */
export function sentDecimals(value: number): number {
  const decimals = decimalsOf(value)
  return decimals <= DECIMALS_MAX ? decimals : 0
}

/** Decimals that show a value to its last digit: `0.0012` 4, `5` 0. */
export function decimalsOf(value: number): number {
  if (!Number.isFinite(value)) return 0
  const [digits = '', power = '0'] = String(value).split('e')
  const point = digits.indexOf('.')
  return Math.max(0, (point < 0 ? 0 : digits.length - point - 1) - Number(power))
}
