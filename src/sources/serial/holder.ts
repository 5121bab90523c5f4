import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises'

/**
 * The program that has a port locked or open, as `picocom (pid 123)`.
 * Linux only; sees all locks, but open files of one's own processes alone.
 *
 * @returns null where none is found
 */
export async function findLockHolder(path: string): Promise<string | null> {
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

/** The first other process of this user that has the port open. */
export async function findOpenHolder(path: string): Promise<string | null> {
  try {
    const target = await realpath(path)
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue
      for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
        const file = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => null)
        if (file === target) return nameProcess(pid)
      }
    }
  } catch {
    // Not Linux, or the port has just gone.
  }
  return null
}

/** As glibc's makedev packs it into `st_dev`, for numbers below 4096. */
function deviceNumber(major: string, minor: string): number {
  return Number(major) * 256 + (Number(minor) % 256) + Math.floor(Number(minor) / 256) * 0x100000
}

async function nameProcess(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null)
  return name === null ? 'another program' : `${name.trim()} (pid ${pid})`
}
