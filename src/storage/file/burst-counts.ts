import { HOLE } from '../../domain/burst.ts'

/** How the log keeps the readings of a burst: a JSON array, null where one was never received. */
export function countsText(counts: Int16Array): string {
  return JSON.stringify(Array.from(counts, (count) => (count === HOLE ? null : count)))
}

/** @returns null: it is no such text */
export function countsOf(text: string): Int16Array | null {
  let values: unknown
  try {
    values = JSON.parse(text)
  } catch {
    return null
  }
  const isReading = (each: unknown): boolean =>
    each === null ||
    (typeof each === 'number' && Number.isInteger(each) && Math.abs(each) <= -HOLE - 1)
  if (!Array.isArray(values) || !values.every(isReading)) return null
  return Int16Array.from(values, (each: number | null) => each ?? HOLE)
}
