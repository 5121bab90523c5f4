import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { InaError, systemCode } from '../../util/errors.ts'

/** Where an export goes. */
export interface ExportTarget {
  /** Resolves when more may be written. */
  write(chunk: string | Buffer): Promise<void> | void
  /** All is written: what was there before is replaced now. */
  finish(): void
  /** It failed: what was there before stays. */
  abandon(): void
}

export function streamTarget(stream: NodeJS.WritableStream): ExportTarget {
  return {
    write: (chunk) => {
      if (chunk.length === 0 || stream.write(chunk)) return
      // No listener for errors: a reader that went away ends the process (cli/run.ts).
      return new Promise((resolve) => stream.once('drain', resolve))
    },
    finish: () => undefined,
    abandon: () => undefined,
  }
}

/**
 * A file that is complete or not there: written under another name, private to
 * the user, synced, then renamed. Pipes and devices are written to as they are.
 */
export function fileTarget(path: string): ExportTarget {
  const target = resolveLinks(path)
  const isPlain = statSync(target, { throwIfNoEntry: false })?.isFile() ?? true
  const draft = isPlain ? join(dirname(target), `.${basename(target)}.${process.pid}.part`) : target
  const fd = attempt(path, () => openSync(draft, 'w', 0o600))
  let isOpen = true
  let pausedMs = performance.now()
  const close = (): void => {
    if (isOpen) closeSync(fd)
    isOpen = false
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  const abandon = (): void => {
    close()
    if (isPlain) rmSync(draft, { force: true })
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    abandon()
    process.kill(process.pid, signal)
  }
  for (const signal of SIGNALS) process.once(signal, onSignal)
  return {
    write: (chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      attempt(path, () => {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
      })
      if (performance.now() - pausedMs < BUSY_MS) return
      pausedMs = performance.now()
      return new Promise((resolve) => setImmediate(resolve))
    },
    finish: () =>
      attempt(path, () => {
        if (isPlain) fsyncSync(fd)
        close()
        if (isPlain) renameSync(draft, target)
      }),
    abandon,
  }
}

/** Writing goes on this long before signals get their turn, ms. */
const BUSY_MS = 50

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function resolveLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new InaError(
      'usage_invalid',
      `${path} can't be written (${systemCode(error) ?? 'unknown reason'})`,
      'check the folder, its permissions and the free space, or name another file with -o',
      error,
    )
  }
}
