import { dotRow } from '../../chart/axis.ts'
import type { Columns } from '../../chart/columns.ts'
import { type Curve, tickLabel } from '../../chart/strips.ts'
import { timeTicks } from '../../chart/time-axis.ts'
import type { Quantity } from '../../domain/channels.ts'
import { UNIT } from '../view/format.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, lineWidth, type Span, span } from '../view/styled.ts'

/** Room for the axes' labels beside the plot, in cells. */
export interface Gutters {
  readonly left: number
  readonly right: number
  /** True: a strip a quantity, all labels at the left, with the unit. */
  readonly apart: boolean
  /** Axes at the right, from the plot outwards. */
  readonly axes: readonly { readonly quantity: Quantity; readonly width: number }[]
}

const LABEL_MIN = 5
const UNIT_CELLS = 3

/** Overlaid: V at the left, A and W at the right. */
export function guttersOf(curves: readonly Curve[], apart: boolean): Gutters {
  const left = Math.max(LABEL_MIN, ...(apart ? curves : curves.slice(0, 1)).map(labelWidth)) + 2
  if (apart) return { left: left + UNIT_CELLS, right: 0, apart, axes: [] }
  const axes = curves
    .slice(1)
    .map((curve) => ({ quantity: curve.quantity, width: labelWidth(curve) + 1 }))
  return { left, right: axes.reduce((sum, axis) => sum + axis.width, 0), apart, axes }
}

function labelWidth(curve: Curve): number {
  return Math.max(LABEL_MIN, ...curve.axis.labels.map((label) => label.length))
}

export function leftLabel(curves: readonly Curve[], row: number, gutters: Gutters): Span[] {
  const curve = curveInRow(gutters.apart ? curves : curves.slice(0, 1), row)
  const label = curve && tickLabel(curve, row)
  if (!curve || label === undefined) return [span(' '.repeat(gutters.left))]
  const unit = gutters.apart
    ? (row === curve.strip.top ? ` ${UNIT[curve.quantity]}` : '').padEnd(UNIT_CELLS)
    : ''
  return [span(`${unit}${label.padStart(gutters.left - unit.length - 1)} `, curve.quantity)]
}

export function rightLabels(curves: readonly Curve[], row: number, gutters: Gutters): Span[] {
  return gutters.axes.map(({ quantity, width }) => {
    const curve = curves.find((candidate) => candidate.quantity === quantity)
    return span(((curve && tickLabel(curve, row)) ?? '').padStart(width), quantity)
  })
}

function curveInRow(curves: readonly Curve[], row: number): Curve | undefined {
  return curves.find(({ strip }) => row >= strip.top && row < strip.top + strip.rows)
}

export function leftEdge(curves: readonly Curve[], row: number, look: Look): Span {
  const curve = curveInRow(curves, row)
  const tick = curve && tickLabel(curve, row) !== undefined
  return span(tick ? look.glyphs.tickLeft : look.glyphs.vertical, 'dim')
}

/** The frame at the right; where a quantity's newest value is, its letter, so that colour is not needed. */
export function rightEdge(
  curves: readonly Curve[],
  row: number,
  columns: Columns | null,
  gutters: Gutters,
  look: Look,
): Span {
  const newest = (columns?.length ?? 0) - 1
  if (columns && (columns.count[newest] ?? 0) > 0) {
    const here = curves.find(({ quantity, axis, strip }) => {
      const value = columns.last[quantity][newest] ?? 0
      return strip.top + dotRow(axis, value, strip.rows) === row
    })
    if (here) return span(UNIT[here.quantity], here.quantity)
  }
  const curve = gutters.apart ? undefined : curves[1]
  const tick = curve && tickLabel(curve, row) !== undefined
  return span(tick ? look.glyphs.tickRight : look.glyphs.vertical, 'dim')
}

interface TitleOptions {
  readonly width: number
  readonly title: Line
  readonly note: Line
  readonly look: Look
}

/** The upper border with the title at its left and, where there is room, the note at its right. */
export function titleLine({ width, title, note, look }: TitleOptions, gutters: Gutters): Line {
  const { glyphs } = look
  const rule = (cells: number): Span => span(glyphs.horizontal.repeat(Math.max(0, cells)), 'dim')
  const inner = Math.max(0, width - gutters.left - gutters.right - 2)
  const head = lineWidth(title) + 1 > inner ? fitLine(title, inner - 1) : title
  const room = inner - 1 - lineWidth(head)
  const tail = lineWidth(note) + 2 <= room ? [...note, rule(1)] : []
  return [
    span(' '.repeat(gutters.left)),
    span(glyphs.topLeft, 'dim'),
    rule(1),
    ...head,
    rule(room - lineWidth(tail)),
    ...tail,
    span(glyphs.topRight, 'dim'),
    span(' '.repeat(gutters.right)),
  ]
}

interface BottomOptions {
  readonly spanMs: number
  readonly look: Look
}

/** The lower border: time before the right edge, and a mark wherever samples are missing. */
export function bottomLine(
  { spanMs, look }: BottomOptions,
  gutters: Gutters,
  plotColumns: number,
  dotColumns: number,
  columns: Columns | null,
): Line {
  const { glyphs } = look
  const dotsPerCell = dotColumns / plotColumns
  const cells: Span[] = Array.from({ length: plotColumns }, () => span(glyphs.horizontal, 'dim'))
  const labelled = new Set<number>()
  for (const tick of timeTicks(spanMs, dotColumns)) {
    const at = Math.floor(tick.column / dotsPerCell)
    const start = Math.max(0, Math.min(plotColumns - tick.label.length, at))
    for (const [i, char] of [...tick.label].entries()) {
      cells[start + i] = span(char)
      labelled.add(start + i)
    }
  }
  for (let x = 0; columns && x < columns.length; x++) {
    if (columns.missing[x] !== 1) continue
    // Beside a label rather than in it.
    let cell = Math.floor(x / dotsPerCell)
    while (labelled.has(cell)) cell++
    if (cell < plotColumns) cells[cell] = span(glyphs.gap, 'warn')
  }
  return [
    span((gutters.apart ? '' : `${UNIT.voltage} `).padStart(gutters.left), 'voltage'),
    span(glyphs.bottomLeft, 'dim'),
    ...cells.slice(0, plotColumns),
    span(glyphs.bottomRight, 'dim'),
    ...gutters.axes.map(({ quantity, width }) => span(UNIT[quantity].padStart(width), quantity)),
  ]
}
