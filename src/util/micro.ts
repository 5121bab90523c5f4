/**
 * The value in whole millionths; NaN where that would not be exact.
 *
 * @param value in the unit of its channel
 */
export function toMicro(value: number): number {
  const micro = Math.round(value * 1e6)
  return micro / 1e6 === value && Math.abs(micro) <= Number.MAX_SAFE_INTEGER ? micro : Number.NaN
}
