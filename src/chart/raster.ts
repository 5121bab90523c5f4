import type { ColourRole } from '../domain/channels.ts'
import { NOBODY, ownersOf } from './cell-owners.ts'

/** How a line is drawn where colours can't tell it from others. */
export type LineStyle = 'solid' | 'dotted' | 'dashed'

/** Of the curves of one frame, in their order. */
export const STYLES: readonly LineStyle[] = ['solid', 'dotted', 'dashed']

/** What a curve is drawn with. */
export interface Pen {
  readonly role: ColourRole
  /** One lower-case letter; stands for the curve where colours can't. */
  readonly letter: string
  readonly style: LineStyle
}

export interface RasterSize {
  /** In cells. */
  readonly columns: number
  readonly rows: number
  /** Letters in place of braille. */
  readonly ascii: boolean
  /** Lines in the style of their pens, where colours can't tell them apart. */
  readonly styled: boolean
  /**
   * Number of the first column on a grid that does not move with the picture, so that
   * patterns stay as they are while it scrolls.
   */
  readonly firstColumn: number
}

/** The dots of a curve: a byte a cell. */
export interface Layer {
  readonly pen: Pen
  readonly bits: Uint8Array
}

/** Bits of the eight dots of a braille character, by row and column (Unicode block 2800). */
const BRAILLE_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]
/** Every other dot of a braille character, by row and column. */
const CHEQUERED = 0x01 | 0x10 | 0x04 | 0x80
/** By the bits of their dots; made once, for a picture has thousands. */
const BRAILLE: readonly string[] = Array.from({ length: 256 }, (_, bits) =>
  String.fromCharCode(0x2800 + bits),
)

/**
 * A grid of dots, two by four to a cell; with ASCII alone one to a cell. A cell shows the
 * dots of one curve only, in its colour; where several want it, each gets it in its turn.
 */
export class Raster {
  readonly dotColumns: number
  readonly dotsPerRow: number
  readonly #size: RasterSize
  readonly #layers: Layer[] = []
  #owners: Int8Array | null = null

  constructor(size: RasterSize) {
    this.#size = size
    this.dotColumns = size.columns * dotsPerColumn(size.ascii)
    this.dotsPerRow = size.ascii ? 1 : 4
  }

  /** Dots outside are dropped. */
  dot(x: number, y: number, pen: Pen): void {
    const { columns, rows, ascii } = this.#size
    if (x < 0 || y < 0 || x >= this.dotColumns || y >= rows * this.dotsPerRow) return
    const { bits } = this.#layerOf(pen)
    const i = ascii ? y * columns + x : (y >> 2) * columns + (x >> 1)
    bits[i] = (bits[i] ?? 0) | (ascii ? 1 : (BRAILLE_BITS[y & 3]?.[x & 1] ?? 0))
    this.#owners = null
  }

  /** What a cell is drawn with; null where it is empty. */
  penOf(column: number, row: number): Pen | null {
    return this.#layerIn(row * this.#size.columns + column)?.pen ?? null
  }

  /** The character of a cell; a blank where it is empty. */
  charOf(column: number, row: number): string {
    const { columns, ascii } = this.#size
    const i = row * columns + column
    const layer = this.#layerIn(i)
    if (layer === null) return ' '
    return ascii ? layer.pen.letter : (BRAILLE[layer.bits[i] as number] as string)
  }

  /** The one that a cell shows. */
  #layerIn(cell: number): Layer | null {
    this.#owners ??= this.#finish()
    const owner = this.#owners[cell] ?? NOBODY
    return owner === NOBODY ? null : (this.#layers[owner] as Layer)
  }

  #layerOf(pen: Pen): Layer {
    const { columns, rows } = this.#size
    const last = this.#layers.at(-1)
    // Curves are drawn one after the other.
    const known = last?.pen === pen ? last : this.#layers.find((layer) => layer.pen === pen)
    if (known !== undefined) return known
    const layer = { pen, bits: new Uint8Array(columns * rows) }
    this.#layers.push(layer)
    return layer
  }

  #finish(): Int8Array {
    const size = this.#size
    if (size.styled && !size.ascii) {
      for (const layer of this.#layers) {
        if (layer.pen.style === 'dotted') dot(layer)
        else if (layer.pen.style === 'dashed') dash(layer, size)
      }
    }
    return ownersOf(this.#layers, size)
  }
}

/** Dot columns of a cell. */
export function dotsPerColumn(ascii: boolean): number {
  return ascii ? 1 : 2
}

/** Every other dot, but nothing vanishes: what lies between them alone is kept. */
function dot({ bits }: Layer): void {
  for (let i = 0; i < bits.length; i++) {
    const all = bits[i] ?? 0
    bits[i] = (all & CHEQUERED) === 0 ? all : all & CHEQUERED
  }
}

/** Cells of a stroke and of the gap behind it. */
const DASH = 4

/** A gap in every fourth cell where the line goes on level, and nowhere else: no spike falls into one. */
function dash({ bits }: Layer, { columns, rows, firstColumn }: RasterSize): void {
  const first = DASH - 1 - (firstColumn % DASH)
  for (let column = first < 0 ? first + DASH : first; column < columns; column += DASH) {
    if (column === 0) continue
    let used = 0
    let at = 0
    for (let row = 0; row < rows; row++) {
      const cell = row * columns + column
      if (bits[cell] === 0) continue
      used++
      at = cell
    }
    if (used === 1 && bits[at - 1] !== 0) bits[at] = 0
  }
}
