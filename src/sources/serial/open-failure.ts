import { constants } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { isatty } from 'node:tty'
import { InaError, systemCode } from '../../util/errors.ts'
import { findHolder } from './holder.ts'

/** What the system says of a port that could not be opened; injected so that tests own it. */
export interface OpenProbe {
  /** Kind, owner group and permission bits; rejects with the system's error. */
  stat(path: string): Promise<{ isPort: boolean; isFolder: boolean; gid: number; mode: number }>
  /**
   * Opens and closes the port without any setting; rejects with the system's error.
   *
   * @returns false where it is no terminal device, as `/dev/null`
   */
  open(path: string): Promise<boolean>
  /** Lock or open file of another program, in words. */
  holder(path: string): Promise<string | null>
  /** `/etc/group` */
  groups(): Promise<string>
  /** Name of the user who runs this, and the groups that this process has. */
  user(): { name: string; gids: readonly number[] }
}

export const realProbe: OpenProbe = {
  async stat(path) {
    const stats = await stat(path)
    return {
      isPort: stats.isCharacterDevice(),
      isFolder: stats.isDirectory(),
      gid: stats.gid,
      mode: stats.mode,
    }
  },
  async open(path) {
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
    const file = await open(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
    try {
      return isatty(file.fd)
    } finally {
      await file.close()
    }
  },
  holder: findHolder,
  groups: () => readFile('/etc/group', 'utf8'),
  user: () => ({ name: userInfo().username, gids: process.getgroups?.() ?? [] }),
}

/**
 * Why a POSIX port could not be opened. serialport's own error is a text without
 * a code, so the system is asked again and its code decides.
 *
 * @param cause serialport's error
 */
export async function explainOpenFailure(
  path: string,
  baud: number,
  cause: unknown,
  probe: OpenProbe = realProbe,
): Promise<InaError> {
  try {
    const { isPort, isFolder } = await probe.stat(path)
    if (!isPort && !isFolder) {
      return notAPort(path, `pipe a recording in instead: ina219 monitor --stdin < ${path}`, cause)
    }
    if (isFolder || !(await probe.open(path))) {
      return notAPort(path, "look at 'ina219 ports' for those that are", cause)
    }
  } catch (error) {
    return explainCode(path, error, probe)
  }
  // It opens, so it was locking or setting it up that failed.
  const holder = await probe.holder(path)
  if (holder !== null) return busy(path, holder, cause)
  return new InaError(
    'device_unsupported',
    `the port '${path}' can't be set to ${baud} baud${because(cause)}`,
    'try another rate with --baud',
    cause,
  )
}

async function explainCode(path: string, error: unknown, probe: OpenProbe): Promise<InaError> {
  switch (systemCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return refused(path, await permissionHint(path, probe), error)
    case 'EBUSY':
      return busy(path, (await probe.holder(path)) ?? 'another program', error)
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENXIO':
    case 'ENODEV':
    case 'EIO':
      return absent(path, error)
    default:
      return refused(path, 'unplug the board and plug it in again', error)
  }
}

export function absent(path: string, cause?: unknown): InaError {
  return new InaError(
    'device_absent',
    `there is no port '${path}'`,
    "plug the board in and look at 'ina219 ports', or wait for it with --wait",
    cause,
  )
}

export function busy(path: string, holder: string, cause?: unknown): InaError {
  return new InaError(
    'device_busy',
    `the port '${path}' is in use by ${holder}`,
    'close that program, or wait for the port with --wait',
    cause,
  )
}

function refused(path: string, hint: string, cause: unknown): InaError {
  return new InaError(
    'device_refused',
    `the port '${path}' can't be opened${because(cause)}`,
    hint,
    cause,
  )
}

function notAPort(path: string, hint: string, cause: unknown): InaError {
  return new InaError('device_unsupported', `'${path}' is not a serial port`, hint, cause)
}

function because(cause: unknown): string {
  const code = systemCode(cause)
  if (code === 'EACCES' || code === 'EPERM') return ': permission denied'
  if (code !== undefined) return ` (${code})`
  return cause instanceof Error ? ` (${cause.message})` : ''
}

/** Which group to join: ports belong to `dialout`, `uucp`, `plugdev`, … by distribution. */
export async function permissionHint(path: string, probe: OpenProbe): Promise<string> {
  try {
    const { gid, mode } = await probe.stat(path)
    const { name: user, gids } = probe.user()
    const [group, , , members] =
      (await probe.groups())
        .split('\n')
        .map((row) => row.split(':'))
        .find((row) => Number(row[2]) === gid) ?? []
    const groupMayUse = (mode & 0o060) === 0o060
    if (group !== undefined && gid !== 0 && groupMayUse && !gids.includes(gid)) {
      return members?.split(',').includes(user)
        ? `you are in the group '${group}' since your last login: log out and in again`
        : `join the group '${group}': sudo usermod -aG ${group} ${user}, then log out and in again`
    }
  } catch {
    // Not told: the general hint has to do.
  }
  return `ask for access: sudo chmod a+rw ${path}, until the board is unplugged`
}
