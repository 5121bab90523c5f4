import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../util/errors.ts'
import { type Finding, Findings } from './finding.ts'

/** `f_type` of statfs (linux/magic.h and the drivers' own) of file systems that are elsewhere. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
])
/** Those that are gone after a restart. */
const MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

export interface DiskNeed {
  /** The log, as `logFilePath` gives it. */
  readonly file: string
  /** What the log will take once it is full, bytes. */
  readonly bytes: number
  /** What that reckons with, such as `48h at 1 sample/s`. */
  readonly basis: string
}

/** The place of the log: whether it takes one, and enough of it. */
export function checkDisk({ file, bytes, basis }: DiskNeed): Finding[] {
  const found = new Findings('disk')
  let folder = dirname(file)
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  if (!statSync(folder).isDirectory()) {
    found.add('problem', `${folder} is no folder`, 'name another file with --db')
    return found.list
  }
  const target = existsSync(file) ? file : folder
  const reason = refusal(target) ?? (target === file ? refusal(folder) : null)
  if (reason === null) found.add('ok', `${target} can be written`)
  else {
    found.add(
      'problem',
      `${target} can't be written (${reason})`,
      reason === 'EROFS'
        ? 'the disk is read-only: name a file on another one with --db'
        : 'correct its owner or permissions, or name another file with --db',
    )
  }
  checkKind(found, folder)
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const left = Math.max(0, bytes - (existsSync(file) ? statSync(file).size : 0))
  const isEnough = free > left
  found.add(
    free < 2 ** 24 ? 'problem' : isEnough ? 'ok' : 'warning',
    `${size(free)} free; the log takes ${size(bytes)} (${basis})`,
    isEnough
      ? null
      : 'make room, keep less with --retain, or name a file on another disk with --db',
  )
  return found.list
}

function checkKind(found: Findings, folder: string): void {
  // Negative where the kernel's number has the highest of 32 bits set.
  const type = statfsSync(folder).type >>> 0
  const network = process.platform === 'linux' ? NETWORK.get(type) : undefined
  if (network !== undefined) {
    found.add(
      'warning',
      `${folder} is on a network file system (${network}): SQLite's WAL needs memory that all who read share`,
      'keep the log on a disk of this machine, with --db, and copy it away with export or a back-up',
    )
  } else if (process.platform === 'linux' && MEMORY.has(type)) {
    found.add(
      'warning',
      `${folder} is in memory: a log there is gone after a restart`,
      'name a file on a disk with --db',
    )
  }
}

function refusal(path: string): string | null {
  try {
    accessSync(path, constants.W_OK)
    return null
  } catch (error) {
    return systemCode(error) ?? 'unknown reason'
  }
}

export function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} KB`
}
