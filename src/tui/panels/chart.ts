import { drawCurve } from '../../chart/curve.ts'
import { dotsPerColumn, Raster } from '../../chart/raster.ts'
import { type Curve, tickLabel } from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import { unreadCells } from '../../chart/unread.ts'
import { deviceMark } from '../view/compare.ts'
import {
  fitLine,
  type Line,
  lineText,
  lineWidth,
  type Piece,
  piece,
  type Style,
  type Target,
} from '../view/styled.ts'
import {
  bottomLine,
  leftEdge,
  leftLabel,
  legendStart,
  type Plot,
  rightEdge,
  rightLabels,
  titleLine,
} from './chart-border.ts'
import {
  comparedLegend,
  isStyled,
  type LegendCell,
  type LegendEntry,
  legendCells,
  legendLine,
  legendOf,
} from './chart-legend.ts'
import { type ChartMarks, limitEdge, markCells, NO_MARKS } from './chart-marks.ts'
import { type ChartOptions, columnUs, firstColumnOf, plotOf } from './chart-plot.ts'
import { plotRows } from './chart-shape.ts'

/** The plot of a chart, and the time that it shows. */
export interface PlotExtent {
  /** First character from the left of the chart, and how many there are. */
  readonly left: number
  readonly cells: number
  /** Time of a character, µs. */
  readonly cellUs: number
  /** Begin of the first one, Unix µs; null: nothing is known. */
  readonly startUs: number | null
}

/** A trace as a chart: what is drawn of it, and where. It is folded once, when the first of that is asked for. */
export class Chart {
  readonly #trace: Trace | null
  readonly #options: ChartOptions
  #folded: Plot | null = null

  /** @param trace null: not there yet */
  constructor(trace: Trace | null, options: ChartOptions) {
    this.#trace = trace
    this.#options = options
  }

  get #plot(): Plot {
    this.#folded ??= plotOf(this.#trace, this.#options)
    return this.#folded
  }

  /** Exactly `height` lines of exactly `width` cells. */
  get lines(): readonly Line[] {
    return chartLines(this.#trace, this.#options, this.#plot)
  }

  /** Where the plot lies, and which time. */
  get plot(): PlotExtent {
    const { gutters, cells, columns, look } = this.#plot
    const cellUs = columnUs(this.#options, cells) * dotsPerColumn(look.ascii)
    return { left: gutters.left + 1, cells, cellUs, startUs: columns?.startUs ?? null }
  }

  /**
   * Where each curve's letter stands, hidden ones included: in the title, where there is room for them,
   * and at the right edge. What a click can be meant for.
   */
  get legend(): readonly LegendCell[] {
    const options = this.#options
    const plot = this.#plot
    const entries = legendIn(options, plot)
    const start = legendStart({ ...options, legend: legendLine(entries) }, plot)
    const x = plot.gutters.left + 1 + plot.cells
    return [
      ...(start === null ? [] : legendCells(entries, start)),
      ...[...plot.letters].map(([row, curve]) => {
        return { target: targetOf(curve, options), x, y: row + 1, width: 1 }
      }),
    ]
  }
}

function chartLines(trace: Trace | null, options: ChartOptions, plot: Plot): Line[] {
  const { width, look, strips } = options
  const rows = plotRows(options.height)
  const { cells, columns, curves } = plot
  const firstColumn = firstColumnOf(columns, look)
  const styled = isStyled(look, strips.length > 1)
  const raster = new Raster({ columns: cells, rows, ascii: look.ascii, styled, firstColumn })
  for (const curve of curves) drawCurve(raster, curve, strips.length === 1 && curves.length > 1)
  const unread = unreadIn(trace, options, plot)
  const note = unread === null ? options.note : [piece(' reading ', 'invert')]
  const lines: Line[] = [
    titleLine({ ...options, note, legend: legendLine(legendIn(options, plot)) }, plot),
  ]
  for (let row = 0; row < rows; row++) {
    lines.push(
      leftLabel(plot, row).concat(
        limitEdge(plot, row) ?? leftEdge(plot, row),
        plotCells(raster, plot, options.marks ?? NO_MARKS, row, unread),
        rightEdge(plot, row),
        rightLabels(plot, row),
      ),
    )
  }
  lines.push(bottomLine(plot))
  const fitted = lines.slice(0, options.height).map((line) => fitLine(line, width))
  if (curves.length > 0) return fitted
  return withMessage(fitted, unread === null ? options.message : 'reading the samples', width)
}

/** Of which characters nothing can be said yet; null: of all of them something can. */
function unreadIn(
  trace: Trace | null,
  { isReading = false }: ChartOptions,
  { columns, cells }: Plot,
): readonly boolean[] | null {
  if (!isReading || trace === null || columns === null) return null
  const unread = unreadCells(trace, columns, cells)
  return unread.includes(true) ? unread : null
}

function legendIn(options: ChartOptions, { cells }: Plot): readonly LegendEntry[] {
  const { channels, strips, hidden = [], look, compared, title } = options
  if (compared !== undefined) {
    const room = cells - lineWidth(title) - 3
    return comparedLegend(compared.devices, room, isStyled(look, false), look)
  }
  const drawn = strips.flatMap((strip) => strip.channels)
  const shown = channels.filter((each) => drawn.includes(each) || hidden.includes(each.id))
  return legendOf(channels, shown, hidden, isStyled(look, strips.length > 1))
}

function targetOf({ channel, pen }: Curve, { compared }: ChartOptions): Target {
  const device = compared?.devices.find(({ number }) => deviceMark(number) === pen.letter)
  if (device !== undefined) return { kind: 'device', device: device.number }
  return { kind: 'channel', channel: channel.id }
}

function plotCells(
  raster: Raster,
  plot: Plot,
  marks: ChartMarks,
  row: number,
  unread: readonly boolean[] | null,
): Piece[] {
  const { curves, gutters, cells: width, columns, look } = plot
  // The dots move with the picture, so that a step of it is one for the terminal, too.
  const oddOnes = firstColumnOf(columns, look) % 2 === 0 ? 1 : 0
  // Of overlaid curves the first one's alone: a grid of all would be in every row.
  const ruled = gutters.apart ? curves : curves.slice(0, 1)
  const isGrid = ruled.some((curve) => tickLabel(curve, row) !== undefined)
  const marked = markCells(plot, marks, row, (column) => raster.penOf(column, row) === null)
  const { grid, unread: stroke } = look.glyphs
  const cells: Piece[] = []
  let style: Style = 'plain'
  let text = ''
  for (let column = 0; column < width; column++) {
    const pen = raster.penOf(column, row)
    const mark = pen === null ? (marked?.[column] ?? null) : null
    const isDot = isGrid && column % 2 === oddOnes
    const isUnread = unread?.[column] === true
    let own: Style = isUnread || isDot ? 'dim' : 'plain'
    if (mark !== null) own = mark.style
    else if (pen !== null && !isUnread) own = pen.role
    if (own !== style) {
      if (text !== '') cells.push(piece(text, style))
      style = own
      text = ''
    }
    if (pen !== null) text += raster.charOf(column, row)
    else if (mark !== null) text += mark.text
    else if (isUnread) text += stroke
    else text += isDot ? grid : ' '
  }
  if (text !== '') cells.push(piece(text, style))
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
