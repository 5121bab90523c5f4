import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { systemCode } from '../../util/errors.ts'
import { isProcessAlive } from '../../util/process-alive.ts'
import { hasTable, layoutOf } from '../file/layout.ts'
import { damaged, linked } from '../file/log-errors.ts'
import { isLog, openForReading } from '../file/log-file.ts'
import { sizeOf } from '../file/placing.ts'
import { SCHEMA_VERSION } from '../file/schema.ts'
import { type LoggedEvent, type LogSpan, wholeLog } from './log-query.ts'
import { LogReader } from './log-reader.ts'

export { estimateLogBytes } from '../file/log-size.ts'

/** Larger logs are looked at in outline: to read every page of them takes long. */
const FULL_CHECK_BYTES = 2 ** 30
/** Of what a killed writer has left, which is read from a copy. */
const LARGEST_COPY_BYTES = 512 * 2 ** 20
const HOUR_US = 3_600_000_000

/** How a log is, found out without a change to it or beside it. */
export interface LogHealth {
  readonly bytes: number
  readonly layout: number
  readonly isOldLayout: boolean
  /** False: too large to be read page by page. */
  readonly isChecked: boolean
  readonly devices: readonly string[]
  /** null: nothing in it */
  readonly span: LogSpan | null
  /** Samples of all devices in the last hour of the log, a second. */
  readonly samplesPerSecond: number
  /** Values that these have beside voltage, current and power, details included, a second. */
  readonly valuesPerSecond: number
  /** The newest event of kind `log`. */
  readonly lastLogEvent: LoggedEvent | null
}

type Rates = Pick<LogHealth, 'samplesPerSecond' | 'valuesPerSecond'>

const NO_RATES: Rates = { samplesPerSecond: 0, valuesPerSecond: 0 }

/**
 * Reads all of a log, unless it is very large.
 *
 * @param file as `logFilePath` gives it
 * @param isWritten some process writes it
 * @param alsoLook at the file that is read, the log or a copy of it
 * @returns null: a killed writer has left more than can be looked at from a copy
 * @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_unwritable
 */
export function inspectLog(
  file: string,
  isWritten: boolean,
  alsoLook: (file: string, health: LogHealth) => void,
): LogHealth | null {
  if (isLog(file) && statSync(file).nlink > 1) throw linked(file)
  const looked = (read: string): LogHealth => {
    const health = inspected(read)
    alsoLook(read, health)
    return health
  }
  if (isWritten || sizeOf(`${file}-wal`) === 0) return looked(file)
  // To open it would take the left WAL into the log, which is for the next monitor to do.
  if (sizeOf(file) + sizeOf(`${file}-wal`) > LARGEST_COPY_BYTES) return null
  const folder = mkdtempSync(join(tmpdir(), 'ina219-doctor-'))
  try {
    const copy = join(folder, 'log.db')
    copyFileSync(file, copy)
    copyFileSync(`${file}-wal`, `${copy}-wal`)
    return { ...looked(copy), bytes: sizeOf(file) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function inspected(file: string): LogHealth {
  const bytes = sizeOf(file)
  const isChecked = bytes <= FULL_CHECK_BYTES
  const db = openForReading(file)
  let layout: number
  try {
    layout = layoutOf(db)
    if (isChecked) {
      const found = db.pragma('quick_check(1)', { simple: true })
      if (found !== 'ok') throw damaged(file, new Error(String(found)))
    }
  } catch (error) {
    throw systemCode(error)?.startsWith('SQLITE_CORRUPT') ? damaged(file, error) : error
  } finally {
    db.close()
  }
  const reader = LogReader.open(file)
  try {
    const span = reader.span(null)
    return {
      bytes,
      layout,
      isOldLayout: layout < SCHEMA_VERSION,
      isChecked,
      devices: reader.devices,
      span,
      ...(span === null ? NO_RATES : recentRates(file, reader, span)),
      lastLogEvent: lastOf(reader, 'log'),
    }
  } finally {
    reader.close()
  }
}

function recentRates(file: string, reader: LogReader, { fromUs, toUs }: LogSpan): Rates {
  const beginUs = Math.max(fromUs, toUs - HOUR_US)
  const buckets = reader.totals({ fromUs: beginUs, toUs: toUs + 1, device: null })
  const samples = buckets.reduce((sum, each) => sum + each.samples, 0)
  const seconds = Math.max(1, (toUs - beginUs) / 1e6)
  return {
    samplesPerSecond: samples / seconds,
    valuesPerSecond: valuesFrom(file, beginUs) / seconds,
  }
}

function valuesFrom(file: string, beginUs: number): number {
  const db = openForReading(file)
  try {
    // Logs of layout 1 have no channels.
    if (!hasTable(db, 'channel_value')) return 0
    const count = db.prepare('SELECT count(*) FROM channel_value WHERE sample_id >= ?').pluck()
    return count.get(beginUs) as number
  } finally {
    db.close()
  }
}

function lastOf(reader: LogReader, kind: string): LoggedEvent | null {
  let last: LoggedEvent | null = null
  for (const event of reader.events(wholeLog())) if (event.kind === kind) last = event
  return last
}

/** Who writes a log, as far as it can be told without a lock on anything. */
export interface LogWriter {
  readonly pid: number
  readonly host: string
  readonly sinceMs: number
}

/** @returns null: nobody, as far as can be seen from here */
export function writerOf(file: string): LogWriter | null {
  const holder = holderIn(`${file}.lock`)
  if (holder === null) return null
  // Of another machine nothing can be seen: a log on a shared disk.
  if (holder.host !== hostname()) return null
  return isHeld(`${file}.lock`, holder.pid) ? holder : null
}

/** From a copy in memory: a lock of ours could be in the way of a monitor that starts. */
function holderIn(path: string): LogWriter | null {
  try {
    const db = new Database(readFileSync(path))
    try {
      const row = db.prepare('SELECT pid, host, started_ms AS sinceMs FROM holder').get()
      return (row as LogWriter | undefined) ?? null
    } finally {
      db.close()
    }
  } catch {
    // None, or one that is just being written.
    return null
  }
}

function isHeld(path: string, pid: number): boolean {
  try {
    const { ino } = statSync(path)
    const locks = readFileSync('/proc/locks', 'utf8').split('\n')
    // 1: POSIX  ADVISORY  WRITE 123 00:05:42 0 EOF: the process, then device (hex) and inode
    return locks.some((row) => new RegExp(` WRITE +${pid} +[0-9a-f]+:[0-9a-f]+:${ino} `).test(row))
  } catch {
    return isProcessAlive(pid)
  }
}

/** Whether SQLite can be used at all. @returns its version; throws what loading it throws */
export function sqliteVersion(): string {
  const db = new Database(':memory:')
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string
  } finally {
    db.close()
  }
}
