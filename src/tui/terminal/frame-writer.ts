import { blessedPalette } from './blessed-palette.ts'
import type { BlessedScreen } from './blessed-screen.ts'
import type { Capabilities } from './capabilities.ts'
import { FrameEncoder } from './frame-encoder.ts'
import type { PictureOutput } from './picture-output.ts'

export interface FrameWriterOptions {
  readonly screen: BlessedScreen
  readonly output: PictureOutput
  readonly capabilities: Capabilities
}

/** Sends what blessed's cells have become. */
export class FrameWriter {
  readonly #options: FrameWriterOptions
  readonly #encoder: FrameEncoder

  constructor(options: FrameWriterOptions) {
    this.#options = options
    const { screen, capabilities } = options
    this.#encoder = new FrameEncoder(blessedPalette(screen.tput.colors), capabilities.dialect)
  }

  /** The terminal shows something unknown. */
  forget(): void {
    this.#encoder.forget()
  }

  send(): void {
    const { screen, output } = this.#options
    // What blessed has gathered comes first.
    screen.program.flush()
    const order = screen.lines.map((_, y) => y)
    output.writePicture(this.#encoder.encode(screen.lines, order, Number.POSITIVE_INFINITY).text)
  }
}
