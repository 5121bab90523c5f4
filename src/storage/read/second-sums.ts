import type Database from 'better-sqlite3'
import { layoutOf } from '../file/layout.ts'
import { FORWARD_UNKNOWN } from '../file/roll-up-columns.ts'
import { SCHEMA_VERSION } from '../file/schema.ts'
import type { RollUpRow } from './roll-up-parts.ts'

const SPREADS = ['v', 'a', 'w'] as const
/** The last column: how many of the rows may be summed by SQLite. */
const PLAIN_AT = 18

/** Values stored as whole millionths, and figures of the newest layout. */
const PLAIN = [
  ...SPREADS.flatMap((each) =>
    ['min', 'sum', 'max'].map((part) => `typeof(${each}_${part}) = 'integer'`),
  ),
  `charge_forward_pc IS NOT ${FORWARD_UNKNOWN}`,
  `energy_forward_pj IS NOT ${FORWARD_UNKNOWN}`,
  'unmeasured IS NOT NULL',
].join(' AND ')

const SUMS = [
  'min(second)',
  'sum(samples)',
  'sum(measured)',
  'sum(covered_us)',
  ...SPREADS.flatMap((each) => [`min(${each}_min)`, `sum(${each}_sum)`, `max(${each}_max)`]),
  'sum(charge_pc)',
  'sum(energy_pj)',
  'sum(coalesce(charge_forward_pc, max(0.0, charge_pc)))',
  'sum(coalesce(energy_forward_pj, max(0.0, energy_pj)))',
  'sum(unmeasured)',
  `count(*) FILTER (WHERE ${PLAIN})`,
].join(', ')

/**
 * Adds up rows of seconds within SQLite, which costs a fifth of handing over each of them. Only
 * where that can't be told from adding them one by one: all sums are whole numbers (charges and
 * energies: halves) that a double holds exactly.
 */
export class SecondSums {
  readonly #sum: Database.Statement
  readonly #any: Database.Statement

  private constructor(db: Database.Database) {
    this.#sum = db
      .prepare(`SELECT ${SUMS} FROM second WHERE device_id = ? AND second >= ? AND second < ?`)
      .raw()
    this.#any = db.prepare(
      'SELECT 1 FROM second WHERE device_id = ? AND second >= ? AND second < ? LIMIT 1',
    )
  }

  /** null: the log is of an older layout */
  static of(db: Database.Database): SecondSums | null {
    return layoutOf(db) === SCHEMA_VERSION ? new SecondSums(db) : null
  }

  hasSome(deviceId: number, first: number, end: number): boolean {
    return this.#any.get(deviceId, first, end) !== undefined
  }

  /** All of a minute at most, as one row; null: seconds are missing, or are to be added one by one. */
  sum(deviceId: number, first: number, end: number): RollUpRow | null {
    const row = this.#sum.get(deviceId, first, end) as RollUpRow
    return row[PLAIN_AT] === end - first && row.every(isExact) ? row : null
  }
}

function isExact(value: number | string | null): boolean {
  return typeof value === 'number' && Number.isSafeInteger(2 * value)
}
