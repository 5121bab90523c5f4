/**
 * The value in whole millionths; NaN where that would not be exact.
 *
 * @param value in the unit of its channel
 */
export function exactMicro(value: number): number {
  const micro = Math.round(value * 1e6)
  return micro / 1e6 === value && Math.abs(micro) <= Number.MAX_SAFE_INTEGER ? micro : Number.NaN
}

/**
 * The value in millionths as near as a double comes, whole where that is exact; for sums.
 *
 * @param value in the unit of its channel
 */
export function nearestMicro(value: number): number {
  const micro = Math.round(value * 1e6)
  return micro / 1e6 === value ? micro : value * 1e6
}
