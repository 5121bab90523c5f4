import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import Database from 'better-sqlite3'
import { InaError, isInaError, systemCode } from '../util/errors.ts'
import { formatLocal } from '../util/time-text.ts'
import { kindOf, readHead } from './file-kind.ts'
import { inTheWay, logError } from './log-errors.ts'

interface Holder {
  readonly pid: number
  readonly host: string
  readonly started_ms: number
}

/** SQLite keeps this text in the file, which tells a lock file of ours from anything else. */
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

  private constructor(db: Database.Database, path: string, isNew: boolean) {
    this.#db = db
    this.#path = path
    this.#isNew = isNew
    this.#inode = statSync(path).ino
  }

  /**
   * @param file the log, as `logFilePath` gives it: another name would be another lock
   * @param nowMs Unix ms, told to a second writer
   */
  static acquire(file: string, nowMs: number): WriterLock {
    const holder = { pid: process.pid, host: hostname(), started_ms: nowMs }
    try {
      return WriterLock.#try(file, holder)
    } catch (error) {
      if (!isInaError(error) || error.code !== 'log_damaged') throw error
      // A power cut can leave it half written; nothing but the holder's name was in it.
      rmSync(`${file}.lock`, { force: true })
      return WriterLock.#try(file, holder)
    }
  }

  static #try(file: string, holder: Holder): WriterLock {
    const path = `${file}.lock`
    const isNew = makeFile(path)
    let db: Database.Database
    try {
      db = new Database(path, { timeout: 0 })
    } catch (error) {
      throw logError(error, path)
    }
    try {
      hold(db, holder)
      return new WriterLock(db, path, isNew)
    } catch (error) {
      const failure = isBusy(error) ? inUse(file, db) : logError(error, path)
      db.close()
      throw failure
    }
  }

  /** False once the file was deleted or replaced, so that another process could lock its successor. */
  get stands(): boolean {
    try {
      return statSync(this.#path).ino === this.#inode
    } catch {
      return false
    }
  }

  release(): void {
    this.#db.close()
  }

  /** Gives back the lock of a file that turned out not to be a log; leaves nothing beside it. */
  discard(): void {
    this.release()
    if (this.#isNew) rmSync(this.#path, { force: true })
  }
}

/**
 * Made before SQLite opens it, which would make it readable to others.
 *
 * @returns false: it was there
 * @throws InaError log_unwritable: what is there is no lock file, or a link
 */
function makeFile(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return true
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw logError(error, path)
  }
  const kind = kindOf(path)
  const isOurs = kind === 'database' && readHead(path)?.includes(HOLDER_TABLE) === true
  // Gone again meanwhile: SQLite makes it.
  if (kind === 'blank' || kind === 'none' || isOurs) return false
  throw inTheWay(path, 'lock file')
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
    const said = readHolder(db)
    if (said?.pid === holder.pid && said.started_ms === holder.started_ms) return
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

function isBusy(error: unknown): boolean {
  return systemCode(error)?.startsWith('SQLITE_BUSY') === true
}
