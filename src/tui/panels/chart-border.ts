import { dotRow } from '../../chart/axis.ts'
import { type Curve, tickLabel } from '../../chart/strips.ts'
import { timeTicks } from '../../chart/time-axis.ts'
import type { Trace } from '../../chart/trace.ts'
import { ownValue } from '../../util/records.ts'
import { nameText, unitText } from '../view/channel-text.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'

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
  readonly gutters: Gutters
  /** Width in cells, and in dots. */
  readonly cells: number
  readonly dots: number
  /** What is drawn, a slot for each dot; null: nothing. */
  readonly columns: Trace | null
  readonly look: Look
}

const LABEL_MIN = 5
/** The widest name below an overlaid axis, in cells. */
const AXIS_NAME_CELLS = 8

/** Overlaid: the first channel at the left, the others at the right. */
export function guttersOf(curves: readonly Curve[], apart: boolean, look: Look): Gutters {
  const left = Math.max(LABEL_MIN, ...(apart ? curves : curves.slice(0, 1)).map(labelWidth)) + 2
  if (apart) {
    const names = curves.flatMap((curve) => stripHead(curve, look))
    const nameCells = Math.max(1, ...names.map((name) => name.length)) + 2
    return { left: left + nameCells, right: 0, apart, nameCells, axes: [] }
  }
  const axes = curves.slice(1).map((curve) => ({
    curve,
    width: Math.max(labelWidth(curve), axisName(curve, look).length) + 1,
  }))
  const right = axes.reduce((sum, axis) => sum + axis.width, 0)
  return { left, right, apart, nameCells: 0, axes }
}

function labelWidth(curve: Curve): number {
  return Math.max(LABEL_MIN, ...curve.axis.labels.map((label) => label.length))
}

/** What stands in the first rows of a strip: `V`, or name and unit of an extra channel. */
function stripHead({ channel }: Curve, look: Look): readonly string[] {
  if (channel.quantity !== null) return [channel.unit]
  return [nameText(channel, look), unitText(channel, look)]
}

function axisName({ channel }: Curve, look: Look): string {
  return nameText(channel, look, AXIS_NAME_CELLS)
}

export function leftLabel({ curves, gutters, look }: Plot, row: number): Piece[] {
  const curve = curveInRow(gutters.apart ? curves : curves.slice(0, 1), row)
  if (!curve) return [piece(' '.repeat(gutters.left))]
  const head = gutters.apart ? stripHead(curve, look)[row - curve.strip.top] : undefined
  const name = (head === undefined ? '' : ` ${head}`).padEnd(gutters.nameCells)
  const label = tickLabel(curve, row)
  if (label === undefined && name.trim() === '') return [piece(' '.repeat(gutters.left))]
  const text = (label ?? '').padStart(gutters.left - name.length - 1)
  return [piece(`${name}${text} `, curve.channel.role)]
}

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
export function rightEdge({ curves, gutters, columns, look }: Plot, row: number): Piece {
  const newest = (columns?.length ?? 0) - 1
  const here = curves.find(({ channel, axis, strip }) => {
    const value = ownValue(columns?.channels, channel.id)?.last[newest] ?? Number.NaN
    return !Number.isNaN(value) && strip.top + dotRow(axis, value, strip.rows) === row
  })
  if (here) return piece(here.pen.letter.toUpperCase(), here.channel.role)
  const curve = gutters.apart ? undefined : curves[1]
  const tick = curve && tickLabel(curve, row) !== undefined
  return piece(tick ? look.glyphs.tickRight : look.glyphs.vertical, 'dim')
}

interface TitleOptions {
  readonly width: number
  readonly title: Line
  readonly note: Line
}

/** The upper border with the title at its left and, where there is room, the note at its right. */
export function titleLine({ width, title, note }: TitleOptions, { gutters, look }: Plot): Line {
  const { glyphs } = look
  const rule = (cells: number): Piece => piece(glyphs.horizontal.repeat(Math.max(0, cells)), 'dim')
  const inner = Math.max(0, width - gutters.left - gutters.right - 2)
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

/** The lower border: time before the right edge, a sign wherever samples are missing or a value stood out. */
export function bottomLine(plot: Plot, spanMs: number): Line {
  const { curves, gutters, look } = plot
  const [first] = curves
  const leftName = gutters.apart || !first ? '' : `${axisName(first, look)} `
  return [
    piece(leftName.padStart(gutters.left).slice(-gutters.left), first?.channel.role ?? 'plain'),
    piece(look.glyphs.bottomLeft, 'dim'),
    ...timeCells(plot, spanMs),
    piece(look.glyphs.bottomRight, 'dim'),
    ...gutters.axes.map(({ curve, width }) =>
      piece(axisName(curve, look).padStart(width), curve.channel.role),
    ),
  ]
}

function timeCells({ cells: width, dots, columns, look }: Plot, spanMs: number): Line {
  const { glyphs } = look
  const dotsPerCell = dots / width
  const cells: Piece[] = Array.from({ length: width }, () => piece(glyphs.horizontal, 'dim'))
  const labelled = new Set<number>()
  for (const tick of timeTicks(spanMs, dots)) {
    const at = Math.floor(tick.column / dotsPerCell)
    const start = Math.max(0, Math.min(width - tick.label.length, at))
    for (const [i, char] of [...tick.label].entries()) {
      cells[start + i] = piece(char)
      labelled.add(start + i)
    }
  }
  // Where both fall into one cell, the gap is the graver of the two.
  const signs = [
    { slots: columns?.marked, glyph: glyphs.mark },
    { slots: columns?.missing, glyph: glyphs.gap },
  ]
  for (const { slots, glyph } of signs) {
    for (let x = 0; slots && x < slots.length; x++) {
      if (slots[x] !== 1) continue
      // Beside a label rather than in it.
      let cell = Math.floor(x / dotsPerCell)
      while (labelled.has(cell)) cell++
      if (cell < width) cells[cell] = piece(glyph, 'warn')
    }
  }
  return cells.slice(0, width)
}
