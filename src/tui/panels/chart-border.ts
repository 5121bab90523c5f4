import type { Columns } from '../../chart/columns.ts'
import { type Curve, tickLabel } from '../../chart/strips.ts'
import { nameText } from '../view/channel-text.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, lineWidth, type Piece, piece, type Style } from '../view/styled.ts'
import { timeLine } from './chart-time-line.ts'

/** Room for the axes' labels beside the plot, in cells. */
export interface Gutters {
  readonly left: number
  readonly right: number
  /** True: a strip a channel, all labels at the left, with name and unit. */
  readonly apart: boolean
  /** Of `left`, what name and unit take; 0 where the curves are overlaid. */
  readonly nameCells: number
  /** Axes at the right, from the plot outwards. */
  readonly axes: readonly { readonly curve: Curve; readonly width: number }[]
}

/** A plot with what stands around it. */
export interface Plot {
  readonly curves: readonly Curve[]
  /** Which letter stands at the right edge of which row. */
  readonly letters: ReadonlyMap<number, Curve>
  readonly gutters: Gutters
  /** Width in cells. */
  readonly cells: number
  /** Of axes that are not of one channel of one device; absent: the channel's. */
  readonly axisStyle?: Style
  /** Of the whole plot, a slot for each dot; null: nothing is drawn. */
  readonly columns: Columns | null
  readonly look: Look
}

const LABEL_MIN = 5
/** The widest name below an overlaid axis, in cells. */
const AXIS_NAME_CELLS = 8

/**
 * Overlaid: the first channel at the left, the others at the right.
 *
 * @param least at least as wide as these
 */
export function guttersOf(
  curves: readonly Curve[],
  apart: boolean,
  look: Look,
  least?: Gutters,
): Gutters {
  const labels = Math.max(LABEL_MIN, ...(apart ? curves : curves.slice(0, 1)).map(labelWidth)) + 2
  const leastLeft = least?.left ?? 0
  if (apart) {
    const names = curves.flatMap((curve) => stripHead(curve, look))
    const nameCells = Math.max(1, ...names.map((name) => name.length)) + 2
    return { left: Math.max(leastLeft, labels + nameCells), right: 0, apart, nameCells, axes: [] }
  }
  const others = curves.slice(1).filter(({ axis }) => axis !== curves[0]?.axis)
  const axes = others.map((curve) => ({
    curve,
    width: Math.max(labelWidth(curve), axisName(curve, look).length) + 1,
  }))
  const sum = axes.reduce((cells, axis) => cells + axis.width, 0)
  const right = Math.max(least?.right ?? 0, sum)
  return { left: Math.max(leastLeft, labels), right, apart, nameCells: 0, axes }
}

function labelWidth(curve: Curve): number {
  return Math.max(LABEL_MIN, ...curve.labels.map((label) => label?.length ?? 0))
}

/** What stands in the first rows of a strip: `mA`, or name and unit of an extra channel. */
function stripHead({ channel, unit }: Curve, look: Look): readonly string[] {
  if (channel.quantity !== null) return [unit.text]
  return [nameText(channel, look), unit.text]
}

/** `mA`, or the name of an extra channel. */
function axisName({ channel, unit }: Curve, look: Look): string {
  return channel.quantity === null ? nameText(channel, look, AXIS_NAME_CELLS) : unit.text
}

export function leftLabel({ curves, gutters, look, axisStyle }: Plot, row: number): Piece[] {
  const curve = curveInRow(gutters.apart ? curves : curves.slice(0, 1), row)
  if (!curve) return [piece(' '.repeat(gutters.left))]
  const head = gutters.apart ? stripHead(curve, look)[row - curve.strip.top] : undefined
  const name = (head === undefined ? '' : ` ${head}`).padEnd(gutters.nameCells)
  const label = tickLabel(curve, row)
  if (label === undefined && name.trim() === '') return [piece(' '.repeat(gutters.left))]
  const text = (label ?? '').padStart(gutters.left - name.length - 1)
  return [piece(`${name}${text} `, axisStyle ?? curve.channel.role)]
}

