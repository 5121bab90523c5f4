import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { refuseLogAsOutput } from '../storage/file/output-guard.ts'
import { createDraft, removeDraft, sweepDrafts } from '../util/draft-file.ts'
import { END_SIGNALS } from '../util/end-signals.ts'
import { InaError, systemCode } from '../util/errors.ts'
import { realPath } from '../util/paths.ts'

/** Where an export or a summary goes. */
export interface OutputTarget {
  /** Resolves when it has been written, so that a buffer may be used again. */
  write(chunk: string | Buffer): Promise<void> | void
  /** All is written: what was there before is replaced now. */
  finish(): void
  /** It failed: what was there before stays. */
  abandon(): void
}

export function streamTarget(stream: NodeJS.WritableStream): OutputTarget {
  return {
    write: (chunk) => {
      if (chunk.length === 0) return
      return new Promise((resolve) => {
        // No answer to errors: a reader that went away ends the process (cli/run.ts).
        stream.write(chunk, (error) => {
          if (!error) resolve()
        })
      })
    },
    finish: () => undefined,
    abandon: () => undefined,
  }
}

/**
 * A file that is complete or as it was before: written under another name, synced,
 * then renamed. Links are written through, a file that is there keeps its mode, a
 * new one is private to the user (0600). Pipes and devices are written to as they are.
 *
 * @param log the log of this command, never to be hit; null: none
 * @throws InaError usage_invalid
 */
export function fileTarget(path: string, log: string | null): OutputTarget {
  const { target, before, isPlain } = checkOutput(path, log)
  let draft = target
  let fd: number | null = null
  let pausedMs = performance.now()
  const close = (): void => {
    if (fd !== null) closeSync(fd)
    fd = null
    for (const signal of END_SIGNALS) process.off(signal, onSignal)
  }
  const abandon = (): void => {
    close()
    if (draft !== target) removeDraft(draft)
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    abandon()
    process.kill(process.pid, signal)
  }
  // Before there is a draft that a signal could leave behind.
  for (const signal of END_SIGNALS) process.once(signal, onSignal)
  try {
    if (isPlain) draft = attempt(path, () => createDraft(target))
    fd = attempt(path, () => openSync(draft, 'w'))
    if (isPlain && before !== undefined) keepOwner(fd, before)
  } catch (error) {
    abandon()
    throw error
  }
  return {
    write: (chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      attempt(path, () => {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd as number, bytes, at)
      })
      if (performance.now() - pausedMs < BUSY_MS) return
      pausedMs = performance.now()
      return new Promise((resolve) => setImmediate(resolve))
    },
    finish: () =>
      attempt(path, () => {
        if (isPlain) fsyncSync(fd as number)
        close()
        if (isPlain) renameSync(draft, target)
      }),
    abandon,
  }
}

/** Writing goes on this long before signals get their turn, ms. */
const BUSY_MS = 50

/**
 * Tries where a file could be written without touching what is there.
 *
 * @throws InaError usage_invalid: no such folder, no permission, a folder, a log
 */
export function tryOutput(path: string, log: string | null): void {
  const { target, isPlain } = checkOutput(path, log)
  // Opening a pipe would wait for its reader.
  if (isPlain) attempt(path, () => removeDraft(createDraft(target)))
}

interface CheckedOutput {
  /** Behind all links. */
  readonly target: string
  /** undefined: a new file */
  readonly before: Stats | undefined
  /** False for pipes and devices. */
  readonly isPlain: boolean
}

function checkOutput(path: string, log: string | null): CheckedOutput {
  refuseLogAsOutput(path, log)
  const target = realPath(path)
  const before = attempt(path, () => statSync(target, { throwIfNoEntry: false }))
  const isPlain = before?.isFile() ?? true
  if (before?.isDirectory() === true || /[\\/]$/.test(path)) throw unwritable(path, 'a folder')
  if (before !== undefined) attempt(path, () => accessSync(target, constants.W_OK))
  if (isPlain) sweepDrafts(target)
  return { target, before, isPlain }
}

/** What replaces a file is as open to others as that was, and not more. */
function keepOwner(fd: number, { uid, gid, mode }: Stats): void {
  let bits = mode & 0o777
  try {
    fchownSync(fd, uid, gid)
  } catch {
    // Another user's file in a folder of ours: it becomes ours, and its group may be another one.
    bits &= 0o707
  }
  fchmodSync(fd, bits)
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw unwritable(path, systemCode(error) ?? 'unknown reason', error)
  }
}

function unwritable(path: string, reason: string, cause?: unknown): InaError {
  return new InaError(
    'usage_invalid',
    `${path} can't be written (${reason})`,
    'check the folder, its permissions and the free space, or name another file',
    cause,
  )
}
