import { readSync } from 'node:fs'

/** Of an open port of `@serialport/bindings-cpp` 13, as far as it is needed here. */
interface Binding {
  readonly isOpen: boolean
  readonly fd: number | null
  readonly poller?: {
    once(event: 'readable', done: (error: Error | null) => void): void
  }
}

interface Wish {
  readonly binding: Binding
  readonly buffer: Buffer
  readonly offset: number
  readonly length: number
}

/** No bytes after all: the port is opened so that a read never waits. */
const NOT_YET: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR'])
/** So many reads in a row that bring nothing, though the system said that there is something: nobody is at the other end. */
const MOST_EMPTY = 100

/**
 * How serialport reads where the system has file descriptors; stands in for its own function of that name in the bundle
 * (scripts/serial-binding.mjs). That one asks a thread of libuv's pool to read, and after each line once more, to be told by an
 * error that there is nothing: at 10 lines a second a tenth of all that a logger without a screen does. This one waits until
 * there is something, and then reads it in place: a driver that changes the line's settings meanwhile may hold that up.
 *
 * @throws Error `canceled`: the port was closed meanwhile; else it is gone
 */
export async function unixRead({
  binding,
  buffer,
  offset,
  length,
}: Wish): Promise<{ bytesRead: number; buffer: Buffer }> {
  for (let empty = 0; empty < MOST_EMPTY; ) {
    await readable(binding)
    const { fd } = binding
    if (!binding.isOpen || fd === null) throw closed()
    try {
      const bytesRead = readSync(fd, buffer, offset, length, null)
      if (bytesRead > 0) return { bytesRead, buffer }
      empty++
    } catch (error) {
      if (!NOT_YET.has((error as NodeJS.ErrnoException).code)) throw error
    }
  }
  throw new Error('the other end hung up')
}

function readable({ poller, isOpen }: Binding): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!isOpen || poller === undefined) reject(closed())
    else poller.once('readable', (error) => (error === null ? resolve() : reject(error)))
  })
}

function closed(): Error {
  return Object.assign(new Error('Port is not open'), { canceled: true })
}
