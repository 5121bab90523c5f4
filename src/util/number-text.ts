/** Numbers as text of a bounded width, for screens and plots. */

/** `toFixed` without a sign on what rounds to zero. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  return /^-[0.]*$/.test(text) ? text.slice(1) : text
}

/** Most decimals, up to `decimals`, with which all values fit `width` cells. */
export function sharedDecimals(values: readonly number[], decimals: number, width: number): number {
  for (let d = decimals; d > 0; d--) {
    if (values.every((value) => fixed(value, d).length <= width)) return d
  }
  return 0
}

/** The most digits behind the first one that a power of ten is written with. */
const POWER_DIGITS = 6

/**
 * A number in at most `width` cells, rounded to the nearest: fewer decimals, then powers of ten with as
 * many digits as fit (`1.23e9`), then `####`.
 */
export function numberText(value: number, decimals: number, width: number): string {
  const plain = fixed(value, sharedDecimals([value], decimals, width))
  if (plain.length <= width) return plain
  for (let digits = POWER_DIGITS; digits >= 0; digits--) {
    const powers = value.toExponential(digits).replace('e+', 'e')
    if (powers.length <= width) return powers
  }
  return '#'.repeat(width)
}

/** A part of the whole in %, with one decimal, cut and not rounded: 100 % means all of it. */
export function cutPercent(part: number): number {
  return Math.floor(part * 1000 + 1e-9) / 10
}

/** `76 100`: groups of three with spaces. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ')
}
