import { exactMicro } from '../../util/micro.ts'

/**
 * How a measured value stands in the log, without loss. NULL is no value: voltage,
 * current and power of a sample that has none.
 *
 * Nearly all values have at most 6 decimals and are stored as whole millionths
 * (3 or 4 bytes instead of 8): integer / 1e6 is by IEEE 754 the double nearest to
 * the decimal, so the very double that was read from the device's text. What is
 * no whole number of millionths is stored as REAL in the unit itself. A value
 * that is whole but too large for exact millionths (and infinities) is TEXT,
 * since a JavaScript reader could not distinguish a whole REAL from an INTEGER.
 */

export type StoredValue = number | string | null

/** For the slow statement, which binds with types of its own: BigInt makes an INTEGER. @param value NaN: none */
export function toStored(value: number): bigint | number | string | null {
  if (Number.isNaN(value)) return null
  const micro = exactMicro(value)
  if (!Number.isNaN(micro)) return BigInt(micro)
  return Number.isInteger(value) || !Number.isFinite(value) ? String(value) : value
}

/** @param stored as better-sqlite3 returns the column @returns in the unit of its channel; NaN: none */
export function fromStored(stored: StoredValue): number {
  if (stored === null) return Number.NaN
  if (typeof stored === 'string') return Number(stored)
  return Number.isInteger(stored) ? stored / 1e6 : stored
}

/** False: no value of a log; the page that it was read from is damaged. */
export function isStored(value: unknown): value is number | string {
  return typeof value === 'number' || typeof value === 'string'
}
