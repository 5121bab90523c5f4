import type Database from 'better-sqlite3'
import { layoutOf } from '../file/layout.ts'
import { FORWARD_UNKNOWN } from '../file/roll-up-columns.ts'
import type { RollUpRow } from './roll-up-parts.ts'

type Level = 'minute' | 'second'

const SPREADS = ['v', 'a', 'w'] as const
/** Where the sums of a row stand, and the least and largest values. */
const SUMMED_AT = [1, 2, 3, 5, 8, 11, 13, 14, 15, 16, 17, 18, 19]
const BOUNDS_AT = [4, 6, 7, 9, 10, 12]
/** The last columns: how many rows there are, and how many of them may be summed by SQLite. */
const [ROWS_AT, PLAIN_AT] = [20, 21]

/** Logs of layout 4 or later have all columns but what devices have counted. */
const FIRST_LAYOUT = 4
const COUNTED_LAYOUT = 6

/** Groups a statement, so that memory stays flat. */
const PAGE = 1000

/** Figures that nothing is missing of, */
const NEWEST = `charge_forward_pc IS NOT ${FORWARD_UNKNOWN}
  AND energy_forward_pj IS NOT ${FORWARD_UNKNOWN} AND unmeasured IS NOT NULL`

/** made of values that are whole millionths: charges and energies are whole or end in a half. */
const PLAIN: Readonly<Record<Level, string>> = {
  second: SPREADS.flatMap((each) =>
    ['min', 'sum', 'max'].map((part) => `typeof(${each}_${part}) = 'integer'`),
  ).join(' AND '),
  minute: [
    ...['samples', 'measured', 'covered_us'].map((each) => `typeof(${each}) = 'integer'`),
    ...SPREADS.map((each) => isWhole(`${each}_sum`)),
    isWhole('2 * charge_pc'),
    isWhole('2 * energy_pj'),
  ].join(' AND '),
}

function isWhole(sql: string): string {
  return `${sql} = CAST(${sql} AS INTEGER)`
}

function sumsOf(level: Level, layout: number): string {
  return [
    `min(${level})`,
    'sum(samples)',
    'sum(measured)',
    'sum(covered_us)',
    ...SPREADS.flatMap((each) => [`min(${each}_min)`, `sum(${each}_sum)`, `max(${each}_max)`]),
    'sum(charge_pc)',
    'sum(energy_pj)',
    'sum(coalesce(charge_forward_pc, max(0.0, charge_pc)))',
    'sum(coalesce(energy_forward_pj, max(0.0, energy_pj)))',
    'sum(unmeasured)',
    ...['counted_us', 'bridged_us'].map((each) =>
      layout >= COUNTED_LAYOUT ? `coalesce(sum(${each}), 0)` : '0',
    ),
    'count(*)',
    `count(*) FILTER (WHERE ${NEWEST} AND ${PLAIN[level]})`,
  ].join(', ')
}

/** Rows of a roll-up as one. */
export interface SummedRows {
  /** Minutes or seconds since 1970: the first, and the one behind the last. */
  readonly first: number
  readonly end: number
  /** How many of them have a row. */
  readonly count: number
  readonly row: RollUpRow
}

/**
 * Adds up rows of minutes or seconds within SQLite, which costs a fifth of handing over each of them.
 * Only where that can't be told from adding them one by one: all sums are whole numbers (charges and
 * energies: halves) that a double holds exactly.
 */
export class RollUpSums {
  readonly #sums: Database.Statement
  readonly #next: Database.Statement

  private constructor(db: Database.Database, level: Level) {
    // Numbers are bound as floating-point ones, by which a division would not be a whole one.
    this.#sums = db
      .prepare(
        `SELECT ${sumsOf(level, layoutOf(db))} FROM ${level}
         WHERE device_id = ? AND ${level} >= ? AND ${level} < ?
         GROUP BY ${level} / CAST(? AS INTEGER) ORDER BY 1`,
      )
      .raw()
    this.#next = db
      .prepare(`SELECT min(${level}) FROM ${level} WHERE device_id = ? AND ${level} >= ?`)
      .pluck()
  }

  /** null: the log is of an older layout */
  static of(db: Database.Database, level: Level): RollUpSums | null {
    return layoutOf(db) >= FIRST_LAYOUT ? new RollUpSums(db, level) : null
  }

  /**
   * Those groups, in order of time, that may be summed; of groups that begin before or end behind
   * the span, the part in it.
   *
   * @param first, end minutes or seconds since 1970; 0 or more
   * @param every length of a group, which begins at a multiple of it
   */
  *groups(deviceId: number, first: number, end: number, every: number): Generator<SummedRows> {
    for (let from = first; ; ) {
      // Years without a sample cost nothing.
      const next = this.#next.get(deviceId, from) as number | null
      if (next === null || next >= end) return
      const begin = Math.floor(next / every) * every
      const to = Math.min(end, begin + PAGE * every)
      for (const row of this.#sums.all(deviceId, next, to, every) as RollUpRow[]) {
        const group = Math.floor(row[0] / every) * every
        if (!isExact(row)) continue
        yield {
          first: Math.max(first, group),
          end: Math.min(end, group + every),
          count: row[ROWS_AT] as number,
          row,
        }
      }
      from = to
    }
  }
}

function isExact(row: RollUpRow): boolean {
  if (row[PLAIN_AT] !== row[ROWS_AT]) return false
  for (const at of BOUNDS_AT) if (typeof row[at] !== 'number') return false
  for (const at of SUMMED_AT) if (!Number.isSafeInteger(2 * (row[at] as number))) return false
  return true
}
