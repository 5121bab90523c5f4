import { PLAIN } from './rendition.ts'
import { copyRow, edit, isSameCell, type RowCells, type Step } from './row-diff.ts'

/** A chart of 10 s that is 200 cells wide moves by as many when it is drawn twice a second. */
const FURTHEST = 10
/** Fewer cells than that are written sooner than moved. */
const LEAST_GAIN = 6

export interface Shift {
  readonly steps: readonly Step[]
  /** What the terminal shows then. */
  readonly shown: RowCells
}

/**
 * Moves a part of a row to the left, as a running chart does, where that brings
 * most of it into place: cells deleted at its left end and blanks inserted at
 * its right end. Null: nothing is gained.
 */
export function shiftLeft(y: number, shown: RowCells, wanted: RowCells): Shift | null {
  if (shown.chars.includes('') || wanted.chars.includes('')) return null
  const changed = changedPart(shown, wanted)
  // No more cells than differ can come into place.
  if (changed.count <= LEAST_GAIN) return null
  let best: { by: number; from: number; end: number; gain: number } | null = null
  for (let by = 1; by <= FURTHEST; by++) {
    const part = movedPart(shown, wanted, by, changed)
    if (part !== null && part.gain > (best?.gain ?? LEAST_GAIN)) best = { by, ...part }
  }
  if (best === null) return null
  const { by, from, end } = best
  const count = by === 1 ? '' : String(by)
  return {
    steps: [edit(y, from, `\x1b[${count}P`), edit(y, end - by, `\x1b[${count}@`)],
    shown: moved(shown, best),
  }
}

interface Changed {
  readonly count: number
  /** The first and the last one. */
  readonly first: number
  readonly last: number
}

/** The cells that differ as they stand. */
function changedPart(shown: RowCells, wanted: RowCells): Changed {
  let count = 0
  let first = 0
  let last = -1
  for (let x = 0; x < wanted.chars.length; x++) {
    if (isSameCell(wanted, shown, x)) continue
    if (count === 0) first = x
    last = x
    count++
  }
  return { count, first, last }
}

/** From the first to the last cell that would come into place. */
function movedPart(
  shown: RowCells,
  wanted: RowCells,
  by: number,
  changed: Changed,
): { from: number; end: number; gain: number } | null {
  let from = -1
  let end = -1
  const width = wanted.chars.length
  for (let x = changed.first; x <= changed.last && x + by < width; x++) {
    if (isSameCell(wanted, shown, x) || !isSameCell(wanted, shown, x, x + by)) continue
    if (from < 0) from = x
    end = x + by + 1
  }
  if (from < 0) return null
  let gain = -by
  for (let x = from; x < end - by; x++) {
    gain += Number(isSameCell(wanted, shown, x, x + by)) - Number(isSameCell(wanted, shown, x))
  }
  return { from, end, gain }
}

function moved(
  shown: RowCells,
  { by, from, end }: { by: number; from: number; end: number },
): RowCells {
  const row = copyRow(shown)
  for (let x = from; x < end; x++) {
    const isNew = x >= end - by
    row.chars[x] = isNew ? ' ' : (shown.chars[x + by] ?? ' ')
    row.renditions[x] = isNew ? PLAIN : (shown.renditions[x + by] ?? PLAIN)
  }
  return row
}
