import { comparedRole } from '../../chart/compared.ts'
import type { Trace } from '../../chart/trace.ts'
import { type Channel, mainChannels } from '../../domain/channels.ts'
import { amountText, exactText, lengthText, preciseText } from '../../figures/format.ts'
import type { Bucket, Moment, Snapshot, SpanStatistics } from '../../monitor/view.ts'
import { countText, cutPercent, fixed } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import { nameText } from '../view/channel-text.ts'
import {
  type ComparedTraces,
  comparedChannel,
  comparedDevices,
  deviceMark,
} from '../view/compare.ts'
import { type FigureForm, type FigureMemory, withUnit } from '../view/figure-memory.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { fitLine, fitWhole, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'
import { columnReading } from '../view/time-cursor.ts'
import type { ViewState } from '../view/view-state.ts'

/** What is known of the moment and the span that are looked at closely. */
export interface CloseLook {
  readonly snapshot: Snapshot
  readonly view: ViewState
  /** Of the snapshot's device; null: not there yet. */
  readonly trace: Trace | null
  /** What a character of the chart covers, µs. */
  readonly cellUs: number
  /** Of the devices that are compared; null: none are, or not there yet. */
  readonly compared: ComparedTraces | null
  /** The sample next to the cursor; null: there is none, undefined: not there yet. */
  readonly moment: Moment | null | undefined
  /** Of the selection; null: not there yet. */
  readonly statistics: SpanStatistics | null
  /** What the screen writes its figures with. */
  readonly figures: FigureMemory
}

interface Column {
  readonly title: string
  readonly of: (channel: Channel) => number | null | undefined
  /** Decimals beside those of the channel's own values. */
  readonly more: number
}

const NAME_CELLS = 5
/** Of a number with the space before it: wide enough for all digits of a sensor. */
const CELLS = 9
const CELLS_MAX = 13
const COMPARED_NAME_CELLS = 16

/** Values at the cursor and figures of the selection, a row a channel: in the table's place. */
export function cursorLines(close: CloseLook, area: PanelArea): Line[] {
  const { width, height, look } = area
  const { view, snapshot } = close
  const several = comparedRows(close, area)
  if (several !== null) return several
  const channels = rowsOf(snapshot.channels, height - 1)
  const groups = groupsFor(
    view.cursorUs === null ? [] : cursorColumns(close),
    view.selection === null ? [] : selectionColumns(close),
    width,
  )
  const count = columnCount(groups)
  const room = width - NAME_CELLS - groups.length
  const cells = Math.max(CELLS, Math.min(CELLS_MAX, Math.floor(room / Math.max(1, count))))
  const bar = piece(look.glyphs.vertical, 'dim')
  const forms = channels.map((channel) => {
    const values = groups.flat().flatMap(({ of }) => of(channel) ?? [])
    return { channel, form: close.figures.stillForm(snapshot.number, channel, values, look) }
  })
  const row = (name: Piece, text: (column: Column) => string, style: 'plain' | 'dim'): Line =>
    fitLine(
      [
        name,
        ...groups.flatMap((columns, at) => [
          ...(at === 0 ? [] : [bar]),
          ...columns.map((column) => piece(fitted(text(column), cells), style)),
        ]),
      ],
      width,
    )
  const head = row(piece(' '.repeat(NAME_CELLS)), ({ title }) => title, 'dim')
  return [
    head,
    ...forms.map(({ channel, form }) =>
      row(
        piece(` ${rowName(channel, form, look)}`.padEnd(NAME_CELLS), channel.role),
        ({ of, more }) => textOf(of(channel), form, more, cells - 1),
        'plain',
      ),
    ),
  ]
}

/**
 * As many columns as fit whole: what the chart's column has goes first, then the value at the cursor,
 * then what a selection has beside min, avg and max.
 */
function groupsFor(
  cursor: readonly Column[],
  selection: readonly Column[],
  width: number,
): readonly (readonly Column[])[] {
  const choices = [
    [cursor, selection],
    [cursor.slice(0, 1), selection],
    selection.length > 0 ? [selection] : [cursor.slice(0, 1)],
    [selection.slice(0, 3)],
  ].map((groups) => groups.filter(({ length }) => length > 0))
  const fitting = choices.find(
    (groups) => NAME_CELLS + groups.length + columnCount(groups) * CELLS <= width,
  )
  return fitting ?? choices[choices.length - 1] ?? []
}

function columnCount(groups: readonly (readonly Column[])[]): number {
  return groups.reduce((sum, { length }) => sum + length, 0)
}

