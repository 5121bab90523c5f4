import { createRequire } from 'node:module'
import { openPty, type Pty } from '../../mock/pty.ts'

/** node-pty is optional: tests that need a pseudo-serial port skip without it. */
export const hasPty: boolean = (() => {
  try {
    createRequire(import.meta.url)('node-pty')
    return process.platform !== 'win32'
  } catch {
    return false
  }
})()

/**
 * Waits until `condition` holds; polls, so that a test is as quick as the machine.
 *
 * @param deadlineMs longest wait in ms before the test fails
 */
export async function until(
  condition: () => boolean,
  what: string,
  deadlineMs = 10_000,
): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`timed out waiting for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A pseudo-serial port with everything the host sent so far. */
export interface RecordedPty extends Pty {
  received(): Buffer
}

export async function openRecordedPty(link?: string): Promise<RecordedPty> {
  const pty = await openPty(link === undefined ? {} : { link })
  let all = Buffer.alloc(0)
  pty.onData((chunk) => {
    all = Buffer.concat([all, chunk])
  })
  return Object.assign(pty, { received: () => all })
}

/**
 * A command line that closes inherited descriptors before it becomes the program.
 * node-pty's are passed on to child processes, and a port whose other end a child
 * holds open, itself perhaps, never hangs up: use it for every program that is
 * started while a port of this process is open.
 */
export function withoutInherited(command: readonly string[]): [string, string[]] {
  const script =
    'for fd in /proc/self/fd/*; do n=$' +
    '{fd##*/}; if [ "$n" -gt 2 ]; then eval "exec $n>&-" 2>/dev/null; fi; done; exec "$@"'
  return ['sh', ['-c', script, 'sh', ...command]]
}
