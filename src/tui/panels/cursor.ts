import type { Trace } from '../../chart/trace.ts'
import { type Channel, mainChannels } from '../../domain/channels.ts'
import type { Bucket, Moment, Snapshot, SpanStatistics } from '../../monitor/view.ts'
import { countText, fixed } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import { cellText } from '../view/cell-text.ts'
import { nameText } from '../view/channel-text.ts'
import { type FigureForm, type FigureMemory, withUnit } from '../view/figure-memory.ts'
import { amountText, exactText, lengthText, preciseText } from '../view/format.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { fitLine, fitWhole, type Line, type Piece, piece } from '../view/styled.ts'
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

/** Values at the cursor and figures of the selection, a row a channel: in the table's place. */
export function cursorLines(close: CloseLook, area: PanelArea): Line[] {
  const { width, height, look } = area
  const { view, snapshot } = close
  const channels = rowsOf(snapshot.channels, height - 1)
  const groups = [
    ...(view.cursorUs === null ? [] : [cursorColumns(close)]),
    ...(view.selection === null ? [] : [selectionColumns(close)]),
  ]
  const count = groups.reduce((sum, group) => sum + group.length, 0)
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

/** How long the selection is and what it comes to; in the totals' place. */
export function selectionLine(
  { snapshot, view, statistics, figures }: CloseLook,
  { width, look }: PanelArea,
): Line {
  const { selection, anchorUs } = view
  if (selection === null) return fitLine([], width)
  const { fromUs, toUs } = selection
  const total = statistics?.total ?? null
  const amount = (milli: number | null, unit: 'Ah' | 'Wh'): string => {
    if (milli === null) return NOTHING
    const bare = inUnit(milli, 3)
    return amountText(bare, figures.plainUnit(unit, bare, look))
  }
  return fitWhole(
    [
      piece(` selected ${lengthText(toUs - fromUs)}`, anchorUs === null ? 'bold' : 'invert'),
      ...(total === null ? [] : totalPieces(total, amount)),
      ...(statistics?.isTooMany ? [piece('  too many samples for p95', 'warn')] : []),
      ...(statistics?.isExpired ? [piece('  p95 has passed the retention', 'warn')] : []),
      piece(`  from ${preciseText(fromUs, snapshot.nowUs)}`, 'dim'),
      piece(` to ${preciseText(toUs, snapshot.nowUs)}`, 'dim'),
    ],
    width,
  )
}

function totalPieces(
  { samples, coverage, chargeMah, energyMwh, lost }: Bucket,
  amount: (milli: number | null, unit: 'Ah' | 'Wh') => string,
): Piece[] {
  return [
    piece(`  n=${countText(samples)}`),
    // Cut, not rounded: 100 % means all of it.
    piece(`  covered ${fixed(Math.floor(coverage * 1000 + 1e-9) / 10, 1)} %`),
    piece('  Q ', 'dim'),
    piece(amount(chargeMah, 'Ah'), 'bold'),
    piece('  E ', 'dim'),
    piece(amount(energyMwh, 'Wh'), 'bold'),
    ...(lost > 0 ? [piece(`  lost ${countText(lost)}`, 'warn')] : []),
  ]
}
