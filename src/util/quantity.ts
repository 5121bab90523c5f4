import { ownValue } from './records.ts'

/** Powers of ten that stand before a unit. */
const PREFIXES: Readonly<Record<string, number>> = { u: -6, µ: -6, μ: -6, m: -3, '': 0, k: 3 }

const NUMBER = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:e([+-]?\d+))?\s*(.*)$/i

/** What a text such as `250mA` says. */
export interface Quantity<U extends string> {
  /** In the bare unit: the double nearest to what is written. */
  readonly value: number
  /** null: a number without a unit */
  readonly unit: U | null
}

/**
 * Reads `1.5`, `250mA`, `4.75 V`, `100mohm`.
 *
 * @param units that it may have, each with any of the prefixes u, m, k
 * @param bare unit of a number without one, and of the result: `A`, or with a prefix `mV`
 * @returns null where it is none of these
 */
export function readQuantity<U extends string>(
  text: string,
  units: readonly U[],
  bare: string = units[0] ?? '',
): Quantity<U> | null {
  const [, digits, power = '0', rest = ''] = NUMBER.exec(text.trim()) ?? []
  if (digits === undefined) return null
  const target = exponentOf(bare, units)?.exponent ?? 0
  const written = rest === '' ? { unit: null, exponent: target } : exponentOf(rest, units)
  if (written === null) return null
  // As text, so that 0.1 mA is the double nearest to 0.0001 A.
  const value = Number(`${digits}e${Number(power) + written.exponent - target}`)
  return Number.isFinite(value) ? { value, unit: written.unit } : null
}

function exponentOf<U extends string>(
  text: string,
  units: readonly U[],
): { readonly unit: U; readonly exponent: number } | null {
  const unit = units.find((each) => text.endsWith(each))
  if (unit === undefined) return null
  const exponent = ownValue(PREFIXES, text.slice(0, text.length - unit.length))
  return exponent === undefined ? null : { unit, exponent }
}
