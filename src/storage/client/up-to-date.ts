import { layoutOf } from '../file/layout.ts'
import { logError } from '../file/log-errors.ts'
import { openForReading, openForWriting } from '../file/log-file.ts'
import { SCHEMA_VERSION } from '../file/schema.ts'
import { WriterLock } from '../file/writer-lock.ts'

/**
 * Brings a log of an older layout up to date, as a monitor does that opens it.
 *
 * @param file as `logFilePath` gives it
 * @throws InaError log_*; log_in_use: an older version of this program writes it
 */
export function bringUpToDate(file: string, nowMs: number): void {
  if (layoutAt(file) >= SCHEMA_VERSION) return
  const lock = WriterLock.acquire(file, nowMs)
  try {
    openForWriting(file).close()
  } catch (error) {
    throw logError(error, file)
  } finally {
    lock.release()
  }
}

function layoutAt(file: string): number {
  const db = openForReading(file)
  try {
    return layoutOf(db)
  } finally {
    db.close()
  }
}
