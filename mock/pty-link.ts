import { existsSync, lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { InaError, systemCode } from '../src/util/errors.ts'

/** A name for the port that stays the same; replaces one left behind, never anything else. */
export function makeLink(link: string, target: string): void {
  try {
    if (isStale(link, target)) unlinkSync(link)
    symlinkSync(target, link)
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      throw new InaError(
        'usage_invalid',
        `the link '${link}' exists and is not a left-over of this mock`,
        'choose another name, or remove it if nothing uses it',
        error,
      )
    }
    if (systemCode(error) === undefined) throw error
    throw new InaError(
      'usage_invalid',
      `the link '${link}' can't be made (${systemCode(error)})`,
      'choose a name in a folder that exists and that you may write to',
      error,
    )
  }
}

/** A link left behind by a mock that was killed: dangling, or to the very port just made anew. */
function isStale(link: string, target: string): boolean {
  if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return false
  const old = readlinkSync(link)
  return old === target || (dirname(old) === dirname(target) && !existsSync(old))
}

/** Only while it still leads to that port. */
export function removeLink(link: string, target: string): void {
  try {
    if (readlinkSync(link) === target) unlinkSync(link)
  } catch {
    // Gone already, or replaced by something that is not ours to remove.
  }
}
