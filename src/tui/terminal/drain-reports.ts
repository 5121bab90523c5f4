import { closeSync, constants, openSync, readSync } from 'node:fs'

/** How long the answers of a terminal are waited for while the process dies. */
const WAIT_MS = 300
const STEP_MS = 5
const REPORT = /\x1b\[[03]n/g

/**
 * Reads the answers that a terminal still owes, at once and without the event loop: left alone, they
 * would be typed into the shell. Reads through a descriptor of its own that never blocks.
 */
export function drainReports(expected: number): void {
  if (expected === 0 || process.platform === 'win32') return
  let fd: number
  try {
    fd = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return
  }
  const buffer = Buffer.alloc(256)
  let text = ''
  const endMs = performance.now() + WAIT_MS
  while ((text.match(REPORT)?.length ?? 0) < expected && performance.now() < endMs) {
    try {
      text += buffer.toString('latin1', 0, readSync(fd, buffer))
    } catch {
      // Nothing yet.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MS)
    }
  }
  closeSync(fd)
}
