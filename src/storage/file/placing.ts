import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from '../../util/errors.ts'
import { logError } from './log-errors.ts'

/** Size in bytes; 0 where there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** 0 where there is no such file. */
export function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0
}

/** Makes the folder of the log, private to the user. */
export function makeFolder(file: string): void {
  try {
    makeFolders(dirname(file))
  } catch (error) {
    throw logError(error, file)
  }
}

/** One by one: Node's own recursion never ends below a folder such as /proc that takes none. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolders(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/** `<path><word>1`, or the first higher number that is no file yet. */
export function freeName(path: string, word: string): string {
  for (let n = 1; ; n++) {
    const name = `${path}${word}${n}`
    if (!existsSync(name)) return name
  }
}

/** Puts a complete file in its place in one step; never over another one. */
export function place(draft: string, file: string): void {
  // An empty file is what a crash leaves of SQLite's own first step, or `touch`.
  if (existsSync(file) && sizeOf(file) === 0) rmSync(file)
  try {
    // Unlike rename, link never replaces what another program put there meanwhile.
    linkSync(draft, file)
    rmSync(draft)
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || existsSync(file)) throw error
    renameSync(draft, file)
  }
  syncFolder(file)
}

/** Makes the name of a new file durable. */
export function syncFolder(file: string): void {
  try {
    sync(dirname(file))
  } catch {
    // Windows opens no folders.
  }
}

/** Returns when what was written is on the disk. */
export function sync(path: string): void {
  // Windows syncs only what may be written, others open folders only to read.
  const fd = openSync(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
