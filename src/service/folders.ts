import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorText, InaError } from '../util/errors.ts'
import type { WritableFolder } from './unit.ts'

/**
 * Makes the folders that a service, to which all else is read-only, could not make itself. A disk
 * that is out must not be made up for on another: folders above one for back-ups are not
 * made, nor any for other outputs than log and token.
 *
 * @param user whose they are to be; null: whose they become
 * @param say gets one line at a time
 * @throws InaError usage_invalid
 */
export function makeFolders(
  folders: readonly WritableFolder[],
  user: string | null,
  say: (line: string) => void,
): void {
  const absent = folders.filter(({ path }) => !existsSync(path))
  const missing = absent.find(({ of }) => of === 'output')?.path
  if (missing !== undefined) {
    throw new InaError(
      'usage_invalid',
      `there is no folder ${missing}`,
      'make it, or mount its disk; nothing was installed',
    )
  }
  for (const { path, of } of absent) {
    const parent = dirname(path)
    if (of === 'log' || of === 'token' || existsSync(parent)) makeFolder(path, user)
    else say(`there is no folder ${parent} yet: no back-ups until its disk is mounted`)
  }
}

function makeFolder(folder: string, user: string | null): void {
  attemptWrite(folder, () => {
    const first = mkdirSync(folder, { recursive: true, mode: 0o700 }) ?? folder
    if (user === null) return
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, user])))
    for (let at = folder; at.length >= first.length; at = dirname(at)) {
      chownSync(at, uid as number, gid as number)
    }
  })
}

/** @throws InaError usage_invalid: the system does not let us */
export function attemptWrite(path: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw new InaError(
      'usage_invalid',
      `${path} can't be written: ${errorText(error)}`,
      'a system unit needs root (sudo); check the folder and its permissions',
      error,
    )
  }
}
