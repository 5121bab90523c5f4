import {
  exponentOf,
  isHole,
  type NumberCell,
  readNumber,
  shiftDecimal,
  unitOf,
} from '../text/decimal.ts'

/** A value as a sketch printed it. */
export type Cell =
  | {
      readonly kind: 'number'
      /** A JSON number with the digits that were printed. */
      readonly digits: string
      /** Behind the number: `mA`, `%`; null: none. */
      readonly unit: string | null
    }
  /** Printed where there was nothing to measure: what the sample's status says of it. */
  | { readonly kind: 'hole'; readonly status: 'ovf' | 'error' }

/**
 * A number with a unit that is none of V, A, W and time: `23.5 *C`, `87 %`, `12.4 mWh`. Only
 * units that are known: anything else behind a number (`5.0x`, `5#02`) is what damaged it.
 */
const OTHER_UNIT =
  /^([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*(%(?:\s?RH)?|[*°º˚]?[CFK]|deg\.?\s?[CFK]?|°|[mkuµμ]?[AWV]h|[mkuµμ]?J|[mkuµμ]?C|[mkMG]?Hz|[mkMµμu]?(?:Ohms?|Ω|Ω|R)|[hk]?Pa|[mµμu]?bar|lu?x|rpm|ppm|dBm?|[cmk]?m|m\/s|k?g|[kM]?B)$/iu
const OVERFLOW = /ovf|overflow|inf|[X*#]/i

/** @returns null where it is neither a number nor a word for none */
export function readCell(text: string): Cell | null {
  const plain = readNumber(text)
  if (plain !== null) return { kind: 'number', ...plain }
  if (isHole(text)) return { kind: 'hole', status: OVERFLOW.test(text) ? 'ovf' : 'error' }
  const [, number = '', unit = ''] = OTHER_UNIT.exec(text) ?? []
  const other: NumberCell | null = number === '' ? null : readNumber(number)
  return other === null ? null : { kind: 'number', digits: other.digits, unit }
}

/** A number in its unit's base unit: `206.20` in mA is 0.2062, to the last digit. */
export function inBaseUnit(digits: string, unit: string): number {
  return Number(shiftDecimal(digits, exponentOf(unit)))
}

/** The same in thousandths of it. */
export function inThousandths(digits: string, unit: string): number {
  return Number(shiftDecimal(digits, exponentOf(unit) + 3))
}

/** V, A, W and their thousandths and millionths. */
export function isElectricUnit(unit: string): boolean {
  return /^[mu]?[VAW]$/.test(unit) && unitOf(unit) !== null
}
