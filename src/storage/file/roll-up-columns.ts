/** In the columns of the forward parts: of a row that a program before layout 3 has written. */
export const FORWARD_UNKNOWN = -1

/** Columns that the layout has got since its first version. */
const ADDED: readonly {
  readonly name: string
  readonly layout: number
  /** What stands there in rows from before. */
  readonly unknown: number | null
}[] = [
  { name: 'charge_forward_pc', layout: 3, unknown: FORWARD_UNKNOWN },
  { name: 'energy_forward_pj', layout: 3, unknown: FORWARD_UNKNOWN },
  { name: 'unmeasured', layout: 4, unknown: null },
  // NULL is 0 here: in rows from before, nothing was counted.
  { name: 'counted_us', layout: 6, unknown: null },
  { name: 'bridged_us', layout: 6, unknown: null },
]

/** Those of layout 1. */
const FIRST: readonly string[] = [
  'samples',
  'measured',
  'covered_us',
  ...['v', 'a', 'w'].flatMap((each) => [`${each}_min`, `${each}_sum`, `${each}_max`]),
  'charge_pc',
  'energy_pj',
]

/** The columns of `minute` and `second` behind device and time, in the order of the tables. */
export const ROLL_UP_COLUMNS: readonly string[] = [...FIRST, ...ADDED.map(({ name }) => name)]

/** The same to be selected from a log of some layout, whose rows say "not known" of what it lacks. */
export function selectedIn(layout: number): string {
  const added = ADDED.map((each) =>
    each.layout <= layout ? each.name : `${each.unknown} AS ${each.name}`,
  )
  return [...FIRST, ...added].join(', ')
}

/** What a row of any layout lacks at its end. @param width how many of `ROLL_UP_COLUMNS` it has */
export function lackingFrom(width: number): (number | null)[] {
  return ADDED.slice(width - FIRST.length).map(({ unknown }) => unknown)
}

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
