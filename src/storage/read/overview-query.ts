import type Database from 'better-sqlite3'
import type { EventKind } from '../../domain/events.ts'
import { sampleRate } from '../../stats/sample-rate.ts'
import { US_PER_MINUTE, windowBeginUs } from '../../util/time-units.ts'
import { Damage } from '../file/log-errors.ts'
import { type LoggedMoment, type LogOverview, type LogRange, wholeLog } from './log-query.ts'
import type { LogReader } from './log-reader.ts'

const EVENTS = 50
/** A device whose newest samples are further apart has no rate. */
const RATE_MOST_US = 60 * US_PER_MINUTE

/** What a log holds of one of its devices, as a screen shows it. Within one read transaction. */
export function overviewOf(
  reader: LogReader,
  db: Database.Database,
  device: string,
  windowsS: readonly number[],
): LogOverview | null {
  const span = reader.span(device)
  const [total] = reader.totals(wholeLog(device))
  const totals = reader.totalsSince(device)
  if (span === null || total === undefined || totals === null) return null
  const newestUs = span.toUs
  const lastSeconds = (seconds: number): LogRange => {
    return { fromUs: windowBeginUs(newestUs, seconds), toUs: newestUs + 1, device }
  }
  return {
    device,
    channels: reader.channels(device),
    span,
    total,
    totals,
    newest: reader.find(device, { what: 'sample', atUs: newestUs, withinUs: 0 }),
    windows: windowsS.map((seconds) => reader.totals(lastSeconds(seconds))[0] ?? null),
    rate: sampleRate(newestTimes(db, device, newestUs)),
    restarts: count(db, "SELECT count(*) FROM event v WHERE v.kind = 'restart'", 'v', device),
    gaps: count(
      db,
      'SELECT count(*) FROM lost l JOIN epoch v ON v.id = l.epoch_id WHERE true',
      'v',
      device,
    ),
    events: newestEvents(db, device),
  }
}

/** @param sql its rows have a `device_id` in the table that is called `alias` */
function count(db: Database.Database, sql: string, alias: string, device: string): number {
  return db
    .prepare(`${sql} AND ${alias}.device_id IN (SELECT id FROM device WHERE name = ?)`)
    .pluck()
    .get(device) as number
}

/** Newest first. Read as they are asked for: beside a fast device, a slow one's lie far apart. */
function* newestTimes(db: Database.Database, device: string, newestUs: number): Generator<number> {
  const times = db
    .prepare(
      `SELECT id FROM sample WHERE id <= ? AND id > ? AND epoch_id IN
         (SELECT id FROM epoch WHERE device_id IN (SELECT id FROM device WHERE name = ?))
       ORDER BY id DESC`,
    )
    .pluck()
    .iterate(newestUs, newestUs - RATE_MOST_US, device) as IterableIterator<number>
  for (const timeUs of times) yield timeUs
}

function newestEvents(db: Database.Database, device: string): LoggedMoment[] {
  const rows = db
    .prepare(
      `SELECT time_us, kind, detail FROM event
       WHERE device_id IN (SELECT id FROM device WHERE name = ?)
       ORDER BY time_us DESC, id DESC LIMIT ${EVENTS}`,
    )
    .raw()
    .all(device) as [number, EventKind, string][]
  return rows.map(([timeUs, kind, text]) => {
    if (!Number.isSafeInteger(timeUs) || typeof text !== 'string') throw new Damage()
    return { timeUs, kind, text }
  })
}
