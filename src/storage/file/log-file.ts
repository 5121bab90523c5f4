import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import Database from 'better-sqlite3'
import { sweepDrafts } from '../../util/draft-file.ts'
import { InaError, isInaError, systemCode } from '../../util/errors.ts'
import { damaged, foreign, linked, logError, missing, newer } from './log-errors.ts'
import { createLog, migrate } from './new-log.ts'
import { sizeOf } from './placing.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts'
import { dropWalMark, SQLITE_HEADER_BYTES, sqliteHeader } from './sqlite-header.ts'

/** Logs up to this size are checked page by page before anything is written; takes about 0.1 s. */
const FULL_CHECK_BYTES = 32 * 2 ** 20
/** A log in a place that can't be written is read from a copy in memory up to this size. */
const LARGEST_COPY_BYTES = 512 * 2 ** 20
/** SQLite's page cache; its default of 16 MB helps nothing here (see bench). */
const CACHE_KB = 2000

/** How long a statement waits for another program's lock before it fails, in ms. */
const BUSY_MS = 200

/**
 * Looks at what is at a path without opening it as a database, so that nothing
 * appears beside a file that is not ours.
 *
 * @returns false where there is nothing, or an empty file
 * @throws InaError log_foreign, log_damaged, log_newer, log_unwritable
 */
export function isLog(file: string): boolean {
  const head = readHead(file)
  if (head === null) return false
  const header = sqliteHeader(head)
  if (header === null) throw damaged(file)
  if (header.applicationId !== APPLICATION_ID) throw foreign(file)
  const version = header.userVersion
  if (version > SCHEMA_VERSION) throw newer(file, version, SCHEMA_VERSION)
  // With a WAL beside it, the file may rightly be shorter than its header says.
  if (walBytes(file) === 0 && statSync(file).size < header.bytes) {
    throw damaged(file)
  }
  return true
}

function readHead(file: string): Buffer | null {
  let fd: number
  try {
    if (!statSync(file).isFile()) {
      throw new InaError(
        'log_unwritable',
        `${file} is no regular file`,
        'name another file with --db',
      )
    }
    fd = openSync(file, 'r')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw logError(error, file)
  }
  try {
    const head = Buffer.alloc(SQLITE_HEADER_BYTES)
    const read = readSync(fd, head, 0, SQLITE_HEADER_BYTES, 0)
    return read === 0 ? null : head.subarray(0, read)
  } catch (error) {
    throw logError(error, file)
  } finally {
    closeSync(fd)
  }
}

function walBytes(file: string): number {
  return sizeOf(`${file}-wal`)
}

/**
 * Opens the log to write, makes it where there is none, brings an older layout
 * up to date. The caller holds the writer lock.
 *
 * A file with hard links is refused: SQLite names the WAL after the name that
 * the file was opened by, so a run through another name would not see the WAL of
 * one that was killed, and that WAL would later overwrite the newer pages
 * (sqlite.org/howtocorrupt.html, 2.5). No lock helps against that.
 *
 * @param file as `logFilePath` gives it
 */
export function openForWriting(file: string): Database.Database {
  try {
    // A draft that was killed while it was put in its place would be a second name of the log.
    sweepDrafts(file)
    if (isLog(file)) {
      if (statSync(file).nlink > 1) throw linked(file)
      check(file)
    } else createLog(file)
    return opened(new Database(file, { fileMustExist: true, timeout: BUSY_MS }), (db) => {
      configure(db)
      // Acknowledged means durable, over a power cut, too: every commit is synced.
      db.pragma('synchronous = FULL')
      db.pragma('journal_size_limit = 16777216')
      migrate(db)
      makePrivate(file)
    })
  } catch (error) {
    throw logError(error, file)
  }
}

/**
 * Who has the log open for writing. POSIX locks go by process: to open and close the
 * file of a log beside SQLite gives up the locks that SQLite holds on it for any thread
 * of this process, and another process would then take the WAL for abandoned
 * (sqlite.org/howtocorrupt.html, 2.2). So a log of this process is not looked at first.
 */
export type LogOwner = 'this process' | 'other'

