import { closeSync, openSync } from 'node:fs'
import { isatty, ReadStream, WriteStream } from 'node:tty'
import { InaError } from '../../util/errors.ts'

/** The terminal that the process belongs to, whatever its standard streams are. */
const TERMINAL_FILES =
  process.platform === 'win32'
    ? { keys: '\\\\.\\CONIN$', output: '\\\\.\\CONOUT$' }
    : { keys: '/dev/tty', output: '/dev/tty' }

export interface Opened<T> {
  readonly stream: T
  /** True: opened here, so to be closed here. */
  readonly owned: boolean
}

/** The stream that keys come from: the given one where it is a terminal, else the terminal itself. */
export function openKeys(input: ReadStream | null): Opened<ReadStream> {
  if (input?.isTTY) return { stream: input, owned: false }
  return { stream: new ReadStream(openTerminal(TERMINAL_FILES.keys, 'keys')), owned: true }
}

/** The stream that pictures go to: the given one where it is a terminal, else the terminal itself. */
export function openOutput(output: NodeJS.WriteStream): Opened<WriteStream> {
  if (output.isTTY) return { stream: output as unknown as WriteStream, owned: false }
  return { stream: new WriteStream(openTerminal(TERMINAL_FILES.output, 'a screen')), owned: true }
}

function openTerminal(file: string, what: string): number {
  try {
    const fd = openSync(file, 'r+')
    if (isatty(fd)) return fd
    closeSync(fd)
  } catch (error) {
    // ENXIO, ENOENT, EACCES: the process has no terminal, whatever the reason.
    throw noTerminal(what, error)
  }
  throw noTerminal(what)
}

function noTerminal(what: string, cause?: unknown): InaError {
  return new InaError(
    'usage_invalid',
    `there is no terminal for ${what}`,
    'run it in a terminal, or use --output plain',
    cause,
  )
}

/** Whether a terminal can be had for keys even where standard input is a pipe. */
export function terminalReachable(): boolean {
  try {
    const fd = openSync(TERMINAL_FILES.keys, 'r+')
    closeSync(fd)
    return true
  } catch {
    return false
  }
}
