import { isTroubled, sinkName, sinkWords } from '../../figures/sink-words.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { cellText, cutFront } from '../view/cell-text.ts'
import type { Size } from '../view/layout.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'

const NAME_MOST = 34
/** From this height on each sink has a row of its own, up to so many. */
const ROWS_FROM = 30
const ROWS_MOST = 4

/** Rows of all sinks; none where there are none. */
export function sinkRows({ rows }: Size, { sinks }: Snapshot): number {
  return Math.min(sinks.length, rows >= ROWS_FROM ? ROWS_MOST : 1)
}

/** Where else the data goes, a line each; where there is one line for all, the one in trouble, and how many there are. */
export function sinkLines(
  { sinks, nowUs }: Snapshot,
  width: number,
  look: Look,
  rows: number,
): Line[] {
  const worst = sinks.toSorted((a, b) => Number(isTroubled(b)) - Number(isTroubled(a)))
  return worst.slice(0, rows).map((status, i) => {
    const others = i === rows - 1 ? sinks.length - rows : 0
    const [first, ...rest] = sinkWords(status, nowUs / 1000)
    const parts: Piece[] = [
      piece(' sink ', 'dim'),
      piece(cutFront(cellText(sinkName(status), look), Math.min(NAME_MOST, width >> 1), look)),
      ...(others > 0 ? [piece(` (and ${others} more)`, 'dim')] : []),
      ...(first === undefined ? [] : [piece(`  ${cellText(first.text, look)}`, first.style)]),
      ...rest.map(({ text, style }) => piece(`  ${text}`, style)),
    ]
    return fitWhole(parts, width)
  })
}
