import { foldColumns } from '../../chart/columns.ts'
import { drawCurve } from '../../chart/curve.ts'
import { dotsPerColumn, Raster } from '../../chart/raster.ts'
import { curvesOf, letterRows, type Strip, stripsOf, tickLabel } from '../../chart/strips.ts'
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
const STRIPS_FROM_ROWS = 12
/** A plot below this is never cut into strips. */
const STRIPS_LEAST_ROWS = 6
/** Slots of a trace per dot column, so that folding them again stays exact enough. */
const SLOTS_PER_DOT = 4

export interface ChartOptions {
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

/** How much time its trace has to have: the cell that the chart shows beyond its span, and some. */
export function tracedMs(spanMs: number, width: number): number {
  return Math.ceil(spanMs * (1 + 4 / Math.max(4, width)))
}

function dotsAcross(width: number, look: Look): number {
  return Math.max(1, width * perCell(look))
}

/** The chart: exactly `height` lines of exactly `width` cells. */
export function chartLines(trace: Trace | null, options: ChartOptions): Line[] {
  const { width, look, strips } = options
  const rows = plotRows(options.height)
  const plot = plotOf(trace, options)
  const { cells, columns, curves } = plot
  const firstColumn = columns ? Math.round(columns.startUs / columns.slotUs / perCell(look)) : 0
  const styled = !look.colour && strips.length === 1
  const raster = new Raster({ columns: cells, rows, ascii: look.ascii, styled, firstColumn })
  for (const curve of columns ? curves : []) {
    drawCurve(raster, columns as Trace, curve, strips.length === 1 && curves.length > 1)
  }
  const lines: Line[] = [titleLine(options, plot)]
  for (let row = 0; row < rows; row++) {
    lines.push([
      ...leftLabel(plot, row),
      leftEdge(plot, row),
      ...plotCells(raster, plot, row),
      rightEdge(plot, row),
      ...rightLabels(plot, row),
    ])
  }
  lines.push(bottomLine(plot))
  const fitted = lines.slice(0, options.height).map((line) => fitLine(line, width))
  return curves.length > 0 ? fitted : withMessage(fitted, options.message, width)
}

/** Where the plot lies in the chart: its first character, and how many there are. */
export function plotExtent(
  trace: Trace | null,
  options: ChartOptions,
): { readonly left: number; readonly cells: number } {
  const { gutters, cells } = plotOf(trace, options)
  return { left: gutters.left + 1, cells }
}

function perCell(look: Look): number {
  return dotsPerColumn(look.ascii)
}

/**
 * What is drawn, with the room for its labels. They depend on the extents of what is drawn,
 * and that on the room they leave: it only ever grows, so that this comes to an end.
 */
function plotOf(trace: Trace | null, options: ChartOptions): Plot {
  const { width, spanMs, endUs, look, strips, channels } = options
  const isApart = strips.length > 1
  let gutters = guttersOf([], isApart, look)
  for (;;) {
    const cells = Math.max(1, width - gutters.left - gutters.right - 2)
    const dots = cells * perCell(look)
    // One cell more than the span, for it begins and ends within a cell.
    const columnUs = (spanMs * 1000) / Math.max(1, dots - perCell(look))
    const columns = trace && foldColumns(trace, dots, columnUs, endUs, perCell(look))
    const curves = columns ? curvesOf(columns, strips, channels) : []
    const needed = guttersOf(curves, isApart, look, gutters)
    if (needed.left === gutters.left && needed.right === gutters.right) {
      const letters = columns ? letterRows(curves, columns, look.ascii ? 1 : 4) : new Map()
      return { curves, letters, gutters: needed, cells, columns, look }
    }
    gutters = needed
  }
}

function plotCells(
  raster: Raster,
  { curves, gutters, cells: width, look }: Plot,
  row: number,
): Piece[] {
  // Of overlaid curves the first one's alone: a grid of all would be in every row.
  const ruled = gutters.apart ? curves : curves.slice(0, 1)
  const isGrid = ruled.some((curve) => tickLabel(curve, row) !== undefined)
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
