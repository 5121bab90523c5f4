import { type Channel, mainChannels } from '../../domain/channels.ts'
import type { Snapshot, WindowStats } from '../../monitor/view.ts'
import { countText, numberText, sharedDecimals } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { nameText, unitText } from '../view/channel-text.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { type Reading, readingOf } from '../view/reading.ts'
import { fitLine, type Line, piece } from '../view/styled.ts'

/** Before the first window: a space, the name, the newest value in 8 cells, a space. */
const NOW_CELLS = 10
/** A bar, a space and three numbers of 7 cells. */
const WINDOW_MIN = 23
const NUMBER_CELLS = 6
/** Wider than this, columns look torn apart. */
const COLUMN_MAX = 11
/** From this width on, extra channels have their unit beside their name. */
const UNITS_FROM = 110
const COLUMNS = ['min', 'avg', 'max'] as const

/** Widths in cells. */
interface Grid {
  readonly name: number
  /** One window with its bar. */
  readonly window: number
  /** One number with the space before it. */
  readonly column: number
  /** After the bar; empty where the long names of extra channels need its room. */
  readonly lead: string
}

/**
 * Now and min, avg, max of the windows that fit, shortest first: of a narrow
 * terminal's columns, 15 minutes go first, then 5. The channels that have no
 * row are counted in the last one.
 *
 * @param area the heading included
 */
export function tableLines(snapshot: Snapshot, { width, height, look }: PanelArea): Line[] {
  const { rows, left } = rowsFor(snapshot, height)
  const names = rows.map((channel) => rowName(channel, width, look))
  const grid = gridFor(Math.max(1, ...names.map((name) => name.length)), width, snapshot)
  const fit = Math.max(1, Math.floor((width - NOW_CELLS - grid.name) / grid.window))
  const windows = snapshot.windows.slice(0, fit)
  const reading = readingOf(snapshot, look)
  const lines = [
    heading(reading, windows, grid, look),
    ...rows.map((channel, i) =>
      row(reading, windows, { channel, title: names[i] ?? '' }, grid, look),
    ),
  ]
  if (left > 0) {
    lines.push([piece(` +${left} more channels`, 'dim')])
  }
  return lines.map((line) => fitLine(line, width))
}

function rowsFor(snapshot: Snapshot, height: number): { rows: readonly Channel[]; left: number } {
  const { channels } = snapshot
  const room = height - 1
  if (channels.length <= room) return { rows: channels, left: 0 }
  const main = mainChannels(channels)
  // A table without a line to spare has V, A and W, and counts nothing.
  if (room <= main.length) return { rows: main, left: 0 }
  return { rows: channels.slice(0, room - 1), left: channels.length - room + 1 }
}

function rowName(channel: Channel, width: number, look: Look): string {
  const name = nameText(channel, look)
  const unit = channel.quantity === null && width >= UNITS_FROM ? unitText(channel, look) : ''
  return unit === '' ? name : `${name} ${unit}`
}

function gridFor(name: number, width: number, { windows }: Snapshot): Grid {
  const room = width - NOW_CELLS - name
  const lead = name > 1 && room < windows.length * WINDOW_MIN ? '' : ' '
  const least = WINDOW_MIN - 1 + lead.length
  const fit = Math.max(1, Math.min(windows.length, Math.floor(room / least)))
  const window = Math.max(least, Math.floor(room / fit))
  const column = Math.floor((window - 1 - lead.length) / 3)
  return {
    name,
    window,
    column: Math.max(NUMBER_CELLS + 1, Math.min(COLUMN_MAX, column)),
    lead,
  }
}

function heading(
  { values, current }: Reading,
  windows: readonly WindowStats[],
  { name, window, column, lead }: Grid,
  look: Look,
): Line {
  const cells = windows.flatMap(({ seconds, samples }) => {
    const [min, ...others] = COLUMNS.map((each) => each.padStart(column))
    const title = `${lead}${seconds / 60}m `
    const text = title + (min ?? '').slice(title.length - lead.length) + others.join('')
    const count = `   n=${countText(samples)}`
    const room = window - 1 - text.length
    return [
      piece(look.glyphs.vertical, 'dim'),
      piece((text + (count.length < room ? count : '')).padEnd(window - 1), 'dim'),
    ]
  })
  const title = values === null || current ? 'now ' : 'last '
  return [piece(title.padStart(NOW_CELLS + name), 'dim'), ...cells]
}

/** All numbers of a row have the same decimals, so that they can be compared at a glance. */
function row(
  { values, current }: Reading,
  windows: readonly WindowStats[],
  { channel, title }: { readonly channel: Channel; readonly title: string },
  { name, window, column, lead }: Grid,
  look: Look,
): Line {
  const now = ownValue(values, channel.id)
  const numbers = windows.flatMap(({ stats }) => {
    const stat = ownValue(stats, channel.id)
    return stat ? COLUMNS.map((each) => stat[each]) : []
  })
  if (now !== undefined) numbers.push(now)
  const decimals = sharedDecimals(numbers, channel.decimals, NUMBER_CELLS)
  const text = (value: number | undefined): string =>
    value === undefined ? '--' : numberText(value, decimals, NUMBER_CELLS)
  const cells = windows.flatMap(({ stats }) => {
    const stat = ownValue(stats, channel.id)
    const body = COLUMNS.map((each) => text(stat?.[each]).padStart(column))
    return [piece(look.glyphs.vertical, 'dim'), piece(`${lead}${body.join('')}`.padEnd(window - 1))]
  })
  return [
    piece(` ${title.padEnd(name)}`, channel.role),
    piece(`${text(now).padStart(NOW_CELLS - 2)} `, current ? 'bold' : 'dim'),
    ...cells,
  ]
}
