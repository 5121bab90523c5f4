import { EventEmitter } from 'node:events'
import type { ReadStream } from 'node:tty'
import { EscapeSplitter, type InputUnit } from './escape-splitter.ts'

/** How long after Esc the rest of a sequence may take before it was the key; a slow link splits them. */
const ESCAPE_WAIT_MS = 60
/** How long a sequence may stop where it can be nothing else before its end counts as lost. */
const SEQUENCE_WAIT_MS = 1000
/** How long a paste may stop before its end counts as lost. */
const PASTE_WAIT_MS = 10_000
const CTRL_C = '\x03'
/** The answer to a device status report. */
const REPORT = /\x1b\[[03]n/g

/**
 * The keyboard as blessed takes it: the part of `tty.ReadStream` it uses, with
 * one `data` event per key sequence. Events besides: `gone`, the terminal hung up; `report`, it
 * answered a status report; `background` with what it answered when asked for its background; `paste` with
 * the text, which is never keys; `interrupt`, Ctrl-C while keys are dropped.
 */
export class KeyInput extends EventEmitter {
  readonly isTTY = true
  readonly #stream: ReadStream
  /** Ours: opened for the screen, closed with it. */
  readonly #owned: boolean
  readonly #splitter = new EscapeSplitter()
  #escapeTimer: NodeJS.Timeout | undefined
  /** Only reports are of interest any more, and the mode of the terminal stays. */
  #isDraining = false

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
    if (!this.#isDraining && !this.#stream.destroyed) this.#stream.setRawMode(raw)
    return this
  }

  resume(): this {
    this.#isDraining = false
    this.#stream.resume()
    return this
  }

  pause(): this {
    if (!this.#isDraining) this.#stream.pause()
    return this
  }

  /** Keys are dropped, answers still read; until `resume` or `release`. */
  drain(): void {
    this.#isDraining = true
  }

  /** Cooked mode, no more events; the stream is given back as it came. */
  release(): void {
    clearTimeout(this.#escapeTimer)
    this.#isDraining = false
    this.#stream.off('data', this.#onData)
    this.#stream.off('end', this.#onGone)
    if (this.#stream.isRaw) this.setRawMode(false)
    this.#stream.pause()
    // The error listener stays: a hang-up may be reported while closing.
    if (this.#owned) this.#stream.destroy()
  }

  readonly #onData = (bytes: Buffer | string): void => {
    clearTimeout(this.#escapeTimer)
    this.#take(this.#splitter.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes))
    const { pending, isPasting } = this.#splitter
    if (pending === null && !isPasting) return
    const sequenceMs = pending === 'escape' ? ESCAPE_WAIT_MS : SEQUENCE_WAIT_MS
    const waitMs = isPasting ? PASTE_WAIT_MS : sequenceMs
    this.#escapeTimer = setTimeout(() => this.#take(this.#splitter.flush()), waitMs)
    this.#escapeTimer.unref()
  }

  #take(units: readonly InputUnit[]): void {
    for (const { kind, bytes } of units) {
      const text = bytes.toString()
      if (kind === 'answer') {
        this.emit('background', text)
        continue
      }
      const reports = text.match(REPORT)?.length ?? 0
      for (let i = 0; i < reports; i++) this.emit('report')
      const isReport = reports > 0 && text.replace(REPORT, '') === ''
      if (this.#isDraining && kind === 'keys' && text.includes(CTRL_C)) this.emit('interrupt')
      if (this.#isDraining || (kind === 'keys' && isReport)) continue
      if (kind === 'keys') this.emit('data', bytes)
      // An answer may come in the middle of a paste.
      else this.emit('paste', text.replace(REPORT, ''))
    }
  }

  readonly #onGone = (): void => {
    this.emit('gone')
  }
}
