import type Database from 'better-sqlite3'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import { Damage } from '../file/log-errors.ts'
import { FORWARD_UNKNOWN, fromForward } from '../file/roll-up-columns.ts'
import type { RollUpRow } from './roll-up-parts.ts'

/** Where the cells of a roll-up stand that say what directions its charge and energy have. */
const CHARGE = { min: 7, max: 9, signed: 13, forward: 15 } as const
const ENERGY = { min: 10, max: 12, signed: 14, forward: 16 } as const

/** Cells of the minute before: least and largest current and power; 1 where it is still to be rolled up. */
type Before = [
  a0: number | null,
  a1: number | null,
  w0: number | null,
  w1: number | null,
  isMissing: 0 | 1,
]

/**
 * Reads the forward parts of roll-ups. A minute from before layout 3 has none; they follow from the
 * signed sums all the same where no sample that took part lies on the other side of zero. These
 * samples are those of the minute, and the ones that its first pairs begin with: where at most a
 * minute is covered, they lie in the minute before, since a pair from further back covers more.
 */
export class ForwardParts {
  readonly #before: Database.Statement

  constructor(db: Database.Database) {
    this.#before = db
      .prepare(
        `SELECT m.a_min, m.a_max, m.w_min, m.w_max,
           m.minute IS NULL AND d.minute IS NOT NULL
         FROM (SELECT ? AS device_id, ? AS minute) AS k
         LEFT JOIN minute m ON m.device_id = k.device_id AND m.minute = k.minute
         LEFT JOIN dirty d ON d.device_id = k.device_id AND d.minute = k.minute`,
      )
      .raw()
  }

  /** pC and pJ; NaN: not known. @param isMinute otherwise it is a row of a second */
  of(deviceId: number, row: RollUpRow, isMinute: boolean): [charge: number, energy: number] {
    const [charge, energy] = [storedIn(row, CHARGE), storedIn(row, ENERGY)]
    if (!Number.isNaN(charge) && !Number.isNaN(energy)) return [charge, energy]
    if (row[3] === 0) return [0, 0]
    if (!isMinute || row[3] > US_PER_MINUTE) return [Number.NaN, Number.NaN]
    const [a0, a1, w0, w1, isMissing] = this.#before.get(deviceId, row[0] - 1) as Before
    if (isMissing === 1) return [Number.NaN, Number.NaN]
    return [fromSigns(row, CHARGE, a0 ?? 0, a1 ?? 0), fromSigns(row, ENERGY, w0 ?? 0, w1 ?? 0)]
  }
}

/** NaN: the row says nothing of it. */
function storedIn(row: RollUpRow, at: typeof CHARGE | typeof ENERGY): number {
  const stored = row[at.forward]
  if (stored === FORWARD_UNKNOWN) return Number.NaN
  if (stored === null || (typeof stored === 'number' && stored >= 0)) {
    return fromForward(stored, row[at.signed] as number)
  }
  throw new Damage()
}

/** @param least, largest value of the minute before */
function fromSigns(
  row: RollUpRow,
  at: typeof CHARGE | typeof ENERGY,
  least: number,
  largest: number,
): number {
  if (Math.min(least, row[at.min] as number) >= 0) return row[at.signed] as number
  return Math.max(largest, row[at.max] as number) <= 0 ? 0 : Number.NaN
}
