import { isGroupTroubled, pollWords, shownPlc } from '../../figures/poll-words.ts'
import type { PollGroupStatus, Snapshot } from '../../monitor/view.ts'
import { cellText } from '../view/cell-text.ts'
import type { Size } from '../view/layout.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'

/** From these heights on, so many groups have a row of their own. */
const ROWS: readonly (readonly [fromRows: number, groups: number])[] = [
  [60, 10],
  [45, 6],
  [30, 3],
]

/** Rows of the polling groups of the device that is shown; none where it is no PLC. */
export function pollRows({ rows }: Size, snapshot: Snapshot): number {
  const most = ROWS.find(([from]) => rows >= from)?.[1] ?? 1
  return Math.min(groupsOf(snapshot).length, most)
}

/** The polling groups of the device that is shown, a line each, those in trouble first; the last one says how many more there are. */
export function pollLines(snapshot: Snapshot, width: number, look: Look, rows: number): Line[] {
  const groups = groupsOf(snapshot)
  const worst = groups.toSorted((a, b) => Number(isGroupTroubled(b)) - Number(isGroupTroubled(a)))
  return worst.slice(0, rows).map((group, i) => {
    const others = i === rows - 1 ? groups.length - rows : 0
    const [first, ...rest] = pollWords(group)
    const parts: Piece[] = [
      piece(' group ', 'dim'),
      piece(cellText(group.name, look)),
      ...(others > 0 ? [piece(` (and ${others} more)`, 'dim')] : []),
      ...(first === undefined ? [] : [piece(`  ${cellText(first.text, look)}`, first.style)]),
      ...rest.map(({ text, style }) => piece(`  ${text}`, style)),
    ]
    return fitWhole(parts, width)
  })
}

function groupsOf(snapshot: Snapshot): readonly PollGroupStatus[] {
  return shownPlc(snapshot)?.groups ?? []
}
