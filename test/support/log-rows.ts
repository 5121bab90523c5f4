import Database from 'better-sqlite3'

/** What any other program sees. */
export function query(file: string, sql: string): Record<string, unknown>[] {
  const db = new Database(file, { fileMustExist: true })
  try {
    return db.prepare(sql).all() as Record<string, unknown>[]
  } finally {
    db.close()
  }
}
