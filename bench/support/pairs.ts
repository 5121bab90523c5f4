/** Median and extremes of some measurements of one thing. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** At least; one more before them counts for nothing. */
export const ROUNDS = 5

/**
 * Runs each contestant once a round, in turn (A B A B ...), so that whatever the machine does beside it meets
 * all of them; the first round only warms up caches.
 *
 * @returns for each contestant its measurements, one a counted round
 */
export async function inTurn<Name extends string, T>(
  contestants: Readonly<Record<Name, () => T | Promise<T>>>,
  rounds = ROUNDS,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(contestants) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    T[]
  >
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const one = await contestants[name]()
      if (round > 0) measured[name].push(one)
    }
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round} of ${rounds} `)
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  return measured
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, two) => one - two)
  const half = (sorted.length - 1) / 2
  const at = (i: number): number => sorted[i] ?? Number.NaN
  return {
    median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  }
}

/** How many times `one` is `other`, round by round. */
export function ratioOf(one: readonly number[], other: readonly number[]): Spread {
  return spreadOf(one.map((value, i) => value / (other[i] ?? Number.NaN)))
}
