import type { BlessedScreen } from './blessed-screen.ts'
import type { Capabilities } from './capabilities.ts'
import { FrameEncoder } from './frame-encoder.ts'
import { FramePacer } from './frame-pacer.ts'
import type { PictureOutput } from './picture-output.ts'
import type { Palette } from './rendition.ts'

/** Device status report: answered by `ESC[0n`, and by no key. */
const QUESTION = '\x1b[5n'
/** How often a frame under way looks whether to go on without an answer, ms. */
const LOOK_MS = 100
/** How long answers are waited for before the terminal is given back, ms. */
const SETTLE_MS = 2000

export interface FrameWriterOptions {
  readonly screen: BlessedScreen
  readonly output: PictureOutput
  readonly capabilities: Capabilities
  readonly palette: Palette
  readonly monoMs: () => number
}

/**
 * Sends what blessed's cells have become, piece by piece as the terminal
 * acknowledges them. A frame that is overtaken by another one is not finished:
 * what follows is of the new one.
 */
export class FrameWriter {
  readonly #options: FrameWriterOptions
  readonly #encoder: FrameEncoder
  readonly #pacer: FramePacer
  /** Rows in the order in which they are sent; null: all have been. */
  #order: readonly number[] | null = null
  #timer: NodeJS.Timeout | undefined
  #onSettled: (() => void) | null = null

  constructor(options: FrameWriterOptions) {
    this.#options = options
    const { palette, capabilities, monoMs } = options
    this.#encoder = new FrameEncoder(palette, capabilities.dialect)
    this.#pacer = new FramePacer(monoMs)
  }

  /** The frame is on the terminal, as far as can be known, and another may follow. */
  get isDone(): boolean {
    return this.#order === null && this.#pacer.room > 0 && !this.#options.output.stalled
  }

  /** Answers of the terminal that are still to come. */
  get outstanding(): number {
    return this.#pacer.outstanding
  }

  /** Another theme, from the next frame on. */
  repaint(palette: Palette): void {
    this.#encoder.repaint(palette)
    for (const row of this.#options.screen.lines) row.dirty = true
  }

  /** The terminal shows something unknown. */
  forget(): void {
    this.#encoder.forget()
  }

  /** @param first rows that the user is waiting for; the others follow from top to bottom */
  send(first: readonly number[] = []): void {
    const { screen } = this.#options
    const others = screen.lines.map((_, y) => y).filter((y) => !first.includes(y))
    this.#order = [...first, ...others]
    this.#pump()
  }

  /** Sends nothing more. */
  stop(): void {
    this.#order = null
    clearTimeout(this.#timer)
  }

  answered(): void {
    this.#pacer.answered()
    if (this.#pacer.outstanding === 0) this.#settle()
    this.#pump()
  }

  /** Calls once no answer is under way, or none has come in time: a shell would take it for typing. */
  whenSettled(then: () => void): void {
    this.stop()
    if (this.#pacer.outstanding === 0) {
      then()
      return
    }
    const timer = setTimeout(() => this.#settle(), SETTLE_MS)
    this.#onSettled = () => {
      clearTimeout(timer)
      then()
    }
  }

  #settle(): void {
    const then = this.#onSettled
    this.#onSettled = null
    then?.()
  }

  #pump(): void {
    if (this.#order === null) {
      this.#look()
      return
    }
    const { screen, output } = this.#options
    if (this.#pacer.room > 0 && !output.stalled) {
      // What blessed has gathered comes first.
      screen.program.flush()
      const { text, isWhole } = this.#encoder.encode(screen.lines, this.#order, this.#pacer.room)
      if (isWhole) this.#order = null
      if (text !== '') {
        output.writePicture(text, this.#pacer.asks ? QUESTION : '')
        this.#pacer.sent(Buffer.byteLength(text))
      }
    }
    this.#look()
  }

  /** While something is under way: answers may stay away. */
  #look(): void {
    clearTimeout(this.#timer)
    if (this.#order === null && this.#pacer.outstanding === 0) return
    this.#timer = setTimeout(() => {
      if (this.#pacer.isOverdue && !this.#options.output.stalled) {
        this.#options.output.write(QUESTION)
        this.#pacer.sent(0)
      }
      this.#pump()
    }, LOOK_MS)
    this.#timer.unref()
  }
}
