import { existsSync, fstatSync } from 'node:fs'
import Database from 'better-sqlite3'
import { createDraft, removeDraft } from '../../util/draft-file.ts'
import { plainReason } from './log-errors.ts'
import { freeName, makeFolder, place, sync } from './placing.ts'

/** What became of a log whose file is no longer in its place. */
export interface OrphanFate {
  /** True: all that was ever committed to it is in some file. */
  readonly isSafe: boolean
  /** Plain words for the event list. */
  readonly text: string
}

/**
 * The file of an open log was deleted, moved or replaced. The connection still
 * has all of it, so that nothing which was called durable has to go: a moved
 * file gets the rest of its WAL, a deleted one is put back, and a replaced one is
 * kept beside its successor.
 *
 * @param fd the same file, open
 * @param letGo closes the connection and removes what is left of its WAL
 */
export function saveOrphan(
  db: Database.Database,
  fd: number,
  file: string,
  letGo: () => void,
): OrphanFate {
  let draft: string | null = null
  try {
    db.pragma('wal_checkpoint(TRUNCATE)')
    if (fstatSync(fd).nlink > 0) {
      letGo()
      return { isSafe: true, text: 'its file was moved, and is whole where it is now' }
    }
    makeFolder(file)
    draft = createDraft(file)
    // Takes an empty file for none.
    db.prepare('VACUUM INTO ?').run(draft)
    letGo()
    useWal(draft)
    sync(draft)
    if (existsSync(file)) {
      const kept = freeName(file, '.replaced-')
      place(draft, kept)
      return { isSafe: true, text: `its file was replaced; the one before is kept as ${kept}` }
    }
    place(draft, file)
    return { isSafe: true, text: 'its file was deleted, and has been put back whole' }
  } catch (error) {
    letGo()
    if (draft !== null) removeDraft(draft)
    const text = `its file was deleted or replaced, and what was in it is gone: ${plainReason(error)}`
    return { isSafe: false, text }
  }
}

/** VACUUM makes a database with a rollback journal. */
function useWal(file: string): void {
  const db = new Database(file)
  try {
    db.pragma('journal_mode = WAL')
  } finally {
    db.close()
  }
}
