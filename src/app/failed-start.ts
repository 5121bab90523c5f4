import { existsSync, lstatSync, rmdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Runs what makes the log where there is none. When it fails and nothing has come
 * into that log, such as with a port that is not there, log and folders go again.
 * The log has to come first: opening a port resets most boards, in vain where
 * nothing can be logged.
 *
 * @param file the log
 */
export async function withNewLog(file: string, run: () => Promise<void>): Promise<void> {
  if (!isFree(file)) return run()
  const folders = missingFolders(file)
  try {
    await run()
  } catch (error) {
    try {
      if (existsSync(file)) {
        const { removeUnusedLog } = await import('../storage/client/unused-log.ts')
        removeUnusedLog(file)
      }
      for (const folder of folders) rmdirSync(folder)
    } catch {
      // In use by another monitor, or no longer empty: it stays, and the failure of the run counts.
    }
    throw error
  }
}

/** What is there already stays, even an empty file, a link that leads nowhere, or what can't be seen. */
function isFree(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) === undefined
  } catch {
    return false
  }
}

/** The deepest first. */
function missingFolders(file: string): string[] {
  const folders: string[] = []
  let folder = dirname(file)
  // A drive that is absent is its own parent.
  while (!existsSync(folder) && dirname(folder) !== folder) {
    folders.push(folder)
    folder = dirname(folder)
  }
  return folders
}
