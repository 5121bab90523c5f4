import { renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { createDraft, removeDraft } from '../../util/draft-file.ts'
import { kindOf } from './file-kind.ts'
import { layoutOf } from './layout.ts'
import { inTheWay, newer } from './log-errors.ts'
import { freeName, place, sync } from './placing.ts'
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from './schema.ts'

/**
 * Makes a new log under another name and puts it in its place in one step, so
 * that whatever happens, there is never half a log.
 *
 * @throws InaError log_unwritable: a file of someone else is where SQLite would put one of its own
 */
export function createLog(file: string): void {
  setLeftoversAside(file)
  const draft = createDraft(file)
  try {
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
  } finally {
    removeDraft(draft)
  }
}

/**
 * SQLite would take what is left of a deleted or moved database for part of the
 * new log. A WAL or journal may hold the only copy of what was committed last, so
 * it is kept under another name; -shm is an index of the WAL, with no data in it.
 */
function setLeftoversAside(file: string): void {
  const leftovers = ['-wal', '-shm', '-journal']
    .map((suffix) => ({ path: file + suffix, kind: kindOf(file + suffix) }))
    .filter(({ kind }) => kind !== 'none')
  for (const { path, kind } of leftovers) {
    if (kind !== 'blank' && !path.endsWith(kind)) throw inTheWay(path, path.slice(file.length + 1))
  }
  for (const { path, kind } of leftovers) {
    if (kind === 'wal' || kind === 'journal') renameSync(path, freeName(path, '.old-'))
    else rmSync(path)
  }
}

/**
 * Brings the layout up to date, each version in one transaction, so that a crash
 * leaves the version before whole. No row is changed or copied: from version 1, one pass over
 * the samples gives the commit order (5 M rows: half a second).
 *
 * @throws InaError log_newer
 */
export function migrate(db: Database.Database): void {
  const version = layoutOf(db)
  if (version > SCHEMA_VERSION) throw newer(db.name, version, SCHEMA_VERSION)
  if (version === SCHEMA_VERSION) return
  // A version may edit the text of the schema, which SQLite's defensive mode forbids.
  db.unsafeMode(true)
  try {
    MIGRATIONS.slice(version).forEach((sql, i) => {
      db.transaction(() => {
        db.exec(sql)
        db.pragma(`user_version = ${version + i + 1}`)
      }).immediate()
    })
  } finally {
    db.unsafeMode(false)
  }
}
