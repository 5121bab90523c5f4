/** The columns of `minute` and `second` behind device and time, in the order of the tables. */
export const ROLL_UP_COLUMNS: readonly string[] = [
  'samples',
  'measured',
  'covered_us',
  ...['v', 'a', 'w'].flatMap((each) => [`${each}_min`, `${each}_sum`, `${each}_max`]),
  'charge_pc',
  'energy_pj',
  'charge_forward_pc',
  'energy_forward_pj',
]

/** The version of the layout that brought the forward parts. */
export const FORWARD_LAYOUT = 3

/** In the columns of the forward parts: of a row that a program before layout 3 has written. */
export const FORWARD_UNKNOWN = -1

/**
 * What the log keeps of the forward part of a charge or an energy: nothing where all of it has one
 * direction, which is nearly everywhere, so that such a row is as short as before.
 */
export function toForward(forward: number, signed: number): number | null {
  return forward === Math.max(0, signed) ? null : forward
}

/** @param stored other than `FORWARD_UNKNOWN` */
export function fromForward(stored: number | null, signed: number): number {
  return stored ?? Math.max(0, signed)
}
