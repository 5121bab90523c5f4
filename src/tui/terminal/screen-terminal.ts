import type { ReadStream, WriteStream } from 'node:tty'
import type { Size } from '../view/layout.ts'
import type { MouseReport } from '../view/pointer.ts'
import { type BlessedScreen, createBlessedScreen, type KeyPress } from './blessed-screen.ts'
import { BACKGROUND_QUESTION, type Capabilities } from './capabilities.ts'
import { onDying } from './dying-process.ts'
import { FrameWriter } from './frame-writer.ts'
import { surviveHangUp } from './hang-up.ts'
import { KeyInput } from './key-input.ts'
import { mouseReport } from './mouse-report.ts'
import { PictureOutput } from './picture-output.ts'
import type { Palette } from './rendition.ts'
import { openKeys, openOutput } from './tty.ts'

/** Buttons and wheel, motion only while a button is held (all motion would flood), SGR coordinates. */
const MOUSE_ON = '\x1b[?1002h\x1b[?1006h'
const MOUSE_OFF = '\x1b[?1006l\x1b[?1002l'
/** What is pasted comes between two signs, so that it can be told from keys. */
const PASTE_ON = '\x1b[?2004h'
const PASTE_OFF = '\x1b[?2004l'
const BELL = '\x07'
const PLAIN_TEXT = '\x1b[m\x1b[?25h'
/** For terminals that have no other buffer to come back from. */
const CLEAR = '\x1b[m\x1b[H\x1b[2J'
/** How long a terminal may take over the last bytes. */
const DRAIN_MS = 1000
/** Where nothing stops the process (it is alone in its session), it comes back by itself. */
const STOP_WAIT_MS = 200
export interface ScreenTerminalOptions {
  readonly input: ReadStream | null
  readonly output: NodeJS.WriteStream
  readonly mouse: boolean
  readonly capabilities: Capabilities
  readonly palette: Palette
  /** @param key full name, such as `C-c`; @param char what it types, maybe half a character; null: nothing */
  readonly onKey: (key: string, char: string | null) => void
  readonly onMouse: (report: MouseReport) => void
  /** Text was pasted: never keys, whatever is in it. */
  readonly onPaste: (text: string) => void
  /** What the terminal answers when asked for its background; where it doesn't, never. */
  readonly onBackground: (answer: string) => void
  /** Another size, or back from the shell: everything has to be drawn again. */
  readonly onStale: () => void
  /** It has taken the last picture, see `ready`. */
  readonly onReady: () => void
  /** The terminal hung up. */
  readonly onGone: () => void
  readonly monoMs: () => number
}

/**
 * The terminal while the screen has it: takes it, lends it to the shell on
 * Ctrl-Z, and gives it back as it was, however the process ends.
 */
export class ScreenTerminal {
  readonly screen: BlessedScreen
  readonly ended: Promise<void>
  readonly #options: ScreenTerminalOptions
  readonly #input: KeyInput
  readonly #output: PictureOutput
  readonly #outputStream: WriteStream
  readonly #frames: FrameWriter
  readonly #ignoreDying: () => void
  #state: 'shown' | 'suspended' | 'closed' = 'shown'
  #isGone = false
  #hasReleasedKeys = false
  #resumeTimer: NodeJS.Timeout | undefined
  #hasMouse = false
  #resolveEnded = (): void => {}

