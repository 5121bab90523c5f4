import type { Channel } from '../../domain/channels.ts'
import { mainChannels } from '../../domain/main-channels.ts'
import type { Snapshot, WindowStats } from '../../monitor/view.ts'
import { countText, fixed, sharedDecimals } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import { US_PER_SECOND } from '../../util/time-units.ts'
import { nameText } from '../view/channel-text.ts'
import { type FigureForm, type FigureMemory, figuresOf, figureText } from '../view/figure-memory.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { type Reading, readingOf } from '../view/reading.ts'
import { aimed, fitLine, type Line, piece } from '../view/styled.ts'
import type { P95ByWindow } from '../window-percentiles.ts'
import { ALIGNED_FROM, COLUMNS, type Figure, type Grid, gridFor, NUMBER_MAX } from './table-grid.ts'

/** Of these, before the point: three digits and a sign. */
const WHOLE_CELLS = 4
/** From this width on, extra channels have their unit beside their name. */
const UNITS_FROM = 110
/** More decimals than the device sends, of the mean of a channel whose steps are not known. */
const MEAN_DECIMALS = 1
interface Shown {
  readonly reading: Reading
  readonly windows: readonly WindowStats[]
  readonly p95: P95ByWindow
}

/** A channel with what its row is written with. */
interface Row {
  readonly channel: Channel
  readonly title: string
  readonly form: FigureForm
  /** Of the newest value, where it has room for more decimals. */
  readonly nowForm?: FigureForm
}

/**
 * Now and min, avg, max of the windows that fit, shortest first: of a narrow
 * terminal's columns, 15 minutes go first, then 5. A row has one unit. The channels that have no
 * row are counted in the last one.
 *
 * @param area the heading included
 */
export function tableLines(
  snapshot: Snapshot,
  { width, height, look }: PanelArea,
  figures: FigureMemory = figuresOf(snapshot),
  p95: P95ByWindow = new Map(),
): Line[] {
  const { channels, left } = rowsFor(snapshot, height)
  const reading = readingOf(snapshot, look)
  const rows = channels.map((channel) => rowOf(snapshot, channel, { width, look }, figures))
  const grid = gridFor(
    Math.max(0, ...rows.map(({ title }) => title.length)),
    width,
    snapshot,
    Math.max(0, ...rows.map((row) => wholeCells(row, snapshot))),
  )
  const held = figures.heldWindows(snapshot)
  const windows = held.windows.slice(0, grid.windows)
  const isAligned = grid.number >= ALIGNED_FROM
  const full = isAligned
    ? rows.map((row) => fullRow(row, snapshot, grid, figures))
    : rows.map((row) => shortRow(row, reading, windows, grid))
  const decimals = Math.max(
    0,
    ...full.map(({ channel, form }) => {
      return form.decimals + (channel.quantity === null ? MEAN_DECIMALS : 0)
    }),
  )
  const lines = [
    heading(
      reading,
      windows.map((each) => windowTitle(each, held)),
      windows,
      grid,
      look,
    ),
    ...full.map((row) =>
      rowLine({ reading, windows, p95 }, row, grid, isAligned ? decimals : 0, look),
    ),
  ]
  if (left > 0) {
    lines.push([piece(` +${left} more channels`, 'dim')])
  }
  return lines.map((line) => fitLine(line, width))
}

function rowsFor(
  snapshot: Snapshot,
  height: number,
): { channels: readonly Channel[]; left: number } {
  const { channels } = snapshot
  const room = height - 1
  if (channels.length <= room) return { channels, left: 0 }
  const main = mainChannels(channels)
  // A table without a line to spare has V, A and W, and counts nothing.
  if (room <= main.length) return { channels: main, left: 0 }
  return { channels: channels.slice(0, room - 1), left: channels.length - room + 1 }
}

/** The ends of what a row shows, in the channel's unit. */
function shownOf({ windows, values }: Snapshot, { id }: Channel): number[] {
  const now = ownValue(values, id)
  const ends = windows.flatMap(({ stats }) => {
    const stat = ownValue(stats, id)
    return stat === undefined ? [] : [stat.min, stat.max]
  })
  return now === undefined ? ends : [...ends, now]
}

/** The unit is the name of those that everybody knows by it; others are in their own unit where it is not shown. */
function rowOf(
  snapshot: Snapshot,
  channel: Channel,
  { width, look }: { readonly width: number; readonly look: Look },
  figures: FigureMemory,
): Row {
  const { number } = snapshot
  const shown = shownOf(snapshot, channel)
  const hasUnit = channel.quantity !== null || width >= UNITS_FROM
  const form = hasUnit
    ? figures.form('table', number, channel, shown, look)
    : {
        unit: { text: channel.unit, exponent: 0 },
        decimals: figures.decimals(number, channel),
      }
  if (channel.quantity !== null) return { channel, title: form.unit.text, form }
  const name = nameText(channel, look)
  return { channel, title: hasUnit ? `${name} ${form.unit.text}`.trimEnd() : name, form }
}

/** In a small unit that is fixed, V, A and W may have many digits before the point: windows go before these do. */
function wholeCells({ channel, form }: Row, snapshot: Snapshot): number {
  // No unit that is chosen by size is small and has them.
  if (channel.quantity === null || form.unit.exponent >= 0) return 0
  const whole = shownOf(snapshot, channel).map((each) => fixed(inUnit(each, form.unit.exponent), 0))
  return Math.min(NUMBER_MAX, Math.max(0, ...whole.map(({ length }) => length)))
}

