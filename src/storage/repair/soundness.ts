import { copyFileSync, existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { createDraft, removeDraft } from '../../util/draft-file.ts'
import { isInaError } from '../../util/errors.ts'
import { layoutOf } from '../file/layout.ts'
import { newer } from '../file/log-errors.ts'
import { isLog } from '../file/log-file.ts'
import { SCHEMA_VERSION } from '../file/schema.ts'
import { PageStore } from './page-store.ts'

/** What is wrong with a log, seen as a whole; all in words. */
export interface Soundness {
  /** Of the files. */
  readonly faults: readonly string[]
  /** What its pages say against each other; null: nothing. */
  readonly disagreement: string | null
  /** Its WAL is that of another file, or of another state of this one. */
  readonly isWalForeign: boolean
}

const STRAYS = `
  SELECT (SELECT count(*) FROM sample WHERE epoch_id NOT IN (SELECT id FROM epoch)
      OR status_id NOT IN (SELECT id FROM status))
    + (SELECT count(*) FROM epoch WHERE device_id NOT IN (SELECT id FROM device))`

/**
 * Looks whether all of a log is there and agrees with itself.
 *
 * @param beside where copies may be made
 * @throws InaError log_newer
 */
export function soundnessOf(file: string, beside: string): Soundness {
  const faults = faultsOfFiles(file)
  if (!isWhole(file)) {
    const said = faults.length > 0 ? faults : ['its header is damaged']
    return { faults: said, disagreement: null, isWalForeign: false }
  }
  const disagreement = disagreementOf(file, beside, true)
  // A WAL of its own leads from each sound state of a file to another one.
  const isWalForeign =
    disagreement !== null &&
    existsSync(`${file}-wal`) &&
    disagreementOf(file, beside, false) === null
  if (!isWalForeign) return { faults, disagreement, isWalForeign }
  return { faults: ['its WAL is that of another file: left out'], disagreement: null, isWalForeign }
}

/** A database of any program. */
export function isSoundDatabase(file: string, beside: string): boolean {
  return inCopy(file, beside, true, integrityFault) === null
}

function faultsOfFiles(file: string): readonly string[] {
  const store = new PageStore(file, true)
  store.close()
  return store.faults
}

/** As far as its first bytes and its size tell; SQLite may do without them where a WAL has them. */
function isWhole(file: string): boolean {
  try {
    return isLog(file)
  } catch (error) {
    if (isInaError(error) && error.code === 'log_newer') throw error
    return false
  }
}

/** @throws InaError log_newer */
function disagreementOf(file: string, beside: string, withWal: boolean): string | null {
  let version = 0
  const found = inCopy(file, beside, withWal, (db) => {
    const fault = integrityFault(db)
    if (fault !== null) return fault
    version = layoutOf(db)
    if (version === 0) return 'there are no tables of a log in it'
    const strays = db.prepare(STRAYS).pluck().get()
    return strays === 0 ? null : 'it has samples of runs or states that are not there'
  })
  if (version > SCHEMA_VERSION) throw newer(file, version, SCHEMA_VERSION)
  return found
}

function integrityFault(db: Database.Database): string | null {
  const found = db.pragma('integrity_check(1)', { simple: true }) as string
  const said = found.split('\n').at(-1)
  return found === 'ok' ? null : `its pages contradict each other (SQLite: ${said})`
}

/**
 * Looks at a copy: SQLite would touch the file, or what stands beside it.
 *
 * @throws the system's error, where there is no room for a copy
 */
function inCopy(
  file: string,
  beside: string,
  withWal: boolean,
  faultIn: (db: Database.Database) => string | null,
): string | null {
  const copy = createDraft(beside)
  try {
    copyFileSync(file, copy)
    if (withWal && existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`)
    let db: Database.Database | null = null
    try {
      db = new Database(copy, { fileMustExist: true })
      return faultIn(db)
    } catch (error) {
      if (isInaError(error)) throw error
      return "SQLite can't read it"
    } finally {
      db?.close()
    }
  } finally {
    removeDraft(copy)
  }
}
