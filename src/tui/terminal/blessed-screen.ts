import blessed, { type Widgets } from 'blessed'
import { XTERM } from './capabilities.ts'
import type { KeyInput } from './key-input.ts'
import type { PictureOutput } from './picture-output.ts'

export type Cell = [attribute: number, char: string]

/**
 * What is used of blessed 0.1.81's screen; its type declarations leave half of
 * that out. `asWidget` is the same object for blessed's own functions.
 */
export interface BlessedScreen {
  readonly lines: (Cell[] & { dirty: boolean })[]
  readonly cols: number
  readonly rows: number
  readonly dattr: number
  readonly program: BlessedProgram
  readonly tput: { brokenACS: boolean; readonly colors: number }
  on(event: 'keypress', listener: (char: string | undefined, key: KeyPress) => void): void
  on(event: 'resize', listener: () => void): void
  append(element: Widgets.Node): void
  clearRegion(left: number, right: number, top: number, bottom: number): void
  /** Blank lines of the present size. */
  alloc(): void
  /** Has every widget write its cells to `lines`; sends nothing. */
  render(): void
  /** Into the alternate buffer, and back. */
  enter(): void
  leave(): void
  destroy(): void
}

export function asWidget(screen: BlessedScreen): Widgets.Screen {
  return screen as unknown as Widgets.Screen
}

interface BlessedProgram {
  /** Sends what was written and waits for the end of the turn. */
  flush(): void
}

/** `full`: the name after modifiers, such as `C-c` or `S-q`. */
export interface KeyPress {
  readonly full: string
}

export interface BlessedScreenOptions {
  readonly input: KeyInput
  readonly output: PictureOutput
  readonly terminal: string
  /** What the terminal shows is not to be relied on any more: it was entered, or has another size. */
  readonly onCleared: () => void
}

/** Enters the alternate buffer and makes blessed's screen on it. */
export function createBlessedScreen(options: BlessedScreenOptions): BlessedScreen {
  if (options.terminal === XTERM) {
    // Without folders to look in, blessed takes the description it ships; the
    // system's may be in the 32-bit format, which it can't read.
    ;(blessed as unknown as { Tput: { ipaths: string[] } }).Tput.ipaths = []
  }
  // On the prototype, since the constructor enters the screen.
  const internals = (blessed as unknown as { Screen: { prototype: ScreenInternals } }).Screen
  Object.assign(internals.prototype, { draw: () => {}, alloc: allocate })
  const made = blessed.screen({
    input: options.input,
    output: options.output,
    terminal: options.terminal,
    // Non-ASCII text is sent only where the terminal takes it, see `capabilitiesOf`.
    forceUnicode: true,
  } as unknown as Widgets.IScreenOptions)
  const screen = made as unknown as BlessedScreen
  const { alloc } = screen
  screen.alloc = () => {
    alloc.call(screen)
    options.onCleared()
  }
  return screen
}

/** What of blessed's screen is ours: it keeps the cells, `FrameEncoder` sends them. */
interface ScreenInternals {
  draw(): void
  alloc(): void
}

/** Without blessed's second matrix and without clearing the terminal: that is the encoder's. */
function allocate(this: BlessedScreen): void {
  const { cols, rows, dattr } = this
  const lines = Array.from({ length: rows }, () => {
    const cells = Array.from({ length: cols }, (): Cell => [dattr, ' '])
    return Object.assign(cells, { dirty: true })
  })
  Object.assign(this, { lines, olines: [] })
}
