import { fstatSync, readSync } from 'node:fs'

/** Format: sqlite.org/fileformat.html, 4.1 and 4.2. */
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const MAGIC = 0x377f_0682

export interface WalFrames {
  readonly pageBytes: number
  /** Pages of the database after the last commit in it; null: there is none. */
  readonly pages: number | null
  /** Of each page, where its newest committed version stands. */
  readonly frames: ReadonlyMap<number, number>
  /** What is wrong with it, in words; null: nothing. */
  readonly fault: string | null
}

/** Reads what a WAL holds that was committed. @returns null: nothing was written to it */
export function readWal(fd: number): WalFrames | null {
  const { size } = fstatSync(fd)
  const header = Buffer.alloc(HEADER_BYTES)
  if (readSync(fd, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return null
  // As a power cut leaves a file of which nothing was synced.
  if (header.every((byte) => byte === 0)) return null
  const magic = header.readUInt32BE(0)
  const sum = new Checksum((magic & 1) === 1)
  sum.add(header, 0, 24)
  const isSound =
    magic >>> 1 === MAGIC >>> 1 && sum.is(header.readUInt32BE(24), header.readUInt32BE(28))
  const pageBytes = header.readUInt32BE(8)
  const isSize = pageBytes >= 512 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0
  if (!isSound || !isSize) {
    return {
      pageBytes: 4096,
      pages: null,
      frames: new Map(),
      fault: 'the head of its WAL is damaged',
    }
  }
  const frames = new Map<number, number>()
  let open = new Map<number, number>()
  let pages: number | null = null
  let fault: string | null = null
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageBytes)
  for (let at = HEADER_BYTES; at + frame.length <= size; at += frame.length) {
    readSync(fd, frame, 0, frame.length, at)
    sum.add(frame, 0, 8)
    sum.add(frame, FRAME_HEADER_BYTES, pageBytes)
    const isOfRound = frame.compare(header, 16, 24, 8, 16) === 0
    if (!isOfRound || !sum.is(frame.readUInt32BE(16), frame.readUInt32BE(20))) {
      // Its end: what an earlier round has left, or the last page of a commit that did not end.
      const behind = framesOfRound(fd, header, at + frame.length, frame.length)
      if (behind > 0) fault = `its WAL is damaged: ${behind + 1} of its pages can't be used`
      break
    }
    open.set(frame.readUInt32BE(0), at + FRAME_HEADER_BYTES)
    const committed = frame.readUInt32BE(4)
    if (committed === 0) continue
    pages = committed
    for (const [page, place] of open) frames.set(page, place)
    open = new Map()
  }
  return { pageBytes, pages, frames, fault }
}

/** Frames from a place on that were written in this round of a WAL. */
function framesOfRound(fd: number, header: Buffer, from: number, frameBytes: number): number {
  const salts = Buffer.alloc(8)
  let count = 0
  for (let at = from + 8; readSync(fd, salts, 0, 8, at) === 8; at += frameBytes) {
    if (salts.compare(header, 16, 24) === 0) count++
  }
  return count
}

/** The running sum of a WAL (4.2): two words, over pairs of words in the byte order of its writer. */
class Checksum {
  readonly #isBigEndian: boolean
  #one = 0
  #two = 0

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian
  }

  /** @param length a multiple of 8 */
  add(bytes: Buffer, from: number, length: number): void {
    for (let at = from; at < from + length; at += 8) {
      const [a, b] = this.#isBigEndian
        ? [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]
        : [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]
      this.#one = (this.#one + a + this.#two) >>> 0
      this.#two = (this.#two + b + this.#one) >>> 0
    }
  }

  is(one: number, two: number): boolean {
    return this.#one === one && this.#two === two
  }
}
