import type { AxisFormOf } from '../../chart/axis-form.ts'
import { type Columns, foldColumns } from '../../chart/columns.ts'
import { comparedCurves, withAllSigns } from '../../chart/compared.ts'
import { drawCurve } from '../../chart/curve.ts'
import { dotsPerColumn, Raster } from '../../chart/raster.ts'
import {
  type Curve,
  curvesOf,
  letterRows,
  type Strip,
  stripsOf,
  tickLabel,
} from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import { unreadCells } from '../../chart/unread.ts'
import type { Channel } from '../../domain/channels.ts'
import type { DeviceBrief, DeviceNumber } from '../../monitor/view.ts'
import { unitText } from '../view/channel-text.ts'
import { deviceMark } from '../view/compare.ts'
import type { Look } from '../view/look.ts'
import {
  fitLine,
  type Line,
  lineText,
  lineWidth,
  type Piece,
  piece,
  type Target,
} from '../view/styled.ts'
import type { ViewState } from '../view/view-state.ts'
import {
  bottomLine,
  guttersOf,
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
  /** Channels that have no strip because their curves were hidden. Default: none */
  readonly hidden?: readonly string[]
  /** Set into the upper border, at its left and its right. */
  readonly title: Line
  readonly note: Line
  /** The trace is that of another moment or span, until the one that was asked for is there. Default: it is not */
  readonly isReading?: boolean
  /** In an empty plot. */
  readonly message: string
  /** Default: none */
  readonly marks?: ChartMarks
  /** One quantity of several devices in place of the strips. */
  readonly compared?: ComparedChart
  /** Default: the bare unit, and what is finest for the sensor. */
  readonly formOf?: AxisFormOf
  readonly look: Look
}

/** One quantity of several devices. */
export interface ComparedChart {
  readonly channel: Channel
  /** At least two. */
  readonly devices: readonly DeviceBrief[]
  /** By device; null: not there yet. */
  readonly traces: ReadonlyMap<DeviceNumber, Trace> | null
}

interface ChartShape {
  readonly arrangement: ViewState['arrangement']
  /** Of the chart with its title and time axis. */
  readonly height: number
}

/** Whether the curves are in a strip each: there is room, and it is asked for or there is much of it. */
export function isApart({ arrangement, height }: ChartShape): boolean {
  if (!stripsFit(height)) return false
  return arrangement === 'auto' ? plotRows(height) >= STRIPS_FROM_ROWS : arrangement === 'strips'
}

