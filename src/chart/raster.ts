import type { Quantity } from '../domain/channels.ts'
import type { Span } from '../tui/view/styled.ts'

/** A grid of dots in which each character cell remembers whose dots it holds. */
export interface Raster {
  readonly dotColumns: number
  readonly dotRows: number
  /** Dots outside are dropped. */
  dot(x: number, y: number, quantity: Quantity): void
  /** The cell as it stands; null where it is empty. */
  cell(column: number, row: number): Span | null
}

const ORDER: readonly Quantity[] = ['voltage', 'current', 'power']

/** Bits of the eight dots of a braille character, by row and column (Unicode block 2800). */
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]

/** Two by four dots a cell. A cell has one colour: that of the quantity drawn last. */
export class BrailleRaster implements Raster {
  readonly dotColumns: number
  readonly dotRows: number
  readonly #columns: number
  readonly #bits: Uint8Array
  readonly #owner: Uint8Array

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.dotColumns = columns * 2
    this.dotRows = rows * 4
    this.#bits = new Uint8Array(columns * rows)
    this.#owner = new Uint8Array(columns * rows)
  }

  dot(x: number, y: number, quantity: Quantity): void {
    if (x < 0 || y < 0 || x >= this.dotColumns || y >= this.dotRows) return
    const i = (y >> 2) * this.#columns + (x >> 1)
    this.#bits[i] = (this.#bits[i] ?? 0) | (BRAILLE_BITS[y & 3]?.[x & 1] ?? 0)
    this.#owner[i] = ORDER.indexOf(quantity)
  }

  cell(column: number, row: number): Span | null {
    const i = row * this.#columns + column
    const bits = this.#bits[i] ?? 0
    if (bits === 0) return null
    return {
      text: String.fromCharCode(0x2800 + bits),
      style: ORDER[this.#owner[i] ?? 0] ?? 'plain',
    }
  }
}

const LETTER: Readonly<Record<Quantity, string>> = { voltage: 'v', current: 'a', power: 'w' }

/** One dot a cell, drawn as the quantity's letter: for terminals with ASCII alone. */
export class LetterRaster implements Raster {
  readonly dotColumns: number
  readonly dotRows: number
  readonly #cells: (Span | null)[]

  constructor(columns: number, rows: number) {
    this.dotColumns = columns
    this.dotRows = rows
    this.#cells = new Array<Span | null>(columns * rows).fill(null)
  }

  dot(x: number, y: number, quantity: Quantity): void {
    if (x < 0 || y < 0 || x >= this.dotColumns || y >= this.dotRows) return
    this.#cells[y * this.dotColumns + x] = { text: LETTER[quantity], style: quantity }
  }

  cell(column: number, row: number): Span | null {
    return this.#cells[row * this.dotColumns + column] ?? null
  }
}
