import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { isatty } from 'node:tty'

let installed = false

/**
 * Lets the process end with its own exit code after its terminal hung up.
 *
 * On exit, Node puts back the mode of the terminals that it started on, and
 * aborts with a core dump where that fails (`ResetStdio` in node.cc, Node 20).
 * It skips descriptors that have become another file, so the dead ones do.
 */
export function surviveHangUp(): void {
  if (installed || process.platform === 'win32') return
  installed = true
  const terminals = [0, 1, 2].filter((fd) => isatty(fd))
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) replaceByNothing(fd)
  })
}

function replaceByNothing(fd: number): void {
  try {
    closeSync(fd)
    // The lowest free descriptor, which is the one just closed.
    openSync(devNull, fd === 0 ? 'r' : 'w')
  } catch {
    // Closed already: Node skips that, too.
  }
}
