import { EventEmitter } from 'node:events'
import { writeSync } from 'node:fs'
import { isatty, type WriteStream } from 'node:tty'
import { systemCode } from '../../util/errors.ts'

/** Synchronized output: the terminal shows what is between the two at once. */
const BEGIN_PICTURE = '\x1b[?2026h'
const END_PICTURE = '\x1b[?2026l'
/** A shorter picture comes in one read anyway, and its 16 bytes more would be a large part of it. */
const SYNCHRONIZED_FROM = 512
/** CAN: ends a control sequence of which a stalled terminal got only the begin. */
const CANCEL = '\x18'
/** Where the terminal does not report its size (some containers and serial consoles). */
const FALLBACK = { columns: 80, rows: 24 }
/** Last words to a terminal that may not be reading. */
const LAST_WRITE_TRIES = 50

/** What Node's TTY streams have and their declarations leave out. */
interface TtyInternals {
  readonly fd?: number
  readonly _handle?: { setBlocking?(blocking: boolean): void } | null
}

export interface PictureOutputOptions {
  /** Ours: opened for the screen, closed with it. */
  readonly owned: boolean
  /** False for terminals that would print the control sequence. */
  readonly synchronized: boolean
}

/**
 * The terminal as blessed writes to it: the part of `tty.WriteStream` it uses.
 * Writes never block: a stalled terminal (Ctrl-S, an SSH hiccup) would stop
 * the whole process, sampling included, since Node writes to TTYs
 * synchronously. `stalled` says when a picture has to be left out.
 */
export class PictureOutput extends EventEmitter {
  readonly isTTY = true
  readonly #stream: WriteStream
  readonly #options: PictureOutputOptions
  #mode: 'open' | 'last_words' | 'closed' = 'open'
  #bytes = 0

  constructor(stream: WriteStream, options: PictureOutputOptions) {
    super()
    this.#stream = stream
    this.#options = options
    this.#setBlocking(false)
    stream.on('resize', this.#onResize)
    stream.on('error', this.#onError)
  }

  get columns(): number {
    return this.#stream.columns || FALLBACK.columns
  }

  get rows(): number {
    return this.#stream.rows || FALLBACK.rows
  }

  get writable(): boolean {
    return this.#mode !== 'closed'
  }

  /** blessed asks whether anything has been written yet. */
  get bytesWritten(): number {
    return this.#bytes
  }

  get stalled(): boolean {
    return this.#stream.writableLength > 0
  }

  /** What is no picture: blessed's own sequences, modes, the bell. */
  write(text: string): boolean {
    if (this.#mode === 'closed' || text === '') return true
    if (this.#isGone()) {
      this.#mode = 'closed'
      this.emit('gone')
      return true
    }
    if (this.#mode === 'last_words') return this.#writeNow(text)
    this.#bytes += text.length
    return this.#stream.writable ? this.#stream.write(text) : true
  }

  /** A piece of a picture; a large one is shown at once where the terminal can. @param end after it, in the same write */
  writePicture(text: string, end: string): void {
    const isWrapped = this.#options.synchronized && text.length >= SYNCHRONIZED_FROM
    this.write((isWrapped ? BEGIN_PICTURE + text + END_PICTURE : text) + end)
  }

  /** The process is about to die: what follows goes out at once or never. */
  lastWords(): void {
    if (this.#mode === 'closed' || this.#mode === 'last_words') return
    this.#mode = 'last_words'
    if (this.stalled) this.#writeNow(CANCEL + (this.#options.synchronized ? END_PICTURE : ''))
  }

  /** Takes no more; calls back when the terminal has everything, or does not take it in time. */
  release(timeoutMs: number, done: () => void): void {
    this.#mode = 'closed'
    this.#stream.off('resize', this.#onResize)
    let finished = false
    const finish = (): void => {
      if (finished) return
      finished = true
      clearTimeout(timer)
      // libuv forbids blocking mode while writes are queued.
      if (!this.stalled) this.#setBlocking(true)
      // The error listener stays: a write may fail after this.
      if (this.#options.owned) this.#stream.destroy()
      done()
    }
    const timer = setTimeout(finish, timeoutMs)
    if (!this.stalled) finish()
    else this.#stream.write('', finish)
  }

  /** A terminal that hung up is none any more; writing to it would raise errors on a shared stream. */
  #isGone(): boolean {
    const { fd } = this.#internals
    return typeof fd === 'number' && !isatty(fd)
  }

  get #internals(): TtyInternals {
    return this.#stream as unknown as TtyInternals
  }

  #setBlocking(blocking: boolean): void {
    this.#internals._handle?.setBlocking?.(blocking)
  }

  /** Past Node's queue, straight to the file; gives up soon where nobody reads. */
  #writeNow(text: string): boolean {
    const { fd } = this.#internals
    if (fd === undefined) return false
    let rest = Buffer.from(text)
    for (let tries = 0; rest.length > 0 && tries < LAST_WRITE_TRIES; tries++) {
      try {
        rest = rest.subarray(writeSync(fd, rest))
      } catch (error) {
        if (systemCode(error) !== 'EAGAIN') return false
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
      }
    }
    return rest.length === 0
  }

  readonly #onResize = (): void => {
    this.emit('resize')
  }

  readonly #onError = (): void => {
    if (this.#mode === 'closed') return
    this.#mode = 'closed'
    this.emit('gone')
  }
}
