import { QUANTITIES, type Quantity } from '../../domain/channels.ts'
import type { Snapshot, WindowStats } from '../../monitor/snapshot.ts'
import { countText, DECIMALS, numberText, sharedDecimals, UNIT } from '../view/format.ts'
import type { Look } from '../view/look.ts'
import { type Reading, readingOf } from '../view/reading.ts'
import { fitLine, type Line, span } from '../view/styled.ts'

const NOW_CELLS = 11
/** A bar, a space and three numbers of 7 cells. */
const WINDOW_MIN = 23
const NUMBER_CELLS = 6
/** Wider than this, columns look torn apart. */
const COLUMN_MAX = 11
const COLUMNS = ['min', 'avg', 'max'] as const

/** Widths in cells. */
interface Grid {
  /** One window with its bar. */
  readonly window: number
  /** One number with the space before it. */
  readonly column: number
}

/**
 * Now and min, avg, max of the windows that fit, shortest first: of a narrow
 * terminal's columns, 15 minutes go first, then 5.
 */
export function tableLines(snapshot: Snapshot, width: number, look: Look): Line[] {
  const fit = Math.max(1, Math.floor((width - NOW_CELLS) / WINDOW_MIN))
  const windows = snapshot.windows.slice(0, fit)
  const window = Math.floor((width - NOW_CELLS) / Math.max(1, windows.length))
  const column = Math.max(NUMBER_CELLS + 1, Math.min(COLUMN_MAX, Math.floor((window - 2) / 3)))
  const grid = { window, column }
  const reading = readingOf(snapshot, look)
  return [
    heading(reading, windows, grid, look),
    ...QUANTITIES.map((quantity) => row(reading, windows, quantity, grid, look)),
  ].map((line) => fitLine(line, width))
}

function heading(
  { values, current }: Reading,
  windows: readonly WindowStats[],
  { window, column }: Grid,
  look: Look,
): Line {
  const cells = windows.flatMap(({ seconds, samples }) => {
    const [min, ...others] = COLUMNS.map((name) => name.padStart(column))
    const name = ` ${seconds / 60}m `
    const text = name + (min ?? '').slice(name.length - 1) + others.join('')
    const count = `   n=${countText(samples)}`
    const room = window - 1 - text.length
    return [
      span(look.glyphs.vertical, 'dim'),
      span((text + (count.length < room ? count : '')).padEnd(window - 1), 'dim'),
    ]
  })
  const name = values === null || current ? 'now ' : 'last '
  return [span(name.padStart(NOW_CELLS), 'dim'), ...cells]
}

/** All numbers of a row have the same decimals, so that they can be compared at a glance. */
function row(
  { values, current }: Reading,
  windows: readonly WindowStats[],
  quantity: Quantity,
  { window, column }: Grid,
  look: Look,
): Line {
  const now = values?.[quantity]
  const numbers = windows.flatMap(({ stats }) => {
    const stat = stats[quantity]
    return stat ? COLUMNS.map((name) => stat[name]) : []
  })
  if (now !== undefined) numbers.push(now)
  const decimals = sharedDecimals(numbers, DECIMALS[quantity], NUMBER_CELLS)
  const text = (value: number | undefined): string =>
    value === undefined ? '--' : numberText(value, decimals, NUMBER_CELLS)
  const cells = windows.flatMap(({ stats }) => {
    const body = COLUMNS.map((name) => text(stats[quantity]?.[name]).padStart(column))
    return [span(look.glyphs.vertical, 'dim'), span(` ${body.join('')}`.padEnd(window - 1))]
  })
  return [
    span(` ${UNIT[quantity]}`, quantity),
    span(`${text(now).padStart(NOW_CELLS - 3)} `, current ? 'bold' : 'dim'),
    ...cells,
  ]
}