/** Whether a chart of that height can be cut into strips. */
export function stripsFit(height: number): boolean {
  return plotRows(height) >= STRIPS_LEAST_ROWS
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
    lines.push([
      ...leftLabel(plot, row),
      limitEdge(plot, row) ?? leftEdge(plot, row),
      ...plotCells(raster, plot, options.marks ?? NO_MARKS, row, unread),
      rightEdge(plot, row),
      ...rightLabels(plot, row),
    ])
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

export function plotExtent(trace: Trace | null, options: ChartOptions): PlotExtent {
  const { gutters, cells, columns } = plotOf(trace, options)
  const cellUs = columnUs(options, cells) * perCell(options.look)
  return { left: gutters.left + 1, cells, cellUs, startUs: columns?.startUs ?? null }
}

/** Time of a dot column. One character more than the span is shown, for it begins and ends within one. */
function columnUs({ spanMs, look }: ChartOptions, cells: number): number {
  return (spanMs * 1000) / (Math.max(1, cells - 1) * perCell(look))
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

/** Where each curve's letter stands: in the title, where there is room for them, and at the right edge. */
export function chartLegend(trace: Trace | null, options: ChartOptions): readonly LegendCell[] {
  const plot = plotOf(trace, options)
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

function targetOf({ channel, pen }: Curve, { compared }: ChartOptions): Target {
  const device = compared?.devices.find(({ number }) => deviceMark(number) === pen.letter)
  if (device !== undefined) return { kind: 'device', device: device.number }
  return { kind: 'channel', channel: channel.id }
}

/** Of the plot, on the fixed grid of time that a running chart moves along. */
function firstColumnOf(columns: Trace | null, look: Look): number {
  return columns ? Math.round(columns.startUs / columns.slotUs / perCell(look)) : 0
}

function perCell(look: Look): number {
  return dotsPerColumn(look.ascii)
}

/**
 * What is drawn, with the room for its labels. They depend on the extents of what is drawn,
 * and that on the room they leave: it only ever grows, so that this comes to an end.
 */
function plotOf(trace: Trace | null, options: ChartOptions): Plot {
  const { width, look, strips, compared } = options
  const isApart = strips.length > 1
  let gutters = guttersOf([], isApart, look)
  for (;;) {
    const cells = Math.max(1, width - gutters.left - gutters.right - 2)
    const dots = cells * perCell(look)
    const slotUs = columnUs(options, cells)
    const { columns, curves } = compared
      ? drawnOfSeveral(compared, options, { dots, slotUs })
      : drawnOf(trace, options, { dots, slotUs })
    const needed = guttersOf(curves, isApart, look, gutters)
    if (needed.left === gutters.left && needed.right === gutters.right) {
      const letters = letterRows(curves, look.ascii ? 1 : 4)
      const plot = { curves, letters, gutters: needed, cells, columns, look }
      return compared ? { ...plot, axisStyle: 'plain' } : plot
    }
    gutters = needed
  }
}

/** Columns of dots. */
interface Grid {
  readonly dots: number
  readonly slotUs: number
}

interface Drawn {
  readonly columns: Columns | null
  readonly curves: readonly Curve[]
}

function drawnOf(trace: Trace | null, options: ChartOptions, { dots, slotUs }: Grid): Drawn {
  const { endUs, look, strips, channels, marks } = options
  const columns = trace && foldColumns(trace, dots, slotUs, endUs, perCell(look))
  const formOf = namedFormOf(options, strips.length > 1)
  const limits = marks?.limits ?? []
  return { columns, curves: columns ? curvesOf(columns, { strips, channels, formOf, limits }) : [] }
}

function drawnOfSeveral(
  { channel, devices, traces }: ComparedChart,
  options: ChartOptions,
  { dots, slotUs }: Grid,
): Drawn {
  const { endUs, look, height } = options
  const each = devices.flatMap(({ number, limits }, place) => {
    const trace = traces?.get(number)
    if (trace === undefined) return []
    const columns = foldColumns(trace, dots, slotUs, endUs, perCell(look))
    return [{ columns, letter: deviceMark(number), place, limits }]
  })
  const formOf = namedFormOf(options, false)
  const curves = comparedCurves(channel, each, plotRows(height), (largest) =>
    formOf(channel, largest),
  )
  return { columns: withAllSigns(each.map(({ columns }) => columns)), curves }
}

/** An overlaid extra channel has its name at the axis, but no room for a unit: it stays bare. */
function namedFormOf({ formOf, look }: ChartOptions, isApart: boolean): AxisFormOf {
  return (channel, magnitude) => {
    const bare = { text: unitText(channel, look), exponent: 0 }
    const form = formOf?.(channel, magnitude) ?? { finest: channel.finest, unit: () => bare }
    return isApart || channel.quantity !== null ? form : { ...form, unit: () => bare }
  }
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
  const firstColumn = firstColumnOf(columns, look)
  // Of overlaid curves the first one's alone: a grid of all would be in every row.
  const ruled = gutters.apart ? curves : curves.slice(0, 1)
  const isGrid = ruled.some((curve) => tickLabel(curve, row) !== undefined)
  const marked = markCells(plot, marks, row, (column) => raster.cell(column, row) === null)
  const cells: Piece[] = []
  for (let column = 0; column < width; column++) {
    const drawn = raster.cell(column, row)
    const isDot = isGrid && (firstColumn + column) % 2 !== 0
    const isUnread = unread?.[column] === true
    const blank = isDot ? piece(look.glyphs.grid, 'dim') : piece(' ')
    const empty = isUnread ? piece(look.glyphs.unread, 'dim') : blank
    const next = drawn
      ? piece(drawn.text, isUnread ? 'dim' : drawn.role)
      : (marked[column] ?? empty)
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