  constructor(options: ScreenTerminalOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    const { capabilities, mouse } = options
    surviveHangUp()
    const output = openOutput(options.output)
    this.#outputStream = output.stream
    try {
      const keys = openKeys(options.input)
      this.#input = new KeyInput(keys.stream, keys.owned)
    } catch (error) {
      if (output.owned) output.stream.destroy()
      throw error
    }
    const synchronized = capabilities.modern
    this.#output = new PictureOutput(output.stream, { owned: output.owned, synchronized })
    const { terminal } = capabilities
    this.screen = createBlessedScreen({
      input: this.#input,
      output: this.#output,
      terminal,
      onCleared: () => this.#frames.forget(),
    })
    this.#frames = new FrameWriter({
      screen: this.screen,
      output: this.#output,
      capabilities,
      palette: options.palette,
      monoMs: options.monoMs,
    })
    this.screen.on('keypress', (char: string | undefined, { full }: KeyPress) => {
      options.onKey(full, char ?? null)
    })
    this.screen.on('resize', () => {
      this.#frames.keyCame()
      options.onStale()
    })
    this.#input.on('gone', this.#onGone)
    this.#input.on('report', () => {
      this.#frames.answered()
      if (this.ready) options.onReady()
    })
    this.#input.on('interrupt', () => this.#frames.interrupt())
    this.#input.on('paste', options.onPaste)
    this.#input.on('background', options.onBackground)
    this.#output.on('gone', this.#onGone)
    this.#input.on('data', (unit: Buffer) => {
      this.#frames.keyCame()
      const report = this.#hasMouse ? mouseReport(unit.toString('latin1')) : null
      if (report !== null) options.onMouse(report)
    })
    this.#hasMouse = mouse
    // Before the first frame, so that the answer comes before that of the frame, which is waited for.
    this.#output.write(this.#modesOn + (capabilities.tellsBackground ? BACKGROUND_QUESTION : ''))
    if (output.owned) process.on('SIGWINCH', this.#onWindowChange)
    // An error nobody caught, or the end of the process: first the terminal, then the message.
    this.#ignoreDying = onDying(() => {
      if (this.#state !== 'closed') this.#leaveNow(false)
    })
    process.on('SIGCONT', this.#onContinue)
    process.on('SIGTSTP', this.#onStop)
  }

  /** False: the terminal belongs to the shell. */
  get isShown(): boolean {
    return this.#state === 'shown'
  }

  /** False: the terminal has not taken the last picture, or belongs to the shell. */
  get ready(): boolean {
    return this.isShown && this.#frames.isDone
  }

  get size(): Size {
    return { columns: this.#output.columns, rows: this.#output.rows }
  }

  /** Takes the mouse, or leaves it to the terminal, so that its own selection of text works. */
  set mouse(wanted: boolean) {
    if (wanted === this.#hasMouse) return
    this.#hasMouse = wanted
    if (this.#state === 'shown') this.#output.write(wanted ? MOUSE_ON : MOUSE_OFF)
  }

  /** The bell, or what the user has in its place. */
  ring(): void {
    if (this.isShown && !this.#output.stalled) this.#output.write(BELL)
  }

  /** Sends what blessed's cells have become. @param first rows that the user is waiting for */
  show(first: readonly number[] = []): void {
    if (this.#state === 'shown') this.#frames.send(first)
  }

  /** Another theme; the next `show` sends what differs by it. */
  repaintWith(palette: Palette): void {
    this.#frames.repaint(palette)
  }

  /** Draws everything again, whatever is on the terminal. */
  repaint(): void {
    if (this.#state !== 'shown') return
    this.#frames.forget()
    this.#options.onStale()
  }

  /**
   * Takes each key as it is pressed again, where another process may have put the terminal back into
   * line mode. In that, the terminal has shown its own answers, too.
   */
  retakeKeys(): void {
    if (this.#state !== 'shown') return
    this.#makeRaw()
    this.repaint()
  }

  /** Ctrl-Z: the whole pipeline stops, as if the terminal had done it. */
  suspend(): void {
    if (process.platform === 'win32') return
    this.#leave(() => process.kill(0, 'SIGTSTP'))
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#input.drain()
    this.#leaveFor('closed')
    const release = (): void => {
      this.#releaseKeys()
      this.#output.release(DRAIN_MS, this.#resolveEnded)
    }
    if (this.#isGone) release()
    else this.#frames.whenSettled(release)
  }

  /** As `close`, but in this turn of the event loop: the process is ended in the next one. */
  abandon(): void {
    this.#leaveNow(true)
  }

  /** Puts the terminal's buffer and modes back, but for line editing. */
  #leaveFor(state: 'closed'): void {
    const shown = this.#state === 'shown'
    this.#state = state
    this.#frames.stop()
    clearTimeout(this.#resumeTimer)
    process.off('SIGWINCH', this.#onWindowChange)
    this.#ignoreDying()
    process.off('SIGCONT', this.#onContinue)
    process.off('SIGTSTP', this.#onStop)
    if (shown) this.#output.write(this.#modesOff + CLEAR)
    this.screen.destroy()
    if (shown) this.#output.write(PLAIN_TEXT)
  }

  get #modesOn(): string {
    return PASTE_ON + (this.#hasMouse ? MOUSE_ON : '')
  }

  get #modesOff(): string {
    return (this.#hasMouse ? MOUSE_OFF : '') + PASTE_OFF
  }

  #leave(stop: () => void): void {
    if (this.#state !== 'shown') return
    this.#state = 'suspended'
    this.#output.write(this.#modesOff + CLEAR)
    this.screen.leave()
    this.#output.write(PLAIN_TEXT)
    this.#input.drain()
    this.#frames.whenSettled(() => {
      if (this.#state === 'closed') return
      this.#input.resume()
      this.#input.setRawMode(false)
      this.#input.pause()
      // With a listener the signal would be ours instead of stopping us.
      process.off('SIGTSTP', this.#onStop)
      stop()
      this.#resumeTimer = setTimeout(this.#onContinue, STOP_WAIT_MS)
    })
  }

  /** The mode may have been changed behind Node's back, which sets it only on a change. */
  #makeRaw(): void {
    this.#input.setRawMode(false)
    this.#input.setRawMode(true)
  }

  readonly #onStop = (): void => {
    this.#leave(() => process.kill(process.pid, 'SIGTSTP'))
  }

  readonly #onContinue = (): void => {
    if (this.#state === 'closed') return
    clearTimeout(this.#resumeTimer)
    this.#makeRaw()
    if (this.#state === 'suspended') {
      this.#state = 'shown'
      process.on('SIGTSTP', this.#onStop)
      this.#input.resume()
      this.screen.enter()
      this.#output.write(this.#modesOn)
    }
    this.repaint()
  }

  /** @param isForced no answer that is under way is worth waiting for long */
  #leaveNow(isForced: boolean): void {
    if (this.#state !== 'closed') {
      this.#output.lastWords()
      this.#input.drain()
      this.#leaveFor('closed')
    }
    if (this.#hasReleasedKeys) return
    if (!this.#isGone) this.#frames.settleNow(isForced)
    this.#releaseKeys()
  }

  #releaseKeys(): void {
    this.#hasReleasedKeys = true
    this.#input.release()
  }

  readonly #onGone = (): void => {
    this.#isGone = true
    this.#options.onGone()
  }

  readonly #onWindowChange = (): void => {
    ;(this.#outputStream as { _refreshSize?(): void })._refreshSize?.()
  }
}
