import { setTimeout as pause } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { InaError, isInaError } from '../../util/errors.ts'
import { logFilePath } from '../../util/paths.ts'
import { layoutOf } from '../file/layout.ts'
import { logError, older } from '../file/log-errors.ts'
import { openForPositions, openForWriting } from '../file/log-file.ts'
import { SCHEMA_VERSION } from '../file/schema.ts'
import { WriterLock } from '../file/writer-lock.ts'
import { type TotalsRequest, TotalsTable } from '../write/totals-table.ts'
import { writeShortly } from './short-write.ts'

/** The writer looks 4 times a second, and its answer is in the log a batch later. */
const POLL_MS = 50
/** How long it is waited for: a disk may be slow. */
const PATIENCE_MS = 10_000

/**
 * Begins the totals of devices again at 0: where no process writes the log, here; else by asking
 * that one, which does it at its newest sample.
 *
 * @param nowMs Unix ms
 * @throws InaError log_*; log_in_use: the writer did not do it within 10 s
 */
export async function resetTotals(
  path: string,
  requests: readonly TotalsRequest[],
  nowMs: number,
): Promise<void> {
  const file = logFilePath(path)
  if (resetHere(file, requests, nowMs)) return
  const db = openForPositions(file)
  try {
    if (layoutOf(db) < SCHEMA_VERSION) throw older(file, layoutOf(db), SCHEMA_VERSION)
    const table = new TotalsTable(db)
    const ids = requests.map(({ device }) => idOf(db, device))
    await writeShortly(db, file, () => {
      requests.forEach((each, i) => {
        table.ask(ids[i] as number, each.newestUs, each.detail)
      })
    })
    const isDone = (): boolean =>
      requests.every(({ newestUs }, i) => (table.sinceUs(ids[i] as number) ?? -1) >= newestUs)
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += POLL_MS) {
      if (isDone()) return
      await pause(POLL_MS)
      // It may have ended without having looked.
      if (resetHere(file, requests, nowMs)) return
    }
    await writeShortly(db, file, () => table.clear())
  } catch (error) {
    throw logError(error, file)
  } finally {
    db.close()
  }
  throw new InaError(
    'log_in_use',
    `the process that writes the log ${file} did not reset the totals`,
    'try again, or press r in that monitor',
  )
}

/** @returns false: another process writes the log */
function resetHere(file: string, requests: readonly TotalsRequest[], nowMs: number): boolean {
  let lock: WriterLock
  try {
    lock = WriterLock.acquire(file, nowMs)
  } catch (error) {
    if (isInaError(error) && error.code === 'log_in_use') return false
    throw error
  }
  try {
    const db = openForWriting(file)
    try {
      db.transaction(() => write(db, requests)).immediate()
    } finally {
      db.close()
    }
    return true
  } catch (error) {
    throw logError(error, file)
  } finally {
    lock.release()
  }
}

function write(db: Database.Database, requests: readonly TotalsRequest[]): void {
  const table = new TotalsTable(db)
  const event = db.prepare(
    `INSERT INTO event(time_us, device_id, kind, detail) VALUES (?, ?, 'totals', ?)`,
  )
  for (const { device, newestUs, detail } of requests) {
    const id = idOf(db, device)
    // Asked for while a monitor ran that has ended since, perhaps.
    if ((table.sinceUs(id) ?? -1) >= newestUs) continue
    const newest = db.prepare('SELECT max(newest_us) FROM epoch WHERE device_id = ?').pluck()
    const sinceUs = Math.max(newestUs, (newest.get(id) as number | null) ?? newestUs)
    table.reset(id, sinceUs)
    event.run(sinceUs, id, detail)
  }
  table.clear()
}

function idOf(db: Database.Database, device: string): number {
  return db.prepare('SELECT id FROM device WHERE name = ?').pluck().get(device) as number
}
