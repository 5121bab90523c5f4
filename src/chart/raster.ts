import type { ColourRole } from '../domain/channels.ts'

/** What a curve is drawn with. */
export interface Pen {
  readonly role: ColourRole
  /** One lower-case letter; stands for the curve where colours can't. */
  readonly letter: string
}

/** A character of the plot. */
interface RasterCell {
  readonly text: string
  readonly role: ColourRole
}

/** A grid of dots in which each character cell remembers whose dots it holds. */
export interface Raster {
  readonly dotColumns: number
  readonly dotsPerRow: number
  /** Dots outside are dropped. */
  dot(x: number, y: number, pen: Pen): void
  /** The cell as it stands; null where it is empty. */
  cell(column: number, row: number): RasterCell | null
}

/** @param ascii letters in place of braille */
export function rasterOf(columns: number, rows: number, ascii: boolean): Raster {
  return ascii ? new LetterRaster(columns, rows) : new BrailleRaster(columns, rows)
}

/** Bits of the eight dots of a braille character, by row and column (Unicode block 2800). */
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]

/** Two by four dots a cell. A cell has one colour: that of the curve drawn last. */
class BrailleRaster implements Raster {
  readonly dotColumns: number
  readonly dotsPerRow = 4
  readonly #columns: number
  readonly #dotRows: number
  readonly #bits: Uint8Array
  readonly #owner: (Pen | undefined)[]

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.dotColumns = columns * 2
    this.#dotRows = rows * this.dotsPerRow
    this.#bits = new Uint8Array(columns * rows)
    this.#owner = new Array<Pen | undefined>(columns * rows)
  }

  dot(x: number, y: number, pen: Pen): void {
    if (x < 0 || y < 0 || x >= this.dotColumns || y >= this.#dotRows) return
    const i = (y >> 2) * this.#columns + (x >> 1)
    this.#bits[i] = (this.#bits[i] ?? 0) | (BRAILLE_BITS[y & 3]?.[x & 1] ?? 0)
    this.#owner[i] = pen
  }

  cell(column: number, row: number): RasterCell | null {
    const i = row * this.#columns + column
    const owner = this.#owner[i]
    if (owner === undefined) return null
    return { text: String.fromCharCode(0x2800 + (this.#bits[i] ?? 0)), role: owner.role }
  }
}

/** One dot a cell, drawn as the curve's letter: for terminals with ASCII alone. */
class LetterRaster implements Raster {
  readonly dotColumns: number
  readonly dotsPerRow = 1
  readonly #rows: number
  readonly #cells: (Pen | undefined)[]

  constructor(columns: number, rows: number) {
    this.dotColumns = columns
    this.#rows = rows
    this.#cells = new Array<Pen | undefined>(columns * rows)
  }

  dot(x: number, y: number, pen: Pen): void {
    if (x < 0 || y < 0 || x >= this.dotColumns || y >= this.#rows) return
    this.#cells[y * this.dotColumns + x] = pen
  }

  cell(column: number, row: number): RasterCell | null {
    const pen = this.#cells[row * this.dotColumns + column]
    return pen === undefined ? null : { text: pen.letter, role: pen.role }
  }
}