/** `5m`; one that is not full yet by what it holds: `40s`, `3m`. */
function windowTitle(
  { seconds, sinceUs }: WindowStats,
  { sampleUs, nowUs }: Pick<Snapshot, 'sampleUs' | 'nowUs'>,
): string {
  if (sinceUs === undefined) return `${seconds / 60}m`
  const held = Math.max(1, Math.floor(((sampleUs ?? nowUs) - sinceUs) / US_PER_SECOND))
  return held < 60 ? `${held}s` : `${Math.floor(held / 60)}m`
}

function heading(
  { values, current }: Reading,
  titles: readonly string[],
  windows: readonly WindowStats[],
  { margin, name, now, number, window, columns }: Grid,
  look: Look,
): Line {
  const [min = '', ...others] = columns.map((each) => ` ${each.padStart(number)}`)
  // A title does not move while its window fills.
  const widest = Math.max(0, ...windows.map(({ seconds }) => `${seconds / 60}m`.length))
  const lead = widest + ' min '.length <= min.length ? ' ' : ''
  const counts = windows.map(({ samples }) => `   n=${countText(samples)}`)
  const room = window - 1 - columns.length * (1 + number)
  const hasCounts = counts.every((each) => each.length < room)
  const cells = windows.flatMap((_, i) => {
    const title = `${lead}${titles[i]}`
    const text = title + min.slice(title.length) + others.join('')
    const body = text + (hasCounts ? counts[i] : '')
    return [piece(look.glyphs.vertical, 'dim'), piece(body.padEnd(window - 1), 'dim')]
  })
  const title = values === null || current ? 'now' : 'last'
  return [piece(`${title.padStart(margin + name + 1 + now)} `, 'dim'), ...cells]
}

/**
 * With every digit that was sent. Where the place behind the point does not take all of them, digits go
 * before points that stand below each other.
 */
function fullRow(row: Row, snapshot: Snapshot, grid: Grid, figures: FigureMemory): Row {
  const { unit, decimals } = figures.fullForm(row.form, snapshot.number, row.channel)
  const place = Math.min(decimals, grid.number - WHOLE_CELLS - 1)
  const scaled = shownOf(snapshot, row.channel).map((each) => inUnit(each, unit.exponent))
  const fit = sharedDecimals(scaled, decimals, Math.min(grid.number, grid.now))
  return { ...row, form: { unit, decimals: Math.max(place, fit) } }
}

/** All numbers of a row have the same decimals, so that they can be compared at a glance. */
function shortRow(
  row: Row,
  { values }: Reading,
  windows: readonly WindowStats[],
  { number, now: nowCells }: Grid,
): Row {
  const { id } = row.channel
  const shown = windows.flatMap(({ stats }) => {
    const stat = ownValue(stats, id)
    return stat ? COLUMNS.map((each) => stat[each]) : []
  })
  const now = ownValue(values, id)
  if (now !== undefined) shown.push(now)
  const { unit, decimals } = row.form
  const scaled = shown.map((each) => inUnit(each, unit.exponent))
  const formFor = (cells: number): FigureForm => ({
    unit,
    decimals: sharedDecimals(scaled, decimals, cells),
  })
  return { ...row, form: formFor(number), nowForm: formFor(nowCells) }
}

/** @param decimals of the row that has the most: points stand below each other */
function rowLine(
  { reading, windows, p95 }: Shown,
  { channel, title, form, nowForm = form }: Row,
  { margin, name, now, number, window, columns }: Grid,
  decimals: number,
  look: Look,
): Line {
  const { values, current } = reading
  // A mean of whole numbers is rarely one.
  const meanForm =
    channel.quantity === null ? { ...form, decimals: form.decimals + MEAN_DECIMALS } : form
  const text = (value: number | undefined, cells: number, of = form): string => {
    const point = of.decimals > 0 ? 0 : 1
    const behind = decimals > of.decimals ? decimals - of.decimals + point : 0
    const plain = value === undefined ? '--' : figureText(value, of, cells)
    // A number that needs the room has it, rather than the place below the others.
    return `${plain}${' '.repeat(Math.min(behind, Math.max(0, cells - plain.length)))}`.padStart(
      cells,
    )
  }
  const cells = windows.flatMap(({ seconds, stats }) => {
    const stat = ownValue(stats, channel.id)
    const figure = (each: Figure): number | undefined =>
      each === 'p95' ? ownValue(p95.get(seconds), channel.id) : stat?.[each]
    const formOf = (each: Figure): FigureForm => (each === 'avg' ? meanForm : form)
    const body = columns.map((each) => ` ${text(figure(each), number, formOf(each))}`).join('')
    return [piece(look.glyphs.vertical, 'dim'), piece(body.padEnd(window - 1))]
  })
  const newest = text(ownValue(values, channel.id), now, nowForm)
  return [
    aimed(piece(`${' '.repeat(margin)}${title.padEnd(name)}`, channel.role), {
      kind: 'channel',
      channel: channel.id,
    }),
    piece(` ${newest} `, current ? 'bold' : 'dim'),
    ...cells,
  ]
}