/** @throws InaError log_missing, log_foreign, log_damaged, log_newer, log_unwritable */
function checkIsLog(file: string, owner: LogOwner): void {
  const isThere = owner === 'this process' ? existsSync(file) : isLog(file)
  if (!isThere) throw missing(file)
}

/**
 * Opens the log to read, also while it is being written. Reading never needs
 * the writer lock and changes no row.
 */
export function openForReading(file: string, owner: LogOwner = 'other'): Database.Database {
  checkIsLog(file, owner)
  try {
    return opened(openReadable(file), configure)
  } catch (error) {
    throw logError(error, file)
  }
}

/**
 * Opens the log to store how far a reader has got, also while another process writes it.
 * Never waits for a lock: SQLITE_BUSY is for the caller, who tries again.
 */
export function openForPositions(file: string, owner: LogOwner = 'other'): Database.Database {
  checkIsLog(file, owner)
  try {
    if (statSync(file).nlink > 1) throw linked(file)
    return opened(new Database(file, { fileMustExist: true, timeout: BUSY_MS }), (db) => {
      configure(db)
      // Its lock lasts for microseconds: the next sync and the next checkpoint are the writer's.
      db.pragma('synchronous = NORMAL')
      db.pragma('wal_autocheckpoint = 0')
      db.pragma('busy_timeout = 0')
    })
  } catch (error) {
    throw logError(error, file)
  }
}

/** A connection made ready to use, or else closed: one that is left open keeps its locks on the file. */
function opened(
  db: Database.Database,
  prepare: (db: Database.Database) => void,
): Database.Database {
  try {
    prepare(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function openReadable(file: string): Database.Database {
  try {
    // Not `readonly`: such a connection would leave -wal and -shm behind.
    return opened(new Database(file, { fileMustExist: true, timeout: 5000 }), (db) => {
      db.pragma('query_only = 1')
      db.prepare('SELECT count(*) FROM device').get()
    })
  } catch (error) {
    const isReadOnlyPlace = /^SQLITE_(CANTOPEN|READONLY)/.test(systemCode(error) ?? '')
    if (!isReadOnlyPlace || walBytes(file) > 0 || sizeOf(file) > LARGEST_COPY_BYTES) throw error
    return openCopy(file)
  }
}

/**
 * The file as a database in memory: without locks, without anything appearing
 * beside the file. Right only where there is no WAL.
 */
function openCopy(file: string): Database.Database {
  const bytes = readFileSync(file)
  dropWalMark(bytes)
  return new Database(bytes)
}

function configure(db: Database.Database): void {
  db.pragma(`cache_size = -${CACHE_KB}`)
  db.pragma('temp_store = MEMORY')
}

/** Finds damage before anything is written. Large logs are checked in outline only. */
function check(file: string): void {
  const isSmall = sizeOf(file) <= FULL_CHECK_BYTES
  const isCopy = isSmall && walBytes(file) === 0
  const traces = ['-wal', '-shm'].map((suffix) => file + suffix).filter((path) => !existsSync(path))
  const db = isCopy ? openCopy(file) : new Database(file, { readonly: true })
  let isSound = false
  try {
    const tables = db
      .prepare(`SELECT count(*) FROM sqlite_schema WHERE name IN ('sample', 'epoch', 'minute')`)
      .pluck()
      .get()
    if (tables !== 3) throw damaged(file)
    if (isSmall) {
      const found = db.pragma('quick_check(1)', { simple: true })
      if (found !== 'ok') throw damaged(file, new Error(String(found)))
    } else {
      // Each by itself: SQLite reads the whole table for both at once.
      for (const end of ['min', 'max']) db.prepare(`SELECT ${end}(id) FROM sample`).get()
      db.prepare('SELECT * FROM minute ORDER BY device_id DESC, minute DESC LIMIT 1').get()
    }
    isSound = true
  } finally {
    db.close()
    // Nothing may appear beside a file that is refused.
    if (!isSound && !isCopy) for (const path of traces) rmSync(path, { force: true })
  }
}

function makePrivate(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) {
    try {
      if (existsSync(path)) chmodSync(path, 0o600)
    } catch (error) {
      // Another user's file that we may write: theirs to decide.
      if (isInaError(error)) throw error
    }
  }
}
