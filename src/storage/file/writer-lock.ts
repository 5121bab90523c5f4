import { closeSync, lstatSync, openSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import Database from 'better-sqlite3'
import { InaError, isInaError, systemCode } from '../../util/errors.ts'
import { formatLocal } from '../../util/time-text.ts'
import { kindOf, readHead } from './file-kind.ts'
import { inTheWay, isBusy, logError } from './log-errors.ts'
import { inodeOf } from './placing.ts'

interface Holder {
  readonly pid: number
  readonly host: string
  readonly started_ms: number
}

/** The one table of a lock file. SQLite keeps this text in it, by which a damaged one is known. */
const HOLDER_TABLE = 'holder(pid INTEGER, host TEXT, started_ms INTEGER)'

/**
 * Makes one process the only writer of a log. It is the write lock of a small
 * SQLite database beside the log, held for as long as the process lives: the
 * operating system gives it back whatever kills the process. Who holds it is
 * written into it before, for the message to the second one. The file stays
 * behind on purpose: deleting it would let two writers lock two different files.
 */
export class WriterLock {
  readonly #db: Database.Database
  readonly #path: string
  readonly #isNew: boolean
  readonly #inode: number

  private constructor(db: Database.Database, path: string, isNew: boolean, inode: number) {
    this.#db = db
    this.#path = path
    this.#isNew = isNew
    this.#inode = inode
  }

  /**
   * @param file the log, as `logFilePath` gives it: another name would be another lock
   * @param nowMs Unix ms, reported to a second writer
   */
  static acquire(file: string, nowMs: number): WriterLock {
    const holder = { pid: process.pid, host: hostname(), started_ms: nowMs }
    try {
      return WriterLock.#try(file, holder)
    } catch (error) {
      if (!isInaError(error) || error.code !== 'log_damaged') throw error
      const path = `${file}.lock`
      if (!isSpoilt(path)) throw inTheWay(path, 'lock file')
      // A power cut can leave it half written; nothing but the holder's name was in it.
      rmSync(path, { force: true })
      return WriterLock.#try(file, holder)
    }
  }

  static #try(file: string, holder: Holder): WriterLock {
    const path = `${file}.lock`
    const isNew = makeFile(path)
    let inode: number
    let db: Database.Database
    try {
      inode = inodeOf(path)
      db = new Database(path, { timeout: 0 })
    } catch (error) {
      throw logError(error, path)
    }
    try {
      const tables = db.prepare('SELECT group_concat(name) FROM sqlite_schema').pluck().get()
      if (tables !== null && tables !== 'holder') throw inTheWay(path, 'lock file')
      hold(db, holder)
    } catch (error) {
      const failure = isBusy(error) ? inUse(file, db) : logError(error, path)
      db.close()
      throw failure
    }
    const lock = new WriterLock(db, path, isNew, inode)
    if (lock.stands) return lock
    // Removed by `discard` of another process before it was locked here: the next one counts.
    lock.release()
    return WriterLock.#try(file, holder)
  }

  /** False once the file was deleted or replaced, so that another process could lock its successor. */
  get stands(): boolean {
    try {
      return inodeOf(this.#path) === this.#inode
    } catch {
      return false
    }
  }

  release(): void {
    this.#db.close()
  }

  /** Gives back the lock of a file that turned out not to be a log; leaves nothing beside it. */
  discard(): void {
    // While it is held: afterwards the file may be another writer's.
    if (this.#isNew && this.stands) tryRemove(this.#path)
    this.release()
  }
}

function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // Windows removes no file that is open; an empty lock file is in nobody's way.
  }
}

/**
 * Made before SQLite opens it, which would make it readable to others.
 *
 * @returns false: it was there
 * @throws InaError log_unwritable: what is there is a link, or no regular file
 */
function makeFile(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return true
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw logError(error, path)
  }
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    throw inTheWay(path, 'lock file')
  }
  return false
}

/**
 * What SQLite can't read was a lock file all the same. Only such a file is looked
 * into: closing one would give up this process's locks on it.
 */
function isSpoilt(path: string): boolean {
  return kindOf(path) === 'blank' || readHead(path)?.includes(HOLDER_TABLE) === true
}

function hold(db: Database.Database, holder: Holder): void {
  // No journal file beside it; what a crash here can spoil is the message only. Synced, so
  // that a power cut leaves a file that is known again as a lock file.
  db.pragma('journal_mode = MEMORY')
  for (;;) {
    db.exec('BEGIN IMMEDIATE')
    db.exec(`CREATE TABLE IF NOT EXISTS ${HOLDER_TABLE}`)
    db.exec('DELETE FROM holder')
    db.prepare('INSERT INTO holder VALUES (@pid, @host, @started_ms)').run(holder)
    db.exec('COMMIT; BEGIN IMMEDIATE')
    // Between the two, another process may have been here and gone again.
    const held = readHolder(db)
    if (held?.pid === holder.pid && held.started_ms === holder.started_ms) return
    db.exec('ROLLBACK')
  }
}

function readHolder(db: Database.Database): Holder | undefined {
  return db.prepare('SELECT pid, host, started_ms FROM holder').get() as Holder | undefined
}

function inUse(file: string, db: Database.Database): InaError {
  let by = 'another process'
  try {
    const holder = readHolder(db)
    if (holder !== undefined) {
      by = `process ${holder.pid} on ${holder.host} since ${formatLocal(holder.started_ms * 1000)}`
    }
  } catch {
    // It is just being written; who holds it is a courtesy.
  }
  return new InaError(
    'log_in_use',
    `the log ${file} is being written by ${by}`,
    'stop that monitor first, or give this one its own file with --db (or --no-log); history and export work meanwhile',
  )
}
