/**
 * Sums of twice a double's precision (T. J. Dekker, "A floating-point technique for
 * extending the available precision", 1971): a number is `high + low`. Whole numbers below
 * 2^106 are exact, all else is off by less than 1e-31 of itself an operation, so that what is
 * left of sums of squares after a subtraction still has all the digits that are shown.
 */

export type DoubleDouble = readonly [high: number, low: number]

/** 2^27 + 1: splits a double into two halves whose products are exact. */
const SPLITTER = 134_217_729

/** `sums[at] + sums[at + 1]` grows by `value`. */
export function addTo(sums: Float64Array, at: number, value: number): void {
  const high = sums[at] as number
  const sum = high + value
  const rest = sum - high
  const low = (sums[at + 1] as number) + (high - (sum - rest) + (value - rest))
  const rounded = sum + low
  sums[at] = rounded
  sums[at + 1] = low - (rounded - sum)
}

/** `sums[at] + sums[at + 1]` grows by the product, of which nothing is rounded off. */
export function addProductTo(sums: Float64Array, at: number, one: number, other: number): void {
  const product = one * other
  addTo(sums, at, product)
  const error = productError(product, one, other)
  if (error !== 0) addTo(sums, at, error)
}

/** What a product was rounded by: with it, `product` is exact. */
export function productError(product: number, one: number, other: number): number {
  const oneSplit = SPLITTER * one
  const oneHigh = oneSplit - (oneSplit - one)
  const oneLow = one - oneHigh
  const otherSplit = SPLITTER * other
  const otherHigh = otherSplit - (otherSplit - other)
  const otherLow = other - otherHigh
  const high = product - oneHigh * otherHigh
  return oneLow * otherLow - (high - oneLow * otherHigh - oneHigh * otherLow)
}

export function multiply(one: DoubleDouble, other: DoubleDouble): DoubleDouble {
  const product = one[0] * other[0]
  const low = productError(product, one[0], other[0]) + (one[0] * other[1] + one[1] * other[0])
  return normal(product, low)
}

export function subtract(one: DoubleDouble, other: DoubleDouble): DoubleDouble {
  const sum = new Float64Array(2)
  addTo(sum, 0, one[0])
  addTo(sum, 0, -other[0])
  addTo(sum, 0, one[1])
  addTo(sum, 0, -other[1])
  return [sum[0] as number, sum[1] as number]
}

/** The double nearest to the quotient. */
export function divide(one: DoubleDouble, by: DoubleDouble): number {
  const quotient = one[0] / by[0]
  const rest = subtract(one, multiply([quotient, 0], by))
  return quotient + rest[0] / by[0]
}

function normal(high: number, low: number): DoubleDouble {
  const sum = high + low
  return [sum, low - (sum - high)]
}
