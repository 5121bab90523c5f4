import { closeSync, constants, openSync, readSync } from 'node:fs'

const STEP_MS = 5
const REPORT = /\x1b\[[03]n/g

const CTRL_C = '\x03'

/**
 * Reads the answers that a terminal still owes, at once and without the event loop: left alone, they
 * would be typed into the shell. Reads through a descriptor of its own that never blocks.
 *
 * @param owed how many, and how long they are waited for, ms
 * @param leastMs after that, Ctrl-C ends the wait
 */
export function drainReports(
  owed: { readonly count: number; readonly waitMs: number },
  leastMs: number,
): void {
  if (owed.count === 0 || process.platform === 'win32') return
  let fd: number
  try {
    fd = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return
  }
  const buffer = Buffer.alloc(256)
  let text = ''
  const startMs = performance.now()
  const endMs = startMs + owed.waitMs
  while ((text.match(REPORT)?.length ?? 0) < owed.count && performance.now() < endMs) {
    try {
      const more = buffer.toString('latin1', 0, readSync(fd, buffer))
      text += more
      if (more.includes(CTRL_C) && performance.now() >= startMs + leastMs) break
    } catch {
      // Nothing yet.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MS)
    }
  }
  closeSync(fd)
}
