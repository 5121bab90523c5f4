import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { isSqlite, sqliteHeader } from './sqlite-header.ts'

/**
 * What a file is, by its first bytes. `blank`: empty, or small and nothing but
 * zeros, as a power cut leaves files. `other` is also what is no regular file.
 */
type FileKind = 'none' | 'blank' | 'database' | 'wal' | 'shm' | 'journal' | 'spill' | 'other'

/** The most that is read of a file; a lock file and an empty -shm are smaller. */
const HEAD_BYTES = 64 * 1024

/** Formats: sqlite.org/fileformat.html 3 and 4.1; walformat.html 2.1. */
const JOURNAL_MAGIC = 'd9d505f920a163d7'
const WAL_MAGIC = /^377f068[23]/
const SHM_VERSION = 3_007_000
const SPILL_BEGIN = /^spill,[0-9a-f-]{36}\n/

export function kindOf(path: string): FileKind {
  const head = readHead(path)
  return head === null ? absentOrOther(path) : kindOfHead(head)
}

/** `PRAGMA application_id` of a database; null where it is none. */
export function applicationIdOf(path: string): number | null {
  const head = readHead(path)
  return head === null ? null : (sqliteHeader(head)?.applicationId ?? null)
}

/** The first bytes of a regular file; null: there is none, or it can't be read. */
export function readHead(path: string): Buffer | null {
  let fd: number
  try {
    // Opening a pipe would wait for its other end.
    if (!lstatSync(path).isFile()) return null
    fd = openSync(path, 'r')
  } catch {
    return null
  }
  try {
    const head = Buffer.alloc(Math.min(HEAD_BYTES, fstatSync(fd).size))
    return head.subarray(0, readSync(fd, head, 0, head.length, 0))
  } finally {
    closeSync(fd)
  }
}

function absentOrOther(path: string): FileKind {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined ? 'none' : 'other'
}

function kindOfHead(head: Buffer): FileKind {
  const text = head.toString('latin1', 0, 64)
  const hex = head.toString('hex', 0, 8)
  if (isSqlite(head)) return 'database'
  if (WAL_MAGIC.test(hex)) return 'wal'
  if (hex === JOURNAL_MAGIC) return 'journal'
  if (SPILL_BEGIN.test(text)) return 'spill'
  // In the byte order of the machine.
  if (
    head.length >= 4 &&
    (head.readUInt32LE(0) === SHM_VERSION || head.readUInt32BE(0) === SHM_VERSION)
  ) {
    return 'shm'
  }
  return head.length < HEAD_BYTES && head.every((byte) => byte === 0) ? 'blank' : 'other'
}
