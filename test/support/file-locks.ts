import { existsSync, readFileSync, statSync } from 'node:fs'

const LOCKS = '/proc/locks'

/** Whether `locksOn` can tell (Linux). */
export const canSeeLocks = existsSync(LOCKS)

/** POSIX locks on a file, of any process (proc(5)). */
export function locksOn(path: string): number {
  const inode = String(statSync(path).ino)
  const locks = readFileSync(LOCKS, 'utf8').split('\n')
  return locks.filter((lock) => lock.split(/\s+/)[5]?.endsWith(`:${inode}`)).length
}
