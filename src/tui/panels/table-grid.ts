import type { Snapshot } from '../../monitor/view.ts'
import { nameText } from '../view/channel-text.ts'
import type { PanelArea } from '../view/look.ts'

/** The least and the most of a number, in cells; wider columns look torn apart. */
const NUMBER_CELLS = 6
export const NUMBER_MAX = 11
/** From so many cells a number on, all decimals that were sent stand there, point below point. */
export const ALIGNED_FROM = 8
/** The widest window; more would be a blank. */
const WINDOW_MAX = 60
/** Room for the name where it is the unit: `mA`. */
const NAME_CELLS = 2
export const COLUMNS = ['min', 'avg', 'max'] as const
/** With p95, where its digits cost the others none. */
const COLUMNS_P95 = [...COLUMNS, 'p95'] as const
export type Figure = (typeof COLUMNS_P95)[number]

/** Widths in cells. */
export interface Grid {
  /** Before the name; 0 where long names need it. */
  readonly margin: number
  readonly name: number
  readonly now: number
  /** Of a number in a window. */
  readonly number: number
  /** One window: a bar, its numbers with a space before each, a space. */
  readonly window: number
  /** How many of the windows there is room for. */
  readonly windows: number
  readonly columns: readonly Figure[]
}

/**
 * @param name cells of the longest name
 * @param whole cells that numbers need at least
 */
export function gridFor(name: number, width: number, snapshot: Snapshot, whole = 0): Grid {
  const [nameCells, cells] = [Math.max(NAME_CELLS, name), Math.max(NUMBER_CELLS, whole)]
  const grid = gridWith(COLUMNS_P95, nameCells, width, snapshot, cells)
  const hasRoom = grid.windows === snapshot.windows.length && grid.number >= ALIGNED_FROM
  return hasRoom ? grid : gridWith(COLUMNS, nameCells, width, snapshot, cells)
}

function gridWith(
  columns: readonly Figure[],
  name: number,
  width: number,
  { windows }: Snapshot,
  leastCells: number,
): Grid {
  const least = 2 + columns.length * (1 + leastCells)
  // The space behind the last window needs no cell.
  const room = (margin: number): number => width + 1 - margin - name - 1 - 1
  const fitting = (margin: number, now: number): number =>
    Math.min(windows.length, Math.floor((room(margin) - now) / least))
  const tight = fitting(0, leastCells)
  const margin = fitting(1, leastCells) >= tight ? 1 : 0
  const count = Math.max(1, tight)
  // As wide as the newest value, which is a number as well.
  const cells = Math.floor(
    (room(margin) - count * (2 + columns.length)) / (count * columns.length + 1),
  )
  const number = Math.max(leastCells, Math.min(NUMBER_MAX, cells))
  // What is left over goes to the newest value, which has a cell more where there is one.
  const spare = room(margin) - count * (2 + columns.length * (1 + number))
  const now = Math.max(leastCells, Math.min(number + 1, spare))
  const window = Math.max(
    2 + columns.length * (1 + number),
    Math.min(Math.floor((room(margin) - now) / count), WINDOW_MAX),
  )
  return { margin, name, now, number, window, windows: count, columns }
}

/** Of so wide a table, the windows whose percentiles are shown, by their lengths in s. */
export function percentileWindows(snapshot: Snapshot, { width, look }: PanelArea): number[] {
  const titles = snapshot.channels.map((channel) => nameText(channel, look).length)
  // With its unit a name is wider: that can only cost the percentiles.
  const grid = gridFor(Math.max(0, ...titles), width, snapshot)
  if (!grid.columns.includes('p95')) return []
  return snapshot.windows.slice(0, grid.windows).map(({ seconds }) => seconds)
}
