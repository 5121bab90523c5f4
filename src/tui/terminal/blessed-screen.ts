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
  readonly program: BlessedProgram
  readonly tput: { brokenACS: boolean }
  on(event: 'keypress', listener: (char: string, key: KeyPress) => void): void
  on(event: 'resize', listener: () => void): void
  append(element: Widgets.Node): void
  clearRegion(left: number, right: number, top: number, bottom: number): void
  /** Forgets what the terminal shows, so that all is written again. */
  realloc(): void
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
  on(event: 'mouse', listener: (mouse: { readonly action: string }) => void): void
}

/** `full`: the name after modifiers, such as `C-c` or `S-q`. */
export interface KeyPress {
  readonly full: string
}

export interface BlessedScreenOptions {
  readonly input: KeyInput
  readonly output: PictureOutput
  readonly terminal: string
}

/** Enters the alternate buffer and makes blessed's screen on it. */
export function createBlessedScreen(options: BlessedScreenOptions): BlessedScreen {
  if (options.terminal === XTERM) {
    // Without folders to look in, blessed takes the description it ships; the
    // system's may be in the 32-bit format, which it can't read.
    ;(blessed as unknown as { Tput: { ipaths: string[] } }).Tput.ipaths = []
  }
  const made = blessed.screen({
    input: options.input,
    output: options.output,
    terminal: options.terminal,
    // Non-ASCII text is sent only where the terminal takes it, see `capabilitiesOf`.
    forceUnicode: true,
  } as unknown as Widgets.IScreenOptions)
  const screen = made as unknown as BlessedScreen
  // Lines as their Unicode characters, not as `lqqk` in the alternate character set.
  screen.tput.brokenACS = true
  return screen
}
