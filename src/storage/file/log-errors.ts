import { errorText, InaError, isInaError, systemCode } from '../../util/errors.ts'

/**
 * What was read is nothing that a log has. Who reads rows does not know the file that
 * they come of, which may be a copy in memory: `logError` names it.
 */
export class Damage extends Error {
  constructor() {
    super('a row that no log has')
  }
}

/** What a failure of SQLite or the file system means for the log. */
export function logError(error: unknown, file: string): InaError {
  if (isInaError(error)) return error
  if (isDamage(error)) return damaged(file, error)
  if (isLocked(error)) {
    return new InaError(
      'log_in_use',
      `the log ${file} is locked by another program`,
      'end what that program does with it, or name another file with --db',
      error,
    )
  }
  return new InaError(
    'log_unwritable',
    `the log ${file} can't be used: ${plainReason(error)}`,
    'check the folder, its permissions and the free space, or name another file with --db',
    error,
  )
}

/** The same for a reader: a fault of its own code is none of the log, and stays what it is. */
export function readError(error: unknown, file: string): unknown {
  const isOfLog = error instanceof Damage || systemCode(error) !== undefined
  return isOfLog ? logError(error, file) : error
}

function isDamage(error: unknown): boolean {
  const code = systemCode(error) ?? ''
  return error instanceof Damage || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}

/** Another connection has the file, and may be done with it soon. */
export function isBusy(error: unknown): boolean {
  return systemCode(error)?.startsWith('SQLITE_BUSY') === true
}

function isLocked(error: unknown): boolean {
  return isBusy(error) || systemCode(error)?.startsWith('SQLITE_LOCKED') === true
}

/** Codes of SQLite that a row's content makes. */
const CONTENT_CODES = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)|^ERR_/

/** Whether a write failed for what was to be written: the disk is well, and to try again is in vain. */
export function isOfContent(error: unknown): boolean {
  if (isInaError(error) || isDamage(error)) return false
  const code = systemCode(error)
  return code === undefined || CONTENT_CODES.test(code)
}

/** A failure in plain words for the screen. */
export function plainReason(error: unknown): string {
  const code = systemCode(error) ?? ''
  // SQLite's shared memory is a file, too.
  if (code === 'SQLITE_IOERR_SHMSIZE') return 'the disk is full'
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full'
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS') return 'it is read-only'
  if (isLocked(error)) {
    return 'it is locked by another program'
  }
  if (isDamage(error)) return 'it is damaged'
  if (code === 'SQLITE_CANTOPEN' || code === 'EACCES' || code === 'EPERM') {
    return 'no permission to open it'
  }
  if (code.startsWith('SQLITE_IOERR') || code === 'EIO') return `the disk failed (${code})`
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such folder'
  return errorText(error)
}

export function damaged(file: string, cause?: unknown): InaError {
  return new InaError(
    'log_damaged',
    `${file} is not a readable log: it is damaged, or no SQLite database`,
    `nothing was changed in it; save what can be saved with: ina219 repair ${file}, or name another file with --db`,
    cause,
  )
}

export function foreign(file: string): InaError {
  return new InaError(
    'log_foreign',
    `${file} is a database of another program`,
    'nothing was changed in it; name another file with --db',
  )
}

export function newer(file: string, version: number, known: number): InaError {
  return new InaError(
    'log_newer',
    `${file} was written by a newer ina219 (layout ${version}, this one knows ${known})`,
    'update ina219, or name another file with --db',
  )
}

export function older(file: string, version: number, needed: number): InaError {
  return new InaError(
    'log_older',
    `${file} was written by an older ina219 (layout ${version}, this needs ${needed})`,
    'record into it once with: ina219 monitor, which brings it up to date',
  )
}

export function missing(file: string): InaError {
  return new InaError(
    'log_missing',
    `there is no log at ${file}`,
    'record one with: ina219 monitor, or name its file with --db',
  )
}

export function linked(file: string): InaError {
  return new InaError(
    'log_unwritable',
    `the log ${file} has several names (hard links), and SQLite keeps a log safe under one only`,
    'remove the other names, make a copy of it (cp) and name that, or name another file with --db',
  )
}

/** @param what would be there otherwise, such as `lock file` */
export function inTheWay(path: string, what: string): InaError {
  return new InaError(
    'log_unwritable',
    `${path} is in the way: it is no ${what} of a log`,
    'move it away, or name another log with --db',
  )
}
