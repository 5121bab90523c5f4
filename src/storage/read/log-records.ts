import type Database from 'better-sqlite3'
import type { EventKind } from '../../domain/events.ts'
import { Damage } from '../file/log-errors.ts'
import type { LoggedEvent, LoggedLoss, LogRange } from './log-query.ts'

const PAGE = 1000

/** What the rows that come in pages have in common. */
interface Row {
  readonly id: number
  /** What they are in order of, Unix µs. */
  readonly atUs: number
  readonly device: string
}

/** Lost ranges that reach into the range, in order of time. */
export function* lossesIn(db: Database.Database, range: LogRange): Generator<LoggedLoss> {
  const { fromUs, toUs, device } = range
  yield* pages<LoggedLoss & Row>(
    db,
    `SELECT l.id, l.from_us AS atUs, d.name AS device, l.first_seq AS firstSeq, l.count,
       l.from_us AS fromUs, l.to_us AS toUs, l.reason
     FROM lost l LEFT JOIN epoch e ON e.id = l.epoch_id LEFT JOIN device d ON d.id = e.device_id
     WHERE (l.from_us, l.id) > (?, ?) AND l.from_us < ? AND l.to_us >= ?
       AND (? IS NULL OR d.name = ?)
     ORDER BY l.from_us, l.id LIMIT ${PAGE}`,
    [toUs, fromUs, device, device],
    (row) =>
      [row.firstSeq, row.count, row.fromUs, row.toUs].every(Number.isSafeInteger) &&
      row.count > 0 &&
      typeof row.reason === 'string',
  )
}

/** Events in order of time. */
export function* eventsIn(db: Database.Database, range: LogRange): Generator<LoggedEvent> {
  const { fromUs, toUs, device } = range
  yield* pages<LoggedEvent & Row>(
    db,
    `SELECT v.id, v.time_us AS atUs, v.time_us AS timeUs, d.name AS device, v.kind, v.detail
     FROM event v LEFT JOIN device d ON d.id = v.device_id
     WHERE (v.time_us, v.id) > (?, ?) AND v.time_us >= ? AND v.time_us < ?
       AND (? IS NULL OR d.name = ?)
     ORDER BY v.time_us, v.id LIMIT ${PAGE}`,
    [fromUs, toUs, device, device],
    ({ timeUs, kind, detail }) =>
      Number.isSafeInteger(timeUs) && typeof kind === 'string' && typeof detail === 'string',
  )
}

/** Times of the events of one kind, Unix µs. @param deviceId its id in the log */
export function timesOf(
  db: Database.Database,
  kind: EventKind,
  deviceId: number,
  fromUs: number,
  toUs: number,
): number[] {
  return db
    .prepare(
      'SELECT time_us FROM event WHERE device_id = ? AND kind = ? AND time_us >= ? AND time_us < ?',
    )
    .pluck()
    .all(deviceId, kind, fromUs, toUs) as number[]
}

/**
 * @param sql its first two parameters are time and id of the last row of the page before
 * @param isSound a damaged page can hold anything, which must not pass for a row
 */
function* pages<T extends Row>(
  db: Database.Database,
  sql: string,
  parameters: readonly (number | string | null)[],
  isSound: (row: T) => boolean,
): Generator<T> {
  let after: Pick<Row, 'atUs' | 'id'> = { atUs: -1, id: 0 }
  for (;;) {
    const rows = db.prepare(sql).all(after.atUs, after.id, ...parameters) as T[]
    for (const row of rows) {
      if (typeof row.device !== 'string' || !isSound(row)) throw new Damage()
      yield row
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = last
  }
}
