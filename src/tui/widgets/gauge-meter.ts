import Gauge from 'blessed-contrib/lib/widget/gauge.js'
import type { Style } from '../../theme/themes.ts'
import type { Meter } from '../panels/wall.ts'
import { asWidget, type BlessedScreen } from '../terminal/blessed-screen.ts'
import { attributeOf, groundOf } from '../terminal/theme-palette.ts'
import { type BarCells, barCells } from '../view/gauge-view.ts'
import type { Rect } from '../view/layout.ts'
import type { Glyphs } from '../view/look.ts'

/** The row of the gauge's canvas that has its bar: it draws on the third to the fifth, whatever its height. */
const BAR_ROW = 2
const CANVAS_ROWS = 5
/** Cells at both ends of the canvas that its bar leaves free. */
const CANVAS_EDGES = 2
/** It reads a ratio up to here, and percent beyond. */
const RATIO_MOST = 1.001

/**
 * blessed-contrib's gauge as the bar of a meter. It draws the filled part. Ours are: how many cells that is
 * (it fills one for a value of 0), how high, colours by style, zero, peaks and limits. Its label stays
 * off: a percentage, black on black where the bar is short.
 */
export class GaugeMeter {
  readonly #screen: BlessedScreen
  readonly #bar: Bar

  constructor(screen: BlessedScreen) {
    this.#screen = screen
    this.#bar = new Bar({ screen: asWidget(screen), showLabel: false, hidden: true })
    // Its canvas is made on `attach`, which a parent given above would send too early.
    screen.append(this.#bar)
  }

  /** @param meter null: not shown */
  show(meter: Meter | null, glyphs: Glyphs): void {
    const bar = meter?.gauge.bar ?? null
    if (meter === null || bar === null) {
      this.#bar.hide()
      return
    }
    const { rect, gauge } = meter
    const cells = barCells(bar, rect.width)
    this.#bar.place(rect)
    this.#bar.fill(cells, groundOf(gauge.channel.role))
    this.#bar.paintMarks = () => this.#paintMarks(rect, cells, glyphs)
    this.#bar.show()
  }

  /** A notch where the bar is full; dots below what is empty say how far it reaches. */
  #paintMarks(
    rect: Rect,
    { first, count, zero, peaks, limits }: BarCells,
    { barEmpty, vertical, peak, limit }: Glyphs,
  ): void {
    const { y, width, height } = rect
    for (let cell = 0; cell < width; cell++) {
      const isFull = cell >= first && cell < first + count
      if (!isFull) this.#paint(rect, cell, y + height - 1, barEmpty, 'dim')
    }
    const column = (cell: number, char: string, style: Style): void => {
      for (let row = y; row < y + height; row++) this.#paint(rect, cell, row, char, style)
    }
    if (zero !== null) column(zero, vertical, 'dim')
    for (const cell of peaks) column(cell, peak, 'bold')
    for (const cell of limits) column(cell, limit, 'plain')
  }

  #paint({ x }: Rect, cell: number, row: number, char: string, style: Style): void {
    const line = this.#screen.lines[row]
    const at = line?.[x + cell]
    if (line === undefined || at === undefined) return
    at[0] = attributeOf(style)
    at[1] = char
    line.dirty = true
  }
}

class Bar extends Gauge {
  paintMarks: () => void = () => {}
  #rect: Rect | null = null
  #filling = ''

  /** As wide as the box with the edges, and always as high as the bar's rows in it. */
  override calcSize(): void {
    this.canvasSize = { width: (this.#rect?.width ?? 0) + CANVAS_EDGES, height: CANVAS_ROWS }
  }

  place(rect: Rect): void {
    if (JSON.stringify(this.#rect) === JSON.stringify(rect)) return
    this.#rect = rect
    this.#filling = ''
    const { x, y, width, height } = rect
    Object.assign(this, { left: x, top: y, width, height })
    this.emit('attach')
  }

  /** @param colour of `groundOf` */
  fill({ first, count }: BarCells, colour: number): void {
    const rect = this.#rect
    const filling = `${first} ${count} ${colour}`
    if (rect === null || filling === this.#filling) return
    this.#filling = filling
    // It rounds down and fills both ends: a quarter of a cell keeps it away from the next one.
    const all = rect.width - 1
    const segments = [
      { percent: percentOf((first + 0.25) / all), stroke: 'normal' as const },
      { percent: percentOf((count - 1 + 0.25) / all), stroke: colour },
    ]
    this.ctx.clearRect(0, 0, this.canvasSize.width, CANVAS_ROWS)
    if (count > 0) this.setStack(segments)
    const row = (this.ctx._canvas.frame().split('\n')[BAR_ROW] ?? '').slice(1, -1)
    this.setContent(Array.from({ length: rect.height }, () => row).join('\n'))
  }

  override render(): ReturnType<Gauge['_render']> {
    const place = this._render()
    if (!this.hidden) this.paintMarks()
    return place
  }
}

function percentOf(ratio: number): number {
  return ratio < RATIO_MOST ? ratio : ratio * 100
}
