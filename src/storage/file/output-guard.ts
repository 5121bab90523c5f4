import { type BigIntStats, fstatSync, statSync } from 'node:fs'
import { InaError } from '../../util/errors.ts'
import { realPath } from '../../util/paths.ts'
import { applicationIdOf, kindOf } from './file-kind.ts'
import { APPLICATION_ID } from './schema.ts'

/** What SQLite and the writer keep beside a log. */
const COMPANIONS = ['-wal', '-shm', '-journal', '.lock', '.spill.csv'] as const

/**
 * Whether writing to a path would hit a log, any SQLite database, or a file that
 * belongs to one, under whatever name or link.
 *
 * @param path of the output; need not exist
 * @param log the log of this command, which need not exist yet; null: none
 * @throws InaError usage_invalid
 */
export function refuseLogAsOutput(path: string, log: string | null): void {
  const target = realPath(path)
  // First by name and inode: the log of this command may be open, and to open and close a
  // file gives up this process's locks on it (sqlite.org/howtocorrupt.html, 2.2).
  const isHit = isOfNamedLog(target, statOf(target), log) || isData(target) || isBesideLog(target)
  if (isHit) throw refused(path, 'name another file')
}

function isData(target: string): boolean {
  const kind = kindOf(target)
  return kind !== 'none' && kind !== 'blank' && kind !== 'other'
}

/**
 * The same for a stream that the shell has opened, such as `>> ina219.db`.
 *
 * @throws InaError usage_invalid
 */
export function refuseLogAsStream(
  stream: NodeJS.WritableStream & { readonly fd?: number },
  log: string,
): void {
  let stats: BigIntStats
  try {
    stats = fstatSync(stream.fd ?? -1, { bigint: true })
  } catch {
    // A stream that is closed, or no file, hits nothing.
    return
  }
  if (isOfNamedLog(null, stats, log)) {
    throw refused('standard output', 'send it to another file')
  }
}

function isOfNamedLog(
  target: string | null,
  stats: BigIntStats | undefined,
  log: string | null,
): boolean {
  if (log === null) return false
  const file = realPath(log)
  return ['', ...COMPANIONS].some((suffix) => {
    const each = file + suffix
    if (target !== null && folded(each) === folded(target)) return true
    const other = statOf(each)
    return (
      stats?.isFile() === true &&
      other !== undefined &&
      other.ino === stats.ino &&
      other.dev === stats.dev
    )
  })
}

/** Files that do not exist yet can be compared by name only. */
function folded(path: string): string {
  const ignoresCase = process.platform === 'win32' || process.platform === 'darwin'
  return ignoresCase ? path.toLowerCase() : path
}

/** The name is that of a companion of a log that is there. */
function isBesideLog(target: string): boolean {
  const suffix = COMPANIONS.find((each) => target.toLowerCase().endsWith(each))
  if (suffix === undefined) return false
  return applicationIdOf(realPath(target.slice(0, -suffix.length))) === APPLICATION_ID
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function refused(what: string, hint: string): InaError {
  return new InaError(
    'usage_invalid',
    `${what} is a log or another database, or belongs to one, and would be overwritten`,
    hint,
  )
}
