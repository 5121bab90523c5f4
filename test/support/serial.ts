import { openSync, readdirSync } from 'node:fs'
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
 * Further `stdio` entries for a child process that is started while a port of
 * this process is open. node-pty's descriptors are passed on to children, and a
 * port whose other end a child holds, unknowing, never hangs up:
 * `spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', ...shutInherited()] })`.
 */
export function shutInherited(): number[] {
  const highest = Math.max(2, ...readdirSync('/dev/fd').map(Number))
  return Array.from({ length: highest - 2 }, () => nothing())
}

let nothingFd: number | null = null
function nothing(): number {
  nothingFd ??= openSync('/dev/null', 'r+')
  return nothingFd
}
