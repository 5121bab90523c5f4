import { type Burst, HOLE } from '../../src/domain/burst.ts'

/** 40 readings around a step to 1.5 A, the last two of which never came. */
export function burstOf(timeUs: number, change: Partial<Burst> = {}): Burst {
  const counts = Array.from({ length: 40 }, (_, i) => (i < 10 ? 12 : 15_000 - 8 * i))
  return {
    number: 1,
    timeUs,
    dtUs: 84,
    pre: 10,
    shuntOhm: 0.1,
    counts: Int16Array.from([...counts.slice(0, 38), HOLE, HOLE]),
    trigger: { level: 1, slope: 'rise' },
    ...change,
  }
}
