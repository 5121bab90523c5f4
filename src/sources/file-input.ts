import { readSync } from 'node:fs'
import { Readable } from 'node:stream'

/** Small enough that timers and other devices hardly wait: some 2 ms of work. */
const CHUNK_BYTES = 128 * 1024

/**
 * A file as standard input. `fs.ReadStream` hands each 64 KB to another thread and back, which takes as long
 * as a tenth of all work on them; what is read here is nearly always in memory already.
 *
 * @param fd of a regular file; stays open
 */
export function fileInput(fd: number): Readable {
  // Used again for each chunk: nothing is read before the chunk is taken.
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  const readNext = (input: Readable): void => {
    if (input.destroyed) return
    try {
      const length = readSync(fd, buffer, 0, CHUNK_BYTES, null)
      input.push(length === 0 ? null : buffer.subarray(0, length))
    } catch (error) {
      input.destroy(error as Error)
    }
  }
  return new Readable({
    // Nothing is read while anything waits.
    highWaterMark: 1,
    read() {
      // Timers and other sources get their turn between two chunks.
      setImmediate(readNext, this)
    },
  })
}
