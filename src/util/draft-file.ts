import { closeSync, openSync, readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { isProcessAlive } from './process-alive.ts'

/** Process numbers mean something on one machine only, and folders are shared. */
let host: string | undefined

/** What follows `.<name>.ina219-<host>-`: process, random, and what SQLite makes beside a database. */
const REST = /^(\d+)-[0-9a-f]{16}(-wal|-shm|-journal)?$/

/** Drafts of this process: one that died may have had the same number, in a container it often has. */
const ours = new Set<string>()

function prefixOf(file: string): string {
  host ??= crypto().createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
  return `${anyPrefixOf(file)}${host}-`
}

function anyPrefixOf(file: string): string {
  return `.${basename(file)}.ina219-`
}

/** Loaded where a draft is made or found: it takes 3 ms. */
function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}

/**
 * Makes an empty private file (0600) beside `file`, under a name that nobody can
 * guess and that no link can stand in for, to be put in the place of `file` when it
 * is complete.
 *
 * @throws the system's error
 */
export function createDraft(file: string): string {
  const name = `${prefixOf(file)}${process.pid}-${crypto().randomBytes(8).toString('hex')}`
  const path = join(dirname(file), name)
  // O_EXCL: never an existing file, nor a link.
  closeSync(openSync(path, 'wx', 0o600))
  ours.add(name)
  return path
}

/** Removes a draft and what SQLite made beside it; never fails. */
export function removeDraft(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) tryRemove(path + suffix)
}

/** Removes the drafts of `file` whose process on this machine was killed; never fails. */
export function sweepDrafts(file: string): void {
  const names = namesIn(dirname(file)).filter((name) => name.startsWith(anyPrefixOf(file)))
  if (names.length === 0) return
  const prefix = prefixOf(file)
  for (const name of names) {
    if (!name.startsWith(prefix)) continue
    const match = REST.exec(name.slice(prefix.length))
    if (match === null) continue
    const [, pid, suffix = ''] = match
    const isOurs = ours.has(name.slice(0, name.length - suffix.length))
    if (!isOurs && !isOtherAlive(Number(pid))) tryRemove(join(dirname(file), name))
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isOtherAlive(pid: number): boolean {
  return pid !== process.pid && isProcessAlive(pid)
}

function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // A file system that takes nothing; the next start sweeps again.
  }
}
