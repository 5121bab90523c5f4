import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { InaError, systemCode } from '../util/errors.ts'
import { ownValue } from '../util/records.ts'

/** Read at the begin of a file to find out what it is. */
const HEAD_BYTES = 256 * 1024
/** Pieces from further on, that many of that size. */
const PIECES = 16
const PIECE_BYTES = 16 * 1024
const CHUNK_BYTES = 256 * 1024
/** A line longer than this is cut: what has none is no text. */
const LONGEST_LINE = 1024 * 1024

/** Lines of a file, one after the other. */
export interface Lines {
  readonly lines: readonly string[]
  /** Number of the first one, from 1. */
  readonly first: number
}

/** What is read of a recording, wherever it stands. */
export interface RecordingInput {
  readonly path: string
  /** Without folders. */
  readonly name: string
  /** Name without its ending. */
  readonly stem: string
  /** How much of it was read, 0 to 1. */
  readonly progress: number
  /** Why its end could not be read; null: it could, as far as it was wanted. */
  readonly fault: InaError | null
  /** Whole lines, to the end or up to a fault. */
  lines(): AsyncGenerator<Lines>
}

/** A recording on disk, perhaps compressed with gzip. Reads it piece by piece. */
export class InputFile implements RecordingInput {
  readonly path: string
  /** Without folders. */
  readonly name: string
  readonly #size: number
  readonly #isGzip: boolean
  /** Its first bytes, unpacked. */
  readonly head: Buffer
  readonly #pieces: readonly Buffer[]
  readonly #encoding: string
  #read = 0
  #fault: InaError | null = null

  /** @throws InaError input_invalid: it can't be read */
  constructor(path: string) {
    this.path = path
    this.name = basename(path)
    let fd: number
    try {
      fd = openSync(path, 'r')
    } catch (error) {
      throw unreadable(path, error)
    }
    try {
      const stats = fstatSync(fd)
      if (!stats.isFile()) throw notAFile(path)
      this.#size = stats.size
      const start = readAt(fd, 0, HEAD_BYTES)
      this.#isGzip = start[0] === 0x1f && start[1] === 0x8b
      this.head = this.#isGzip ? unpacked(start, path) : start
      this.#pieces = this.#isGzip ? [] : piecesOf(fd, this.#size)
    } finally {
      closeSync(fd)
    }
    this.#encoding = encodingOf(this.head)
  }

  /** Name without its ending. */
  get stem(): string {
    return this.name.replace(/\.gz$/i, '').replace(/(?<=.)\.[^.]*$/, '')
  }

  get isGzip(): boolean {
    return this.#isGzip
  }

  /** How much of it was read, 0 to 1. */
  get progress(): number {
    return this.#size === 0 ? 1 : Math.min(1, this.#read / this.#size)
  }

  /** Why its end could not be read; null: it could, as far as it was wanted. */
  get fault(): InaError | null {
    return this.#fault
  }

  /** Whole lines: the first ones, and some from further on. */
  get look(): string[] {
    const cut = (piece: Buffer, isStart: boolean): string[] => {
      const lines = splitLines(new TextDecoder(this.#encoding).decode(piece))
      const isAll = isStart && this.head.length < HEAD_BYTES
      return lines.slice(isStart ? 0 : 1, isAll ? lines.length : -1)
    }
    const lines = cut(this.head, true)
    // UTF-16 can't be entered anywhere.
    if (this.#encoding === 'utf-16le') return lines
    for (const piece of this.#pieces) lines.push(...cut(piece, false))
    return lines
  }

  /** Up to the end, or to a fault. */
  async *bytes(): AsyncGenerator<Buffer> {
    const file = createReadStream(this.path, { highWaterMark: CHUNK_BYTES })
    file.on('data', (chunk) => {
      this.#read += chunk.length
    })
    const stream = this.#isGzip ? file.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : file
    if (this.#isGzip) file.on('error', (error) => stream.destroy(error))
    try {
      for await (const chunk of stream) yield chunk as Buffer
    } catch (error) {
      this.#fault = unreadable(this.path, error)
    } finally {
      file.destroy()
    }
  }

  async *lines(): AsyncGenerator<Lines> {
    const decoder = new TextDecoder(this.#encoding)
    let rest = ''
    let first = 1
    for await (const chunk of this.bytes()) {
      const text = rest + decoder.decode(chunk, { stream: true })
      const lines = splitLines(text.endsWith('\r') ? text.slice(0, -1) : text)
      rest = (lines.pop() ?? '') + (text.endsWith('\r') ? '\r' : '')
      if (rest.length > LONGEST_LINE) {
        lines.push(rest)
        rest = ''
      }
      if (lines.length === 0) continue
      yield { lines, first }
      first += lines.length
    }
    rest += decoder.decode()
    // A number that was cut is another number.
    if (rest !== '' && this.#fault === null) yield { lines: splitLines(rest), first }
  }
}

function splitLines(text: string): string[] {
  return text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')
}

function readAt(fd: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  return buffer.subarray(0, readSync(fd, buffer, 0, length, at))
}

/** The newest part among them. */
function piecesOf(fd: number, size: number): Buffer[] {
  const pieces: Buffer[] = []
  const left = size - HEAD_BYTES
  if (left <= 0) return pieces
  const length = Math.min(PIECE_BYTES, left)
  const step = (left - length) / (PIECES - 1)
  let endUntil = HEAD_BYTES
  for (let i = 0; i < PIECES; i++) {
    const at = Math.floor(HEAD_BYTES + step * i)
    if (at < endUntil) continue
    pieces.push(readAt(fd, at, length))
    endUntil = at + length
  }
  // Its last line need not have an end.
  const last = pieces.pop()
  return last === undefined ? [] : [...pieces, Buffer.concat([last, Buffer.from('\n')])]
}

function unpacked(start: Buffer, path: string): Buffer {
  try {
    const all = gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH })
    return all.subarray(0, HEAD_BYTES)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** UTF-8, UTF-16 with its mark (PowerShell's redirection), else Latin-1. */
function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  // The last character may be cut.
  for (let cut = 0; cut < 4; cut++) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, head.length - cut))
      return 'utf-8'
    } catch {
      // Perhaps cut one byte earlier.
    }
  }
  return 'latin1'
}

/** What zlib says of a compressed file; anything else the system says. */
const PACKED_FAULTS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'is cut off: its compressed data has no end',
  Z_DATA_ERROR: 'is damaged: its compressed data contradicts itself',
}

function unreadable(path: string, error: unknown): InaError {
  const code = systemCode(error) ?? 'unknown reason'
  const packed = ownValue(PACKED_FAULTS, code)
  return packed === undefined
    ? new InaError(
        'input_invalid',
        `'${path}' can't be read (${code})`,
        'check the path and its permissions, and that the file is whole',
        error,
      )
    : new InaError(
        'input_invalid',
        `'${path}' ${packed}`,
        'import a whole copy of it; what is in the log already is not added twice',
        error,
      )
}

function notAFile(path: string): InaError {
  return new InaError('input_invalid', `'${path}' is no regular file`, 'name a file')
}
