import type Database from 'better-sqlite3'
import { countsOf } from '../file/burst-counts.ts'
import { hasTable } from '../file/layout.ts'
import { Damage } from '../file/log-errors.ts'
import type { LoggedBurst, LogRange } from './log-query.ts'

interface Row {
  readonly id: number
  readonly timeUs: number
  readonly device: string | null
  readonly number: number
  readonly dtUs: number
  readonly pre: number
  readonly shuntOhm: number
  readonly level: number | null
  readonly slope: string | null
  readonly counts: string
}

const COLUMNS = `b.id, b.time_us AS timeUs, d.name AS device, b.number, b.dt_us AS dtUs, b.pre,
  b.shunt_ohm AS shuntOhm, b.level, b.slope, b.counts
  FROM burst b LEFT JOIN device d ON d.id = b.device_id`

/**
 * Bursts in order of time.
 *
 * @param most the newest so many; null: all of them
 * @throws Damage
 */
export function burstsIn(
  db: Database.Database,
  { fromUs, toUs, device }: LogRange,
  most: number | null,
): LoggedBurst[] {
  // Logs of earlier layouts have none.
  if (!hasTable(db, 'burst')) return []
  const rows = db
    .prepare(
      `SELECT ${COLUMNS} WHERE b.time_us >= ? AND b.time_us < ? AND (? IS NULL OR d.name = ?)
       ORDER BY b.time_us DESC, b.id DESC LIMIT ?`,
    )
    // Below 0: no limit.
    .all(fromUs, toUs, device, device, most ?? -1) as Row[]
  return rows.reverse().map(burstOf)
}

/** @returns null: there is none of that number. @throws Damage */
export function burstWithId(db: Database.Database, id: number): LoggedBurst | null {
  if (!hasTable(db, 'burst')) return null
  const row = db.prepare(`SELECT ${COLUMNS} WHERE b.id = ?`).get(id) as Row | undefined
  return row === undefined ? null : burstOf(row)
}

function burstOf({ level, slope, counts: text, device, ...row }: Row): LoggedBurst {
  const counts = typeof text === 'string' ? countsOf(text) : null
  const figures = [row.timeUs, row.number, row.dtUs, row.pre, row.shuntOhm]
  if (counts === null || typeof device !== 'string' || !figures.every(Number.isFinite)) {
    throw new Damage()
  }
  const trigger = level === null ? null : { level, slope: slope === 'fall' ? slope : 'rise' }
  return { ...row, device, trigger, counts } as LoggedBurst
}
