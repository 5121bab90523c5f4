import { foldColumns } from '../../chart/columns.ts'
import { drawCurve } from '../../chart/curve.ts'
import { type Raster, rasterOf } from '../../chart/raster.ts'
import { type Curve, curvesOf, isTickRow, type Strip, stripsOf } from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import type { Channel } from '../../domain/channels.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, lineText, type Piece, piece } from '../view/styled.ts'
import type { ViewState } from '../view/view-state.ts'
import {
  bottomLine,
  guttersOf,
  leftEdge,
  leftLabel,
  type Plot,
  rightEdge,
  rightLabels,
  titleLine,
} from './chart-border.ts'

/** From this height of the plot on, every channel gets a strip of its own unless asked otherwise. */
const STRIPS_FROM_ROWS = 18
/** A plot below this is never cut into strips. */
const STRIPS_LEAST_ROWS = 6
/** Slots of a trace per dot column, so that folding them again stays exact enough. */
const SLOTS_PER_DOT = 4

interface ChartOptions {
  readonly width: number
  /** Title and time axis included. */
  readonly height: number
  readonly spanMs: number
  /** Right edge, Unix µs; null: where the trace ends. */
  readonly endUs: number | null
  /** All of the device. */
  readonly channels: readonly Channel[]
  readonly strips: readonly Strip[]
  /** Set into the upper border, at its left and its right. */
  readonly title: Line
  readonly note: Line
  /** In an empty plot. */
  readonly message: string
  readonly look: Look
}

interface ChartShape {
  readonly arrangement: ViewState['arrangement']
  /** Of the chart with its title and time axis. */
  readonly height: number
}

/** Whether the curves are in a strip each: there is room, and it is asked for or there is much of it. */
export function isApart({ arrangement, height }: ChartShape): boolean {
  const rows = plotRows(height)
  if (rows < STRIPS_LEAST_ROWS) return false
  return arrangement === 'auto' ? rows >= STRIPS_FROM_ROWS : arrangement === 'strips'
}

function plotRows(height: number): number {
  return Math.max(1, height - 2)
}

/** The strips of a chart of that height. */
export function chartStrips(channels: readonly Channel[], shape: ChartShape): readonly Strip[] {
  return stripsOf(plotRows(shape.height), channels, isApart(shape))
}

/** How many slots a chart of this width wants its trace in. */
export function slotsFor(width: number, look: Look): number {
  return SLOTS_PER_DOT * dotsAcross(width, look)
}

function dotsAcross(width: number, look: Look): number {
  return Math.max(1, look.ascii ? width : width * 2)
}

/** The chart: exactly `height` lines of exactly `width` cells. */
export function chartLines(trace: Trace | null, options: ChartOptions): Line[] {
  const { width, look, strips } = options
  const rows = plotRows(options.height)
  const fold = (dots: number): Trace | null =>
    trace && foldColumns(trace, dots, (options.spanMs * 1000) / dots, options.endUs)
  // The plot's width depends on the axes' labels, and these on the extents,
  // which hardly depend on the number of columns.
  const wide = fold(dotsAcross(width, look))
  const curves = wide ? curvesOf(wide, strips, options.channels) : []
  const gutters = guttersOf(curves, strips.length > 1, look)
  const cells = Math.max(1, width - gutters.left - gutters.right - 2)
  const raster = rasterOf(cells, rows, look.ascii)
  const columns = fold(raster.dotColumns)
  if (columns) draw(raster, columns, curves)
  const plot: Plot = { curves, gutters, cells, dots: raster.dotColumns, columns, look }
  const lines: Line[] = [titleLine(options, plot)]
  for (let row = 0; row < rows; row++) {
    const isGrid = strips.some((strip) => isTickRow(strip, row))
    lines.push([
      ...leftLabel(plot, row),
      leftEdge(plot, row),
      ...plotCells(raster, plot, row, isGrid),
      rightEdge(plot, row),
      ...rightLabels(plot, row),
    ])
  }
  lines.push(bottomLine(plot, options.spanMs))
  const fitted = lines.slice(0, options.height).map((line) => fitLine(line, width))
  return curves.length > 0 ? fitted : withMessage(fitted, options.message, width)
}

/** The first is drawn last, on top: V is the steadiest and would vanish under the others. */
function draw(raster: Raster, columns: Trace, curves: readonly Curve[]): void {
  for (const curve of [...curves].reverse()) drawCurve(raster, columns, curve)
}

function plotCells(
  raster: Raster,
  { cells: width, look }: Plot,
  row: number,
  isGrid: boolean,
): Piece[] {
  const cells: Piece[] = []
  for (let column = 0; column < width; column++) {
    const drawn = raster.cell(column, row)
    const empty = isGrid && column % 2 === 1 ? piece(look.glyphs.grid, 'dim') : piece(' ')
    const next = drawn ? piece(drawn.text, drawn.role) : empty
    const before = cells.at(-1)
    if (before?.style === next.style) {
      cells[cells.length - 1] = piece(before.text + next.text, next.style)
    } else cells.push(next)
  }
  return cells
}

/** A few words in the middle of an empty plot. */
function withMessage(lines: readonly Line[], text: string, width: number): Line[] {
  const middle = Math.floor(lines.length / 2)
  const start = Math.floor((width - text.length) / 2)
  if (lines.length < 3 || start < 1) return [...lines]
  return lines.map((line, i) => {
    if (i !== middle) return line
    const rest = lineText(line).slice(start + text.length)
    return [...fitLine(line, start), piece(text, 'dim'), piece(rest, 'dim')]
  })
}
