import { columnAt } from '../../chart/columns.ts'
import type { Limits } from '../../chart/limits.ts'
import type { Curve } from '../../chart/strips.ts'
import { numberText } from '../../util/number-text.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import type { Look } from '../view/look.ts'
import { type Piece, piece, type Style } from '../view/styled.ts'
import type { Plot } from './chart-border.ts'

/** What is drawn into a plot behind its curves. */
export interface ChartMarks {
  readonly limits: readonly Limits[]
  /** Unix µs; null: none */
  readonly cursorUs: number | null
  /** Unix µs, the end exclusive; null: none */
  readonly selection: { readonly fromUs: number; readonly toUs: number } | null
}

export const NO_MARKS: ChartMarks = { limits: [], cursorUs: null, selection: null }

const LIMIT_CELLS = 8
/** Limits in one row take turns, so many cells each at least, and begin with whose they are. */
const TURN_CELLS = 12
/** Figures that a person reads with ease in the unit of the axis. */
const NEAR = { from: 0.001, below: 10_000 }

/**
 * The marks of one row of a plot, null where there are none: the selected span shaded, limits
 * as dashed lines, the cursor; where a limit lies beyond its axis, an arrow and its value.
 *
 * @param isFree whether no curve is drawn in a cell of the row
 * @returns null: there are none in the whole row
 */
export function markCells(
  plot: Plot,
  marks: ChartMarks,
  row: number,
  isFree: (column: number) => boolean,
): readonly (Piece | null)[] | null {
  const { cells: width, look } = plot
  const { glyphs } = look
  const { selection, cursorUs } = marks
  const limits = linesIn(plot, row)
  if (selection === null && cursorUs === null && limits.length === 0) return null
  const cells: (Piece | null)[] = new Array<Piece | null>(width).fill(null)
  if (selection !== null) {
    const from = cellOf(plot, selection.fromUs)
    const to = cellOf(plot, selection.toUs - 1)
    for (let x = Math.max(0, from); x <= Math.min(width - 1, to); x++) {
      cells[x] = piece(glyphs.shade, 'dim')
    }
  }
  drawLimits(
    cells,
    limits.filter(({ beyond }) => beyond === 0),
    look,
  )
  const cursor = cursorUs === null ? -1 : cellOf(plot, cursorUs)
  if (cursor >= 0 && cursor < width) cells[cursor] = piece(glyphs.cursor, 'bold')
  for (const { style, beyond, text: value, owner } of limits) {
    if (beyond === 0) continue
    const arrow = beyond > 0 ? glyphs.above : glyphs.below
    const text = `${owner}${arrow}${value}`
    const place = [1, width - text.length - 1, ...cells.keys()].find((x) =>
      isRoom(x, text, cells, isFree),
    )
    if (place === undefined) continue
    for (const [i, char] of [...text].entries()) cells[place + i] = piece(char, style)
  }
  return cells
}

/** Dashes, and in them whose they are. */
function drawLimits(cells: (Piece | null)[], limits: readonly RowLimit[], look: Look): void {
  if (limits.length === 0) return
  const turn = Math.max(TURN_CELLS, ...limits.map(({ owner }) => owner.length + 4))
  for (let x = 0; x < cells.length; x++) {
    const { style, owner } = limits[Math.floor(x / turn) % limits.length] as RowLimit
    const letter = owner[(x % turn) - 1]
    if (letter !== undefined) cells[x] = piece(letter, style)
    else if (!look.ascii || x % 2 === 0) cells[x] = piece(look.glyphs.limitLine, style)
  }
}

function isRoom(
  at: number,
  text: string,
  cells: readonly (Piece | null)[],
  isFree: (column: number) => boolean,
): boolean {
  if (at < 0 || at + text.length > cells.length) return false
  return [...text].every((_, i) => isFree(at + i) && (cells[at + i] ?? null) === null)
}

/** `5.25`, in the unit of its axis; with one of its own, `500 mA`, where it is too far from there. */
function limitText(value: number, { channel, form, unit }: Curve): string {
  const size = Math.abs(inUnit(value, unit.exponent))
  const isNear = value === 0 || (size >= NEAR.from && size < NEAR.below)
  const { exponent, text } = isNear ? unit : form.unit(value)
  const scaled = inUnit(value, exponent)
  const plain = String(scaled)
  const decimals = Math.max(0, channel.decimals + exponent)
  const short = plain.length <= LIMIT_CELLS ? plain : numberText(scaled, decimals, LIMIT_CELLS)
  return exponent === unit.exponent ? short : `${short} ${text}`
}

/** The frame of a plot where a limit meets it, so that the line is seen where a curve covers it; null: none does. */
export function limitEdge(plot: Plot, row: number): Piece | null {
  const line = linesIn(plot, row).find(({ beyond }) => beyond === 0)
  return line === undefined ? null : piece(plot.look.glyphs.limitLine, line.style)
}

interface RowLimit {
  readonly beyond: -1 | 0 | 1
  readonly style: Style
  readonly text: string
  /**
   * Whose it is, where it could be taken for another's: `A` of curves that share a frame; `2`, `1+3` the
   * devices that it is meant for, where some are not.
   */
  readonly owner: string
}

/** Limits of all curves that stand in a row of the plot. */
function linesIn({ curves }: Plot, row: number): readonly RowLimit[] {
  if (curves.every(({ limits }) => limits.length === 0)) return []
  return curves.flatMap((curve) =>
    curve.limits
      .filter((limit) => curve.top + limit.row === row)
      .map(({ value, beyond, letters }) => {
        const isOfSeveral = letters !== undefined && letters.length !== 1
        const style = isOfSeveral ? 'plain' : curve.pen.role
        const sharer = curve.strip.channels.length > 1 ? [curve.pen.letter] : []
        const owner = (letters ?? sharer).join('+').toUpperCase()
        return { beyond, style, text: limitText(value, curve), owner }
      }),
  )
}

/** The cell of the plot that a moment lies in; outside of it, one that it does not have. */
function cellOf({ columns, cells }: Plot, timeUs: number): number {
  if (columns === null) return -1
  return Math.floor((columnAt(columns, timeUs) * cells) / columns.length)
}
