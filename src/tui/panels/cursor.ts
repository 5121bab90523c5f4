import type { Trace } from '../../chart/trace.ts'
import { type Channel, mainChannels } from '../../domain/channels.ts'
import type { Bucket, Moment, Snapshot, SpanStatistics } from '../../monitor/view.ts'
import { countText, fixed } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { inUnit, scaledUnit } from '../../util/scaled-unit.ts'
import { cellText } from '../view/cell-text.ts'
import { nameText, unitText } from '../view/channel-text.ts'
import { amountText, exactText, lengthText, preciseText } from '../view/format.ts'
import type { PanelArea } from '../view/look.ts'
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
}

interface Column {
  readonly title: string
  /** @param width cells that there are for it */
  readonly of: (channel: Channel, width: number) => string
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
    ...channels.map((channel) =>
      row(
        piece(` ${nameText(channel, look, NAME_CELLS - 1)}`.padEnd(NAME_CELLS), channel.role),
        ({ of }) => of(channel, cells - 1),
        'plain',
      ),
    ),
  ]
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
    { title: 'cursor', of: (each, width) => textOf(own(each), each.decimals, width) },
    { title: 'col min', of: (each, width) => textOf(end(each.id, 'min'), each.decimals, width) },
    { title: 'col max', of: (each, width) => textOf(end(each.id, 'max'), each.decimals, width) },
  ]
}

function selectionColumns({ statistics }: CloseLook): Column[] {
  const total = statistics?.total ?? null
  const figure = (which: 'min' | 'avg' | 'max', more: number) => (each: Channel, width: number) =>
    textOf(figuresOf(each, total, statistics)?.[which], each.decimals + more, width)
  const p95 = ({ id }: Channel) => ownValue(statistics?.channels, id)?.figures.p95
  return [
    { title: 'min', of: figure('min', 0) },
    { title: 'avg', of: figure('avg', 1) },
    { title: 'max', of: figure('max', 0) },
    { title: 'p95', of: (each, width) => textOf(p95(each), each.decimals, width) },
  ]
}

function textOf(value: number | null | undefined, decimals: number, width: number): string {
  return value === null || value === undefined ? NOTHING : exactText(value, decimals, width)
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
export function cursorLine({ snapshot, moment }: CloseLook, { width, look }: PanelArea): Line {
  if (moment === null) return fitLine([piece(' no sample at the cursor', 'dim')], width)
  if (moment === undefined) return fitLine([piece(' reading the sample', 'dim')], width)
  const { timeUs, text, values } = moment
  const when = piece(` ${preciseText(timeUs, snapshot.nowUs)} `, 'bold')
  if (values === null) return fitLine([when, piece(` ${cellText(text, look)} !`, 'bad')], width)
  const pieces = snapshot.channels.flatMap((channel) => {
    const value = ownValue(values, channel.id)
    if (value === undefined) return []
    const unit = channel.quantity === null ? ` ${unitText(channel, look)}` : ''
    const number = exactText(value, channel.decimals, CELLS)
    return [piece(` ${nameText(channel, look)} ${number}${unit} `, channel.role)]
  })
  return fitWhole([when, ...pieces], width)
}

/** How long the selection is and what it comes to; in the totals' place. */
export function selectionLine({ snapshot, view, statistics }: CloseLook, width: number): Line {
  const { selection, anchorUs } = view
  if (selection === null) return fitLine([], width)
  const { fromUs, toUs } = selection
  const total = statistics?.total ?? null
  return fitWhole(
    [
      piece(` selected ${lengthText(toUs - fromUs)}`, anchorUs === null ? 'bold' : 'invert'),
      ...(total === null ? [] : totalPieces(total)),
      ...(statistics?.isTooMany ? [piece('  too many samples for p95', 'warn')] : []),
      ...(statistics?.isExpired ? [piece('  p95 has passed the retention', 'warn')] : []),
      piece(`  from ${preciseText(fromUs, snapshot.nowUs)}`, 'dim'),
      piece(` to ${preciseText(toUs, snapshot.nowUs)}`, 'dim'),
    ],
    width,
  )
}

function milliText(milli: number, unit: 'Ah' | 'Wh'): string {
  const amount = inUnit(milli, 3)
  return amountText(amount, scaledUnit(unit, amount, null, { ascii: true }))
}

function totalPieces({ samples, coverage, chargeMah, energyMwh, lost }: Bucket): Piece[] {
  return [
    piece(`  n=${countText(samples)}`),
    // Cut, not rounded: 100 % means all of it.
    piece(`  covered ${fixed(Math.floor(coverage * 1000 + 1e-9) / 10, 1)} %`),
    piece('  Q ', 'dim'),
    piece(chargeMah === null ? NOTHING : milliText(chargeMah, 'Ah'), 'bold'),
    piece('  E ', 'dim'),
    piece(energyMwh === null ? NOTHING : milliText(energyMwh, 'Wh'), 'bold'),
    ...(lost > 0 ? [piece(`  lost ${countText(lost)}`, 'warn')] : []),
  ]
}
