import { readSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import xterm from '@xterm/headless'
import type { IPty } from 'node-pty'
import { within } from './polling.ts'

const nodePty = loadNodePty()

/** False where the optional dependency node-pty is missing: terminal tests are to skip then. */
export const ptyAvailable = nodePty !== null

function loadNodePty(): typeof import('node-pty') | null {
  try {
    return createRequire(import.meta.url)('node-pty') as typeof import('node-pty')
  } catch {
    return null
  }
}

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  /** On top of a small, fixed environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** The terminal's answers to the program's questions are kept back until `answer`. */
  readonly holdsAnswers?: boolean
  /** A slow line: so much of the output is read in a second. 0: nothing, until `take` does. */
  readonly bytesPerS?: number
}

/** A slow line brings so many bytes a second in steps of that, ms. */
const LINE_STEP_MS = 10

export interface Exit {
  readonly exitCode: number
  readonly signal: number | undefined
}

/** One character cell as the terminal shows it. */
export interface ShownCell {
  readonly char: string
  readonly bold: boolean
  readonly inverse: boolean
  /** Colour of the 256-colour palette; -1: the default. */
  readonly foreground: number
  readonly background: number
}

const DEADLINE_MS = 45_000

/**
 * A program in a pseudo-terminal, watched through a terminal emulator: its
 * screen, cells, buffer and modes. Nothing in it sleeps; `waitFor` polls with
 * a deadline and quotes the screen when it passes.
 */
export class TestTerminal {
  /** Everything the program wrote. */
  output = ''
  /** With `holdsAnswers`: those that have not been given. */
  held = ''
  readonly exit: Promise<Exit>
  readonly #pty: IPty
  readonly #emulator: xterm.Terminal
  #exited: Exit | null = null
  #answering = true
  readonly #decoder = new TextDecoder()
  #line: NodeJS.Timeout | undefined

  constructor(file: string, args: readonly string[], options: TerminalOptions = {}) {
    if (!nodePty) throw new Error('node-pty is missing; guard with ptyAvailable')
    const { columns: cols = 80, rows = 24 } = options
    this.#emulator = new xterm.Terminal({ cols, rows, allowProposedApi: true })
    const env: Record<string, string> = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '',
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      TZ: 'UTC',
    }
    for (const [name, value] of Object.entries(options.env ?? {})) {
      if (value === undefined) delete env[name]
      else env[name] = value
    }
    const cwd = options.cwd ?? process.cwd()
    this.#pty = nodePty.spawn(file, [...args], { name: env['TERM'] ?? '', cols, rows, cwd, env })
    this.#pty.onData((data) => this.#show(data))
    if (options.bytesPerS !== undefined) this.#slowDown(options.bytesPerS)
    // Answers of the emulator to the program's questions.
    this.#emulator.onData((data) => {
      if (options.holdsAnswers) this.held += data
      else if (this.#answering && !this.#exited) this.#pty.write(data)
    })
    this.exit = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#exited = { exitCode, signal }
        resolve(this.#exited)
      })
    })
  }

  #show(data: string): void {
    this.output += data
    this.#emulator.write(data)
  }

  #slowDown(bytesPerS: number): void {
    // Not `pause`: node-pty's stream would still take the first piece to itself, and nobody would see it.
    ;(this.#pty as IPty & { _socket: Readable })._socket._read = () => {}
    if (bytesPerS === 0) return
    let lastMs = performance.now()
    this.#line = setInterval(() => {
      const nowMs = performance.now()
      // What is not used of a while is gone, as on a line.
      const bytes = Math.floor(((nowMs - lastMs) * bytesPerS) / 1000)
      if (bytes === 0) return
      lastMs = nowMs
      this.take(bytes)
    }, LINE_STEP_MS)
  }

  /** With `bytesPerS`: reads at most so much of what the program wrote. @returns bytes read */
  take(most: number): number {
    const buffer = Buffer.alloc(most)
    let count = 0
    try {
      count = readSync((this.#pty as IPty & { fd: number }).fd, buffer)
    } catch {
      // EAGAIN: there is nothing; EIO: the program has ended.
    }
    this.#show(this.#decoder.decode(buffer.subarray(0, count), { stream: true }))
    return count
  }

  get pid(): number {
    return this.#pty.pid
  }

  get exited(): Exit | null {
    return this.#exited
  }

  /** The visible rows, without the spaces at their ends. */
  get lines(): string[] {
    const { active } = this.#emulator.buffer
    return Array.from(
      { length: this.#emulator.rows },
      (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
    )
  }

  get text(): string {
    return this.lines.join('\n')
  }

  /** `alternate` while a full-screen program has the terminal. */
  get buffer(): 'normal' | 'alternate' {
    return this.#emulator.buffer.active.type
  }

  get mouse(): string {
    return this.#emulator.modes.mouseTrackingMode
  }

  get bracketedPaste(): boolean {
    return this.#emulator.modes.bracketedPasteMode
  }

  get applicationKeys(): boolean {
    return this.#emulator.modes.applicationCursorKeysMode
  }

  /** From the last such sequence: the emulator keeps it to itself. */
  get cursorShown(): boolean {
    return this.output.lastIndexOf('\x1b[?25h') >= this.output.lastIndexOf('\x1b[?25l')
  }

  cell(x: number, y: number): ShownCell {
    const { active } = this.#emulator.buffer
    const cell = active.getLine(active.baseY + y)?.getCell(x)
    return {
      char: cell?.getChars() ?? '',
      bold: (cell?.isBold() ?? 0) !== 0,
      inverse: (cell?.isInverse() ?? 0) !== 0,
      foreground: cell && !cell.isFgDefault() ? cell.getFgColor() : -1,
      background: cell && !cell.isBgDefault() ? cell.getBgColor() : -1,
    }
  }

  /** Gives the answers that were kept back. */
  answer(): void {
    const data = this.held
    this.held = ''
    this.#pty.write(data)
  }

  /** Types; control sequences as the keyboard sends them. */
  press(keys: string): void {
    this.#pty.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.#emulator.resize(columns, rows)
    this.#pty.resize(columns, rows)
  }

  /** Stops and goes on reading what the program writes, as a stalled connection does. */
  stall(): void {
    this.#pty.pause()
  }

  unstall(): void {
    this.#pty.resume()
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    if (!this.#exited) this.#pty.kill(signal)
  }

  /** Closes the terminal's other side, as a closed window or a lost connection does. */
  hangUp(): void {
    this.#answering = false
    ;(this.#pty as IPty & { destroy(): void }).destroy()
  }

  /** To be called in `afterEach`: ends the program if it still runs. */
  dispose(): void {
    this.#answering = false
    clearInterval(this.#line)
    try {
      this.kill('SIGKILL')
    } catch {
      // It ended in between.
    }
    this.#emulator.dispose()
  }

  /** Waits until the screen matches. */
  async waitFor(
    what: RegExp | ((terminal: TestTerminal) => boolean),
    deadlineMs = DEADLINE_MS,
  ): Promise<void> {
    const met = typeof what === 'function' ? what : () => what.test(this.text)
    if (await within(deadlineMs, () => met(this))) return
    throw new Error(`not seen within ${deadlineMs} ms: ${what}\nthe screen shows:\n${this.text}`)
  }

  /** The exit, or an error that quotes the screen. */
  async ended(deadlineMs = DEADLINE_MS): Promise<Exit> {
    await this.waitFor(() => this.#exited !== null, deadlineMs)
    // What was written last may still be on its way through the emulator.
    await new Promise<void>((resolve) => this.#emulator.write('', resolve))
    return this.exit
  }
}
