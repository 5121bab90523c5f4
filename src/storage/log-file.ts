import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { InaError, isInaError, systemCode } from '../util/errors.ts'
import { damaged, foreign, logError, missing, newer } from './log-errors.ts'
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts'

/** Logs up to this size are checked page by page before anything is written; takes about 0.1 s. */
const FULL_CHECK_BYTES = 32 * 2 ** 20
/** A log in a place that can't be written is read from a copy in memory up to this size. */
const LARGEST_COPY_BYTES = 512 * 2 ** 20
/** SQLite's page cache; its default of 16 MB helps nothing here (see bench). */
const CACHE_KB = 2000

/** The header of an SQLite file (sqlite.org/fileformat.html, 1.3). */
const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'

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
  const header = readHeader(file)
  if (header === null) return false
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged(file)
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw foreign(file)
  const version = header.readUInt32BE(60)
  if (version > SCHEMA_VERSION) throw newer(file, version, SCHEMA_VERSION)
  const stored = header.readUInt16BE(16)
  const pageBytes = stored === 1 ? 65_536 : stored
  // With a WAL beside it, the file may rightly be shorter than its header says.
  if (walBytes(file) === 0 && statSync(file).size < header.readUInt32BE(28) * pageBytes) {
    throw damaged(file)
  }
  return true
}

function readHeader(file: string): Buffer | null {
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
    const header = Buffer.alloc(HEADER_BYTES)
    const read = readSync(fd, header, 0, HEADER_BYTES, 0)
    if (read === 0) return null
    if (read < HEADER_BYTES) throw damaged(file)
    return header
  } catch (error) {
    throw logError(error, file)
  } finally {
    closeSync(fd)
  }
}

function walBytes(file: string): number {
  return sizeOf(`${file}-wal`)
}

/** Size in bytes; 0 where there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** Makes the folder of the log, private to the user. */
export function makeFolder(file: string): void {
  try {
    makeFolders(dirname(file))
  } catch (error) {
    throw logError(error, file)
  }
}

/** One by one: Node's own recursion never ends below a folder such as /proc that takes none. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolders(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/**
 * Opens the log to write, makes it where there is none, brings an older layout
 * up to date. The caller holds the writer lock.
 */
export function openForWriting(file: string): Database.Database {
  try {
    if (isLog(file)) check(file)
    else create(file)
    const db = new Database(file, { fileMustExist: true, timeout: BUSY_MS })
    try {
      configure(db)
      // Acknowledged means durable, over a power cut, too: every commit is synced.
      db.pragma('synchronous = FULL')
      db.pragma('journal_size_limit = 16777216')
      migrate(db)
      makePrivate(file)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    throw logError(error, file)
  }
}

/**
 * Opens the log to read, also while it is being written. Reading never needs
 * the writer lock and changes no row.
 */
export function openForReading(file: string): Database.Database {
  if (!isLog(file)) throw missing(file)
  try {
    const db = openReadable(file)
    configure(db)
    return db
  } catch (error) {
    throw logError(error, file)
  }
}

function openReadable(file: string): Database.Database {
  try {
    // Not `readonly`: such a connection would leave -wal and -shm behind.
    const db = new Database(file, { fileMustExist: true, timeout: 5000 })
    db.pragma('query_only = 1')
    db.prepare('SELECT count(*) FROM device').get()
    return db
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
  // "Uses a WAL" (fileformat.html, 1.3.3), which a database in memory can't.
  bytes[18] = 1
  bytes[19] = 1
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
      db.prepare('SELECT min(id), max(id) FROM sample').get()
      db.prepare('SELECT * FROM minute ORDER BY device_id DESC, minute DESC LIMIT 1').get()
    }
    isSound = true
  } finally {
    db.close()
    // Nothing may appear beside a file that is refused.
    if (!isSound && !isCopy) for (const path of traces) rmSync(path, { force: true })
  }
}

/**
 * Makes a new log under another name and puts it in its place in one step, so
 * that whatever happens, there is never half a log.
 */
function create(file: string): void {
  const draft = `${file}.new`
  // What is left of a log that was deleted would be taken for part of the new one.
  for (const suffix of ['', '-journal', '-wal', '-shm']) {
    rmSync(`${draft}${suffix}`, { force: true })
    if (suffix !== '') rmSync(`${file}${suffix}`, { force: true })
  }
  closeSync(openSync(draft, 'wx', 0o600))
  const db = new Database(draft)
  try {
    // Nobody sees the draft; it is synced once, when it is complete.
    db.pragma('synchronous = OFF')
    db.pragma('journal_mode = MEMORY')
    // Before the first table, or the file would never shrink.
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma(`application_id = ${APPLICATION_ID}`)
    migrate(db)
    db.pragma('journal_mode = WAL')
  } finally {
    db.close()
  }
  sync(draft)
  place(draft, file)
}

/** Puts a complete file in its place in one step; never over another one. */
export function place(draft: string, file: string): void {
  // An empty file is what a crash leaves of SQLite's own first step, or `touch`.
  if (existsSync(file) && sizeOf(file) === 0) rmSync(file)
  try {
    // Unlike rename, link never replaces what another program put there meanwhile.
    linkSync(draft, file)
    rmSync(draft)
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || existsSync(file)) throw error
    renameSync(draft, file)
  }
  syncFolder(file)
}

/** Makes the name of a new file durable. */
export function syncFolder(file: string): void {
  try {
    sync(dirname(file))
  } catch {
    // Windows opens no folders.
  }
}

/** Returns when what was written is on the disk. */
export function sync(path: string): void {
  // Windows syncs only what may be written, others open folders only to read.
  const fd = openSync(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function migrate(db: Database.Database): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > SCHEMA_VERSION) throw newer(db.name, version, SCHEMA_VERSION)
  MIGRATIONS.slice(version).forEach((sql, i) => {
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${version + i + 1}`)
    }).immediate()
  })
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
