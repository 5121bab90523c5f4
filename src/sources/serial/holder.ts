import { readdirSync, readlinkSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'

/**
 * The program that has a port locked, or the other one that has it open, as `picocom (pid 123)`.
 * Linux only; sees all locks, but open files of one's own processes alone. The other end of a
 * pseudo-terminal does not hold it.
 *
 * @returns null where none is found
 */
export async function findHolder(path: string): Promise<string | null> {
  return (await findLockHolder(path)) ?? (await findOpenHolder(path))
}

async function findLockHolder(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path)
    for (const row of (await readFile('/proc/locks', 'utf8')).split('\n')) {
      // 1: FLOCK  ADVISORY  WRITE 123 00:05:42 0 EOF: the process, then device (hex) and inode
      const [, pid, major, minor, inode] =
        /FLOCK +\S+ +\S+ +(-?\d+) +([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(row) ?? []
      if (pid === undefined || Number(inode) !== ino) continue
      if (deviceNumber(`0x${major}`, `0x${minor}`) === dev) return nameProcess(pid)
    }
  } catch {
    // Not Linux, or the port has just gone.
  }
  return null
}

/** Major number of /dev/null and the like, which are no ports, and which everybody has open. */
const MEMORY = 1

/** The first other process of this user that has the port open. */
async function findOpenHolder(path: string): Promise<string | null> {
  try {
    const { rdev } = await stat(path)
    if (rdev >> 8 === MEMORY) return null
    const pid = openIn(await realpath(path))
    return pid === null ? null : nameProcess(pid)
  } catch {
    // Not Linux, or the port has just gone.
    return null
  }
}

/**
 * In one go: some hundred descriptors take a few ms so, and several times that as promises.
 *
 * @returns number of the process
 */
function openIn(target: string): string | null {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
    try {
      const folder = `/proc/${pid}/fd`
      for (const fd of readdirSync(folder)) if (leadsTo(`${folder}/${fd}`, target)) return pid
    } catch {
      // Another user's, or it has just ended.
    }
  }
  return null
}

function leadsTo(link: string, target: string): boolean {
  try {
    return readlinkSync(link) === target
  } catch {
    // Just closed.
    return false
  }
}

/** As glibc's makedev packs it into `st_dev`, for numbers below 4096. */
function deviceNumber(major: string, minor: string): number {
  return Number(major) * 256 + (Number(minor) % 256) + Math.floor(Number(minor) / 256) * 0x100000
}

async function nameProcess(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null)
  return name === null ? 'another program' : `${name.trim()} (pid ${pid})`
}
