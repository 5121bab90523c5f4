/** A number in a recording: its own digits, and the unit behind it. */
export interface NumberCell {
  /** A JSON number with the digits of the file. */
  readonly digits: string
  /** As `unitOf` names it; null without one */
  readonly unit: string | null
}

const NUMBER = /^([+-]?)(\d*)(?:([.])(\d*))?(?:[eE]([+-]?\d{1,3}))?\s*([a-zA-Zµμ]*)$/

/**
 * Reads `5.02`, `-1.0`, `+.5`, `1e-3`, `4.98V`, `245 mA`, `12,5`, `1,234.5`.
 *
 * @returns null where it is no number (`nan`, `ovf`, a time, text)
 */
export function readNumber(cell: string): NumberCell | null {
  const match = NUMBER.exec(cell.includes(',') ? withoutCommas(cell) : cell)
  if (match === null) return null
  const [, sign = '', whole = '', , fraction = '', exponent, suffix = ''] = match
  if (whole === '' && fraction === '') return null
  const unit = suffix === '' ? null : unitOf(suffix)
  if (suffix !== '' && unit === null) return null
  const plain = join(sign === '-', whole, fraction)
  return { digits: exponent === undefined ? plain : shiftDecimal(plain, Number(exponent)), unit }
}

/** Groups of three digits, and the other sign for decimals: `1,234.5`, `1.234,5`, `1,234,567`. */
const GROUPED = /^[+-]?\d{1,3}(?:(?:,\d{3})+\.|(?:\.\d{3})+,|,\d{3}(?:,\d{3})+(?![\d,]))/

/** A single comma is the decimal sign. Other text with commas is returned with them: no number. */
function withoutCommas(cell: string): string {
  if (GROUPED.test(cell)) {
    const isPointDecimal = cell.lastIndexOf('.') > cell.lastIndexOf(',') || !cell.includes('.')
    return isPointDecimal ? cell.replaceAll(',', '') : cell.replaceAll('.', '').replace(',', '.')
  }
  return /^[+-]?\d*,\d/.test(cell) ? cell.replace(',', '.') : cell
}

const HOLE =
  /^(?:[+-]?(?:1\.#)?(?:s?nan|inf(?:inity)?|ind|qnan|ovf|overflow)|null|none|undefined|n\/?a|-+|\?+|[+-]?[X*#]+(?:\.[X*#]+)?)(?:\s*[a-zµμ]{1,2})?$/i

/** Nothing, or what programs write where there was nothing to measure: `nan`, `ovf`, `null`, `--`. */
export function isHole(cell: string): boolean {
  return cell === '' || HOLE.test(cell)
}

/**
 * Moves the decimal point: exact, where dividing a double is not.
 *
 * @param digits a JSON number without exponent
 * @param by places to the right; negative: to the left
 */
export function shiftDecimal(digits: string, by: number): string {
  if (by === 0) return digits
  const isNegative = digits.startsWith('-')
  const [whole = '', fraction = ''] = digits.slice(isNegative ? 1 : 0).split('.')
  if (by > 0) {
    const padded = fraction.padEnd(by, '0')
    return join(isNegative, whole + padded.slice(0, by), padded.slice(by))
  }
  const padded = whole.padStart(1 - by, '0')
  return join(isNegative, padded.slice(0, by), padded.slice(by) + fraction)
}

function join(isNegative: boolean, whole: string, fraction: string): string {
  const head = whole.replace(/^0+(?=\d)/, '') || '0'
  return `${isNegative ? '-' : ''}${head}${fraction === '' ? '' : `.${fraction}`}`
}

/** Units by any spelling in lower case. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ...['v', 'mv', 'uv', 'a', 'ma', 'ua', 'w', 'mw', 'uw', 's', 'ms', 'us', 'ns', 'min', 'h'].map(
    (unit): [string, string] => [unit, unit.replace(/[vaw]$/, (letter) => letter.toUpperCase())],
  ),
  ['volt', 'V'],
  ['volts', 'V'],
  ['millivolts', 'mV'],
  ['amp', 'A'],
  ['amps', 'A'],
  ['ampere', 'A'],
  ['amperes', 'A'],
  ['milliamps', 'mA'],
  ['watt', 'W'],
  ['watts', 'W'],
  ['milliwatts', 'mW'],
  ['sec', 's'],
  ['secs', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['millis', 'ms'],
  ['milliseconds', 'ms'],
  ['micros', 'us'],
  ['microseconds', 'us'],
  ['minutes', 'min'],
  ['hours', 'h'],
])

/** @returns `V`, `mA`, `uW`, `ms`, …; null where it is no unit */
export function unitOf(text: string): string | null {
  return UNITS.get(text.replace(/[µμ]/g, 'u').toLowerCase()) ?? null
}

/** Power of ten of a unit of V, A or W. */
export function exponentOf(unit: string): number {
  if (unit.length === 1) return 0
  return unit.startsWith('m') ? -3 : -6
}
