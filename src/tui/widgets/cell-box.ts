import blessed, { type Widgets } from 'blessed'
import { asWidget, type BlessedScreen } from '../terminal/blessed-screen.ts'
import { attributeOf } from '../terminal/theme-palette.ts'
import { cellsOf, isPlain } from '../view/cell-units.ts'
import type { Rect } from '../view/layout.ts'
import type { Line, Piece } from '../view/styled.ts'

/**
 * A box of blessed that shows styled lines. It writes its cells itself,
 * and only those that differ: text never passes blessed's tag and escape
 * parsers, so nothing in it can become markup.
 */
export class CellBox {
  readonly #screen: BlessedScreen
  readonly #box: Widgets.BoxElement
  #rect: Rect | null = null
  #lines: readonly Line[] = []

  constructor(screen: BlessedScreen) {
    this.#screen = screen
    this.#box = blessed.box({ parent: asWidget(screen), top: 0, left: 0, width: 0, height: 0 })
    // Declared to give back the position drawn, which nothing here asks for.
    ;(this.#box as { render(): unknown }).render = () => this.#paint()
  }

  /** @param rect null: not shown */
  show(rect: Rect | null, lines: readonly Line[]): void {
    this.#rect = rect
    this.#lines = lines
  }

  /** Over all that has been made since. */
  toFront(): void {
    this.#box.setFront()
  }

  #paint(): void {
    if (!this.#rect) return
    const { x, y, width, height } = this.#rect
    for (let i = 0; i < Math.min(height, this.#lines.length); i++) {
      this.#paintLine(this.#lines[i] ?? [], y + i, x, x + width)
    }
  }

  #paintLine(line: Line, y: number, from: number, to: number): void {
    const row = this.#screen.lines[y]
    if (!row) return
    let x = from
    clearHalf(row, from, -1)
    for (let i = 0; i < line.length; i++) {
      const { text, style } = line[i] as Piece
      x = paint(row, x, Math.min(to - x, text.length), text, attributeOf(style))
    }
    clearHalf(row, x, 0)
  }
}

/** @param length cells at most @returns the column behind them */
function paint(row: Row, from: number, length: number, text: string, attribute: number): number {
  // Nearly all text is one unit a cell; a list of its cells would be most of a picture's garbage.
  const cells = isPlain(text) ? null : cellsOf(text)
  for (let i = 0; i < length; i++) {
    const cell = row[from + i]
    if (!cell) continue
    const isShown = cells === null ? isUnit(cell[1], text, i) : cell[1] === cells[i]
    if (isShown && cell[0] === attribute) continue
    cell[0] = attribute
    if (!isShown) cell[1] = cells === null ? text.charAt(i) : (cells[i] as string)
    row.dirty = true
  }
  return from + length
}

/** Whether a cell has that unit of a text, which makes no text of it. */
function isUnit(char: string, text: string, at: number): boolean {
  return char.length === 1 && char.charCodeAt(0) === text.charCodeAt(at)
}

type Row = BlessedScreen['lines'][number]

/**
 * Half of what lies below a box may be a wide character whose other half is covered: a blank.
 *
 * @param x the first cell that is covered, or the first behind those
 * @param at -1: the cell before `x` has the left half; 0: `x` has the right one
 */
function clearHalf(row: Row, x: number, at: -1 | 0): void {
  const right = row[x]
  const half = row[x + at]
  if (right?.[1] !== '' || half === undefined) return
  half[1] = ' '
  row.dirty = true
}
