import type { BlessedScreen } from './blessed-screen.ts'
import type { Capabilities } from './capabilities.ts'
import { drainReports } from './drain-reports.ts'
import { FrameEncoder } from './frame-encoder.ts'
import { FramePacer } from './frame-pacer.ts'
import type { PictureOutput } from './picture-output.ts'
import type { Palette } from './rendition.ts'

/** Device status report: answered by `ESC[0n`, and by no key. */
const QUESTION = '\x1b[5n'
/** How often a frame under way looks whether to go on without an answer, ms. */
const LOOK_MS = 100
/** How long answers are waited for at least before the terminal is given back, ms. */
const SETTLE_MS = 2000
/** The same where the process dies, which it is not to do much later, ms. */
const LAST_ANSWER_MS = 300

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
  /** From when on the user may cut the wait for answers short. */
  #impatientMs = 0

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
    if (this.#pacer.owed(SETTLE_MS).count === 0) this.#settle()
    this.#pump()
  }

  /** A key, the mouse, another size: what the terminal owes is asked for again soon. */
  keyCame(): void {
    this.#pacer.keyCame()
    this.#askAgain()
  }

  /** Calls once no answer is under way, or none has come in time: a shell would take it for typing. */
  whenSettled(then: () => void): void {
    this.stop()
    const { count, waitMs } = this.#pacer.owed(SETTLE_MS)
    if (count === 0) {
      then()
      return
    }
    this.#impatientMs = this.#options.monoMs() + SETTLE_MS
    const timer = setTimeout(() => this.#settle(), waitMs)
    this.#onSettled = () => {
      clearTimeout(timer)
      then()
    }
  }

  /** The user does not want to wait for a terminal that takes long. */
  interrupt(): void {
    if (this.#options.monoMs() >= this.#impatientMs) this.#settle()
  }

  /** As `whenSettled`, at once and without the event loop: the process dies. @param isForced it is to do so now */
  settleNow(isForced: boolean): void {
    this.stop()
    const { count, waitMs } = this.#pacer.owed(LAST_ANSWER_MS)
    const mostMs = isForced ? Math.min(waitMs, LAST_ANSWER_MS) : waitMs
    drainReports({ count, waitMs: mostMs }, LAST_ANSWER_MS)
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
      this.#askAgain()
      this.#pump()
    }, LOOK_MS)
    this.#timer.unref()
  }

  #askAgain(): void {
    if (!this.#pacer.isOverdue || this.#options.output.stalled) return
    this.#options.output.write(QUESTION)
    this.#pacer.sent(0)
  }
}