/** A row a device where several are compared and nothing is selected; null: they are not. */
function comparedRows(
  { view, snapshot, compared, cellUs, figures }: CloseLook,
  { width, height, look }: PanelArea,
): Line[] | null {
  const channel = comparedChannel(snapshot, view.compare)
  const { cursorUs, selection } = view
  if (channel === null || cursorUs === null || selection !== null) return null
  const devices = comparedDevices(snapshot, channel)
  const room = Math.max(0, height - 1)
  const shown = devices.length > room ? devices.slice(0, Math.max(0, room - 1)) : devices
  const rows = shown.map(({ number, device }) => {
    const moment = compared?.moments.get(number)
    const trace = compared?.traces.get(number)
    const range = trace && columnReading(trace, cursorUs, cellUs).channels[channel.id]
    const values = [ownValue(moment?.values ?? {}, channel.id), range?.min, range?.max]
    return { number, name: cellText(device, look), values, isMissing: moment === null }
  })
  if (rows.length === 0) return []
  const nameCells = Math.min(COMPARED_NAME_CELLS, Math.max(...rows.map(({ name }) => name.length)))
  // In one unit, so that they can be compared; with the digits of the one that has most of them.
  const known = rows.flatMap(({ values }) => values.filter((value) => value !== undefined))
  const form = rows
    .map(({ number }) => figures.stillForm(number, channel, known, look))
    .reduce((best, each) => (each.decimals > best.decimals ? each : best))
  const head = ['cursor', 'col min', 'col max'].map((title) => title.padStart(CELLS_MAX)).join('')
  const lines = rows.map(({ number, name, values, isMissing }): Line => {
    const texts = values.map((value) => textOf(value, form, 0, CELLS_MAX - 1).padStart(CELLS_MAX))
    const place = devices.findIndex((each) => each.number === number)
    return [
      piece(` ${deviceMark(number).toUpperCase()} `, comparedRole(place)),
      piece(cutEnd(name, nameCells, look).padEnd(nameCells), comparedRole(place)),
      piece(`${texts.join('')} ${form.unit.text}`),
      ...(isMissing ? [piece('  no sample there', 'dim')] : []),
    ]
  })
  const left = devices.length - shown.length
  if (left > 0) lines.push([piece(` +${left} more devices`, 'dim')])
  return [[piece(`${' '.repeat(nameCells + 3)}${head}`, 'dim')], ...lines].map((line) =>
    fitLine(line, width),
  )
}

/** The unit of what everybody knows by it; others are in their own unit, for which there is no room. */
function rowName(channel: Channel, { unit }: FigureForm, look: Look): string {
  return channel.quantity === null ? nameText(channel, look, NAME_CELLS - 1) : unit.text
}

/** At the right end of its column, with a space before it. */
function fitted(text: string, cells: number): string {
  return text.slice(0, cells - 1).padStart(cells)
}

const NOTHING = '--'

function cursorColumns({ view, trace, cellUs, moment }: CloseLook): Column[] {
  const column = trace && view.cursorUs !== null && columnReading(trace, view.cursorUs, cellUs)
  const end = (id: string, which: 'min' | 'max'): number | undefined =>
    column ? ownValue(column.channels, id)?.[which] : undefined
  const own = ({ id }: Channel): number | undefined => ownValue(moment?.values ?? {}, id)
  return [
    { title: 'cursor', of: own, more: 0 },
    { title: 'col min', of: ({ id }) => end(id, 'min'), more: 0 },
    { title: 'col max', of: ({ id }) => end(id, 'max'), more: 0 },
  ]
}

function selectionColumns({ statistics }: CloseLook): Column[] {
  const total = statistics?.total ?? null
  const figure = (which: 'min' | 'avg' | 'max') => (each: Channel) =>
    figuresOf(each, total, statistics)?.[which]
  const p95 = ({ id }: Channel) => ownValue(statistics?.channels, id)?.figures.p95
  return [
    { title: 'min', of: figure('min'), more: 0 },
    { title: 'avg', of: figure('avg'), more: 1 },
    { title: 'max', of: figure('max'), more: 0 },
    { title: 'p95', of: p95, more: 0 },
  ]
}

function textOf(
  value: number | null | undefined,
  { unit, decimals }: FigureForm,
  more: number,
  width: number,
): string {
  if (value === null || value === undefined) return NOTHING
  return exactText(inUnit(value, unit.exponent), decimals + more, width)
}

