import type { Writable } from 'node:stream'

/** Where the board's line ends: a pseudo-serial port (`Pty` fits) or standard output. */
export interface BoardHost {
  /** False: nobody is there. */
  readonly open: boolean
  /** @returns false: hold on until `onDrain` */
  write(bytes: Uint8Array): boolean
  onDrain(listener: () => void): void
  /** What the host sends. */
  onData(listener: (chunk: Buffer) => void): void
  /** A host came: on a real board its DTR is a reset. */
  onOpened(listener: () => void): void
}

/** One way, for pipes: the reader sets the pace, the board waits for it. */
export function streamHost(stream: Writable): BoardHost {
  return {
    open: true,
    write: (bytes) => stream.write(bytes),
    onDrain: (listener) => {
      stream.on('drain', listener)
    },
    onData: () => {},
    onOpened: () => {},
  }
}
