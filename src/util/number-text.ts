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

/** A number in at most `width` cells: fewer decimals, then powers of ten, then `####`. */
export function numberText(value: number, decimals: number, width: number): string {
  const plain = fixed(value, sharedDecimals([value], decimals, width))
  if (plain.length <= width) return plain
  const powers = value.toExponential(0)
  return powers.length <= width ? powers : '#'.repeat(width)
}

/** `76 100`: groups of three with spaces. */
export function countText(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ' ')
}