/** Of `history`; without a log those of memory. */
function figuresOf(
  { id, quantity }: Channel,
  total: Bucket | null,
  statistics: SpanStatistics | null,
): {
  readonly min: number | null
  readonly avg: number | null
  readonly max: number | null
} | null {
  if (total !== null) return (quantity === null ? total.channels.get(id) : total[quantity]) ?? null
  const own = ownValue(statistics?.channels, id)
  return own === undefined ? null : { min: own.min, avg: own.mean, max: own.max }
}

function rowsOf(channels: readonly Channel[], room: number): readonly Channel[] {
  if (channels.length <= room) return channels
  return [...new Set([...mainChannels(channels), ...channels])].slice(0, Math.max(0, room))
}

/** The cursor's sample in a line, where the table has no place: ` 14:03:15.123 V 5.021 A 1.1804 W 5.927`. */
export function cursorLine(
  { snapshot, moment, figures }: CloseLook,
  { width, look }: PanelArea,
): Line {
  if (moment === null) return fitLine([piece(' no sample at the cursor', 'dim')], width)
  if (moment === undefined) return fitLine([piece(' reading the sample', 'dim')], width)
  const { timeUs, text, values } = moment
  const when = piece(` ${preciseText(timeUs, snapshot.nowUs)} `, 'bold')
  if (values === null) return fitLine([when, piece(` ${cellText(text, look)} !`, 'bad')], width)
  const pieces = snapshot.channels.flatMap((channel) => {
    const value = ownValue(values, channel.id)
    if (value === undefined) return []
    const form = figures.stillForm(snapshot.number, channel, [value], look)
    const number = exactText(inUnit(value, form.unit.exponent), form.decimals, CELLS)
    const name = channel.quantity === null ? `${nameText(channel, look)} ` : ''
    return [piece(` ${name}${withUnit(number, form.unit)} `, channel.role)]
  })
  return fitWhole([when, ...pieces], width)
}

/**
 * How long the selection is, what it comes to and where it lies; in the totals' place. In a second line
 * is what the first has no room for.
 */
export function selectionLines(
  { snapshot, view, statistics, figures }: CloseLook,
  { width, look }: PanelArea,
): readonly Line[] {
  const { selection, anchorUs } = view
  if (selection === null) return [fitLine([], width)]
  const { fromUs, toUs } = selection
  const total = statistics?.total ?? null
  const amount = (milli: number | null, unit: 'Ah' | 'Wh'): string => {
    if (milli === null) return NOTHING
    const bare = inUnit(milli, 3)
    return amountText(bare, figures.plainUnit(unit, bare, look))
  }
  const what = [
    piece(` selected ${lengthText(toUs - fromUs)}`, anchorUs === null ? 'bold' : 'invert'),
    ...(total === null ? [] : totalPieces(total, amount)),
  ]
  const limits = [
    ...(statistics?.isTooMany ? [piece('  too many samples for p95', 'warn')] : []),
    ...(statistics?.isExpired ? [piece('  p95 has passed the retention', 'warn')] : []),
  ]
  const place = [
    piece(`  from ${preciseText(fromUs, snapshot.nowUs)}`, 'dim'),
    piece(` to ${preciseText(toUs, snapshot.nowUs)}`, 'dim'),
  ]
  const all = [...what, ...limits, ...place]
  if (lineWidth(all) <= width) return [fitLine(all, width)]
  const first = fitting(what, width)
  return [
    fitLine(what.slice(0, first), width),
    fitWhole([...what.slice(first), ...place, ...limits], width),
  ]
}

/** How many of the pieces fit whole; a name is not torn from its figure. */
function fitting(pieces: readonly Piece[], width: number): number {
  let count = pieces.length
  while (count > 1 && lineWidth(pieces.slice(0, count)) > width) count--
  const isName = pieces[count - 1]?.style === 'dim'
  return isName && count > 1 ? count - 1 : count
}

function totalPieces(
  { samples, coverage, chargeMah, energyMwh, lost }: Bucket,
  amount: (milli: number | null, unit: 'Ah' | 'Wh') => string,
): Piece[] {
  return [
    piece(`  n=${countText(samples)}`),
    piece(`  covered ${fixed(cutPercent(coverage), 1)} %`),
    piece('  Q ', 'dim'),
    piece(amount(chargeMah, 'Ah'), 'bold'),
    piece('  E ', 'dim'),
    piece(amount(energyMwh, 'Wh'), 'bold'),
    ...(lost > 0 ? [piece(`  lost ${countText(lost)}`, 'warn')] : []),
  ]
}
