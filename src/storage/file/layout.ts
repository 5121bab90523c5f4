import type Database from 'better-sqlite3'

/** Version of the layout of an open log; 0: nothing in it yet. */
export function layoutOf(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

/**
 * Whether a log has a table. One that is only read keeps its layout, so that a
 * reader meets logs without the tables of later versions.
 */
export function hasTable(db: Database.Database, name: string): boolean {
  return (
    db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(name) !==
    undefined
  )
}
