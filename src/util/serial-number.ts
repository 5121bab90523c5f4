/** Arithmetic on unsigned 32-bit sequence numbers that wrap (RFC 1982, SERIAL_BITS = 32). */

/** Signed distance from `from` to `to`: positive where `to` is ahead; -2^31..2^31-1. */
export function distance(from: number, to: number): number {
  return (to - from) | 0
}

/** `seq + n`, wrapped to 0..2^32-1. */
export function advance(seq: number, n = 1): number {
  return (seq + n) >>> 0
}

/** Place of a number in the range `first .. first + count - 1`, from 0 on; null outside. */
export function placeIn(first: number, count: number, seq: number): number | null {
  const place = distance(first, seq)
  return place >= 0 && place < count ? place : null
}
