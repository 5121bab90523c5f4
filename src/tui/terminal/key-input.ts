import { EventEmitter } from 'node:events'
import type { ReadStream } from 'node:tty'
import { EscapeSplitter } from './escape-splitter.ts'

/** How long the rest of an escape sequence may take; a slow link splits them. */
const ESCAPE_WAIT_MS = 60

/**
 * The keyboard as blessed takes it: the part of `tty.ReadStream` it uses, with
 * one `data` event per key sequence. `gone`: the terminal hung up.
 */
export class KeyInput extends EventEmitter {
  readonly isTTY = true
  readonly #stream: ReadStream
  /** Ours: opened for the screen, closed with it. */
  readonly #owned: boolean
  readonly #splitter = new EscapeSplitter()
  #escapeTimer: NodeJS.Timeout | undefined

  constructor(stream: ReadStream, owned: boolean) {
    super()
    this.#stream = stream
    this.#owned = owned
    stream.on('data', this.#onData)
    stream.on('end', this.#onGone)
    stream.on('error', this.#onGone)
  }

  get isRaw(): boolean {
    return this.#stream.isRaw
  }

  get destroyed(): boolean {
    return this.#stream.destroyed
  }

  setRawMode(raw: boolean): this {
    if (!this.#stream.destroyed) this.#stream.setRawMode(raw)
    return this
  }

  resume(): this {
    this.#stream.resume()
    return this
  }

  pause(): this {
    this.#stream.pause()
    return this
  }

  /** Cooked mode, no more events; the stream is given back as it came. */
  release(): void {
    clearTimeout(this.#escapeTimer)
    this.#stream.off('data', this.#onData)
    this.#stream.off('end', this.#onGone)
    if (this.#stream.isRaw) this.setRawMode(false)
    this.#stream.pause()
    // The error listener stays: a hang-up may be reported while closing.
    if (this.#owned) this.#stream.destroy()
  }

  readonly #onData = (bytes: Buffer | string): void => {
    clearTimeout(this.#escapeTimer)
    const units = this.#splitter.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    for (const unit of units) this.emit('data', unit)
    if (!this.#splitter.pending) return
    this.#escapeTimer = setTimeout(() => {
      for (const unit of this.#splitter.flush()) this.emit('data', unit)
    }, ESCAPE_WAIT_MS)
  }

  readonly #onGone = (): void => {
    this.emit('gone')
  }
}
