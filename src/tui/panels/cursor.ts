import type { Channel } from '../../domain/channels.ts'
import { mainChannels } from '../../domain/main-channels.ts'
import { exactText, preciseText } from '../../figures/format.ts'
import type { Bucket, SpanStatistics } from '../../monitor/view.ts'
import { ownValue } from '../../util/records.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import { cellText } from '../view/cell-text.ts'
import { nameText } from '../view/channel-text.ts'
import { type FigureForm, withUnit } from '../view/figure-memory.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { fitLine, fitWhole, type Line, type Piece, piece } from '../view/styled.ts'
import { columnReading } from '../view/time-cursor.ts'
import { type CloseLook, closeText } from './close-look.ts'
import { comparedRows } from './compared-rows.ts'

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
        ({ of, more }) => closeText(of(channel), form, more, cells - 1),
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

/** The unit of what everybody knows by it; others are in their own unit, for which there is no room. */
function rowName(channel: Channel, { unit }: FigureForm, look: Look): string {
  return channel.quantity === null ? nameText(channel, look, NAME_CELLS - 1) : unit.text
}

/** At the right end of its column, with a space before it. */
function fitted(text: string, cells: number): string {
  return text.slice(0, cells - 1).padStart(cells)
}

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
