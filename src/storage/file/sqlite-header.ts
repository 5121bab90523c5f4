/** The header of an SQLite file (sqlite.org/fileformat.html, 1.3), read without opening it as a database. */

export const SQLITE_HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'

interface SqliteHeader {
  /** `PRAGMA application_id` */
  readonly applicationId: number
  /** `PRAGMA user_version` */
  readonly userVersion: number
  /** Size of the file as of its last change without a WAL. */
  readonly bytes: number
}

/** @param head the first bytes of a file @returns null: it is no database */
export function sqliteHeader(head: Buffer): SqliteHeader | null {
  if (head.length < SQLITE_HEADER_BYTES || !isSqlite(head)) return null
  const stored = head.readUInt16BE(16)
  const pageBytes = stored === 1 ? 65_536 : stored
  return {
    applicationId: head.readUInt32BE(68),
    userVersion: head.readUInt32BE(60),
    bytes: head.readUInt32BE(28) * pageBytes,
  }
}

/** Whether bytes begin as a database does, of which there may be too few. */
export function isSqlite(head: Buffer): boolean {
  return head.toString('latin1', 0, MAGIC.length) === MAGIC
}

/** Makes it a database without a WAL, which one in memory can't have (1.3.3). */
export function dropWalMark(bytes: Buffer): void {
  bytes[18] = 1
  bytes[19] = 1
}
