import { type Columns, columnAt } from '../../chart/columns.ts'
import { type TimeTick, timeTicks } from '../../chart/time-axis.ts'
import { SIGN, type Trace } from '../../chart/trace.ts'
import type { Look } from '../view/look.ts'
import { SIGNS } from '../view/signs.ts'
import { type Line, type Piece, piece } from '../view/styled.ts'

/**
 * The line below a plot. Signs and ticks stand at their own moment; a time stands beside its
 * tick, where no sign does. Where signs leave room for none, times are written over them,
 * in their style.
 *
 * @param columns of the plot, a whole number to a cell; null: nothing is known
 */
export function timeLine(columns: Columns | null, width: number, { glyphs }: Look): Line {
  const cells: Piece[] = Array.from({ length: width }, () => piece(glyphs.horizontal, 'dim'))
  if (columns === null) return cells
  const perCell = columns.length / width
  const cellOf = (timeUs: number): number => Math.floor(columnAt(columns, timeUs) / perCell)
  const ticks = timeTicks(columns.startUs, columns.slotUs * perCell, width, cellOf)
  for (const { cell } of ticks) cells[cell] = piece(glyphs.tickDown, 'dim')
  const signed = new Set<number>()
  for (let cell = 0; cell < width; cell++) {
    const said = signsIn(columns, cell * perCell, perCell)
    const shown = SIGNS.find(({ sign }) => (said & SIGN[sign]) !== 0)
    if (shown === undefined) continue
    cells[cell] = piece(glyphs[shown.glyph], shown.style)
    signed.add(cell)
  }
  const free = placeTimes(ticks, width, signed)
  for (const { start, label } of free.length > 0 ? free : placeTimes(ticks, width, new Set())) {
    for (const [i, char] of [...label].entries()) {
      const style = signed.has(start + i) ? (cells[start + i]?.style ?? 'plain') : 'plain'
      cells[start + i] = piece(char, style)
    }
  }
  return cells
}

function signsIn({ signs }: Trace, from: number, count: number): number {
  let said = 0
  for (let x = from; x < from + count; x++) said |= signs[x] ?? 0
  return said
}

interface PlacedTime {
  readonly start: number
  readonly label: string
}

/** Each time in the cells right of its tick, else nowhere: it is the tick that must stand. */
function placeTimes(
  ticks: readonly TimeTick[],
  width: number,
  signed: ReadonlySet<number>,
): readonly PlacedTime[] {
  const taken = new Set([...signed, ...ticks.map(({ cell }) => cell)])
  const placed: PlacedTime[] = []
  for (const { cell, label } of ticks) {
    const start = cell + 1
    const isFree = [...label].every((_, i) => start + i < width && !taken.has(start + i))
    if (isFree) placed.push({ start, label })
  }
  return placed
}
