import { existsSync, rmSync } from 'node:fs'
import { WriterLock } from '../file/writer-lock.ts'
import { LogReader } from '../read/log-reader.ts'

/**
 * Removes a log that nothing has come into, with what stands beside it.
 *
 * @throws where another process writes it, or anything is in it
 */
export function removeUnusedLog(file: string): void {
  const lock = WriterLock.acquire(file, Date.now())
  try {
    if (!isEmpty(file)) throw new Error('not empty')
    for (const end of ['-wal', '-shm', '', '.lock']) rmSync(`${file}${end}`, { force: true })
  } finally {
    lock.release()
  }
}

function isEmpty(file: string): boolean {
  if (existsSync(`${file}.spill.csv`)) return false
  const reader = LogReader.open(file)
  try {
    return reader.devices.length === 0
  } finally {
    reader.close()
  }
}
