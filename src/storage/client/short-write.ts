import { setTimeout as pause } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { isBusy, logError } from '../file/log-errors.ts'

/** Pauses while another connection writes: this, doubled each time, up to the other, ms. */
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 25
/** Attempts in all: some 10 s. */
const ATTEMPTS = 400

/**
 * A short transaction of a process that is not the writer; while the writer is in one, it is tried
 * again, without ever blocking the thread.
 *
 * @param db of `openForPositions`
 * @throws InaError log_in_use, log_unwritable
 */
export async function writeShortly(
  db: Database.Database,
  file: string,
  change: () => void,
): Promise<void> {
  const transaction = db.transaction(change)
  let pauseMs = FIRST_PAUSE_MS
  for (let attempt = 1; ; attempt++) {
    try {
      transaction.immediate()
      return
    } catch (error) {
      if (attempt === ATTEMPTS || !isBusy(error)) throw logError(error, file)
    }
    await pause(pauseMs)
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)
  }
}