/** What they leave of their room is filled at the line's end. */
export function rightLabels({ gutters }: Plot, row: number): Piece[] {
  return gutters.axes.map(({ curve, width }) =>
    piece((tickLabel(curve, row) ?? '').padStart(width), curve.channel.role),
  )
}

function curveInRow(curves: readonly Curve[], row: number): Curve | undefined {
  return curves.find(({ strip }) => row >= strip.top && row < strip.top + strip.rows)
}

export function leftEdge({ curves, look }: Plot, row: number): Piece {
  const curve = curveInRow(curves, row)
  const tick = curve && tickLabel(curve, row) !== undefined
  return piece(tick ? look.glyphs.tickLeft : look.glyphs.vertical, 'dim')
}

/** The border at the right; where a channel's newest value is, its letter, so that colour is not needed. */
export function rightEdge({ letters, gutters, look }: Plot, row: number): Piece {
  const here = letters.get(row)
  if (here) return piece(here.pen.letter.toUpperCase(), here.pen.role)
  const curve = gutters.apart ? undefined : gutters.axes[0]?.curve
  const tick = curve && tickLabel(curve, row) !== undefined
  return piece(tick ? look.glyphs.tickRight : look.glyphs.vertical, 'dim')
}

export interface TitleOptions {
  readonly width: number
  readonly title: Line
  /** The letters of the curves, behind the title. */
  readonly legend: Line
  readonly note: Line
}

function titleRoom({ width }: TitleOptions, { gutters }: Plot): number {
  return Math.max(0, width - gutters.left - gutters.right - 2)
}

/** Where the legend begins in the upper border; null: there is no room for it. */
export function legendStart(options: TitleOptions, plot: Plot): number | null {
  const { title, legend } = options
  const needed = lineWidth(title) + lineWidth(legend) + 1
  if (legend.length === 0 || needed > titleRoom(options, plot)) return null
  return plot.gutters.left + 2 + lineWidth(title)
}

/** The upper border with the title at its left and, where there is room, the note at its right. */
export function titleLine(options: TitleOptions, plot: Plot): Line {
  const { note } = options
  const { gutters, look } = plot
  const { glyphs } = look
  const rule = (cells: number): Piece => piece(glyphs.horizontal.repeat(Math.max(0, cells)), 'dim')
  const inner = titleRoom(options, plot)
  const legend = legendStart(options, plot) === null ? [] : options.legend
  const title = [...options.title, ...legend]
  const head = lineWidth(title) + 1 > inner ? fitLine(title, inner - 1) : title
  const room = inner - 1 - lineWidth(head)
  const tail = lineWidth(note) + 2 <= room ? [...note, rule(1)] : []
  return [
    piece(' '.repeat(gutters.left)),
    piece(glyphs.topLeft, 'dim'),
    rule(1),
    ...head,
    rule(room - lineWidth(tail)),
    ...tail,
    piece(glyphs.topRight, 'dim'),
    piece(' '.repeat(gutters.right)),
  ]
}

/** The lower border: clock times, a sign wherever samples are missing or a value stood out. */
export function bottomLine(plot: Plot): Line {
  const { curves, gutters, look, axisStyle } = plot
  const [first] = curves
  const leftName = gutters.apart || !first ? '' : `${axisName(first, look)} `
  return [
    piece(
      leftName.padStart(gutters.left).slice(-gutters.left),
      axisStyle ?? first?.channel.role ?? 'plain',
    ),
    piece(look.glyphs.bottomLeft, 'dim'),
    ...timeLine(plot.columns, plot.cells, look),
    piece(look.glyphs.bottomRight, 'dim'),
    ...gutters.axes.map(({ curve, width }) =>
      piece(axisName(curve, look).padStart(width), curve.channel.role),
    ),
  ]
}
