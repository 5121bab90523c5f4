import type { Channel } from '../../domain/channels.ts'
import { mainChannels } from '../../domain/main-channels.ts'
import { lengthText, momentText, preciseText, spanText } from '../../figures/format.ts'
import type {
  ChannelStatistics,
  DeviceNumber,
  Snapshot,
  SpanStatistics,
  StatisticsSpan,
} from '../../monitor/view.ts'
import { countText, cutPercent, fixed, numberText } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { nameText } from '../view/channel-text.ts'
import { type FigureForm, type FigureMemory, figuresOf, figureText } from '../view/figure-memory.ts'
import type { Look, PanelArea } from '../view/look.ts'
import type { StatisticsChoice } from '../view/panel-choice.ts'
import { fitLine, type Line, lineWidth, type Piece, piece, spread } from '../view/styled.ts'
import { frozenOf, spanMs } from '../view/time-window.ts'
import type { ViewState } from '../view/view-state.ts'

/** One figure of each channel. */
interface Column {
  readonly title: string
  readonly of: (figures: ChannelStatistics) => number | null
  /** Decimals beside those of the channel's own values; null: a ratio, which has no unit. */
  readonly more: number | null
  /** The least wanted go first where the terminal is narrow. */
  readonly rank: number
}

/** In the order in which they stand. */
const COLUMNS: readonly Column[] = [
  { title: 'min', of: ({ min }) => min, more: 0, rank: 2 },
  { title: 'avg', of: ({ mean }) => mean, more: 1, rank: 0 },
  { title: 'max', of: ({ max }) => max, more: 0, rank: 1 },
  { title: 'stddev', of: ({ figures }) => figures.stddev, more: 1, rank: 3 },
  { title: 'p2p', of: ({ figures }) => figures.p2p, more: 0, rank: 8 },
  { title: 'p5', of: ({ figures }) => figures.p5, more: 0, rank: 6 },
  { title: 'p50', of: ({ figures }) => figures.p50, more: 0, rank: 5 },
  { title: 'p95', of: ({ figures }) => figures.p95, more: 0, rank: 4 },
  { title: 'p99', of: ({ figures }) => figures.p99, more: 0, rank: 7 },
  { title: 'mean_t', of: ({ figures }) => figures.mean_time, more: 1, rank: 9 },
  { title: 'crest', of: ({ figures }) => figures.crest, more: null, rank: 10 },
  { title: 'slope/s', of: ({ figures }) => figures.slope, more: 3, rank: 11 },
]
/** Of a number, and of a column with the space before it. */
const NUMBER_CELLS = 7
const COLUMN_CELLS = NUMBER_CELLS + 1
const RATIO_DECIMALS = 3
/** Wider than this, columns look torn apart. */
const COLUMN_MAX = 12

const SECONDS: Readonly<Partial<Record<StatisticsChoice, number>>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
}

/** What the view asks for; null: it shows the chart. */
export function statisticsSpan(view: ViewState, device: DeviceNumber): StatisticsSpan | null {
  const { statistics, selection } = view
  if (statistics === null) return null
  if (statistics === 'reset') return { kind: 'reset' }
  const seconds = SECONDS[statistics]
  if (seconds !== undefined) return { kind: 'last', seconds }
  const frozen = frozenOf(view, device)
  if (frozen !== null && selection !== null) return { kind: 'between', ...selection }
  if (frozen === null) return { kind: 'last', seconds: spanMs(view) / 1000 }
  const toUs = frozen.endUs + 1
  return { kind: 'between', fromUs: toUs - spanMs(view) * 1000, toUs }
}

/**
 * The statistics in the chart's place: a row a channel, as many figures as there is room for.
 *
 * @param statistics of the view's span; null: not there yet
 */
export function statisticsLines(
  snapshot: Snapshot,
  statistics: SpanStatistics | null,
  view: ViewState,
  area: PanelArea,
  figures: FigureMemory = figuresOf(snapshot),
): Line[] {
  const { width, height } = area
  const shown = snapshot.channels.filter(
    ({ id }) => ownValue(statistics?.channels, id) !== undefined,
  )
  const title = piece(` statistics, ${titleOf(view, snapshot)} `, 'bold')
  const note = noteOf(statistics, shown)
  const lefts = basisTexts(statistics, shown).map((text): Line => [title, piece(text, 'dim')])
  const left = lefts.find((each) => lineWidth([...each, ...note]) <= width) ?? [title]
  const lines: Line[] = [spread(left, note, width)]
  const message = messageOf(snapshot, statistics)
  if (message === null)
    lines.push(
      ...tableOf(shown, statistics, { ...area, height: height - 1 }, (channel, values) =>
        figures.form('statistics', snapshot.number, channel, values, area.look),
      ),
    )
  else lines.push([], [piece(`   ${message}`, 'dim')])
  const filled = lines.slice(0, height).map((line) => fitLine(line, width))
  while (filled.length < height) filled.push(fitLine([], width))
  return filled
}

function titleOf(view: ViewState, { nowUs, number }: Snapshot): string {
  const { statistics } = view
  if (statistics === 'reset') return 'since reset'
  const seconds = statistics === null ? undefined : SECONDS[statistics]
  if (seconds !== undefined) return `last ${seconds / 60} min`
  if (view.selection !== null) {
    const { fromUs, toUs } = view.selection
    return `selected ${lengthText(toUs - fromUs)} from ${preciseText(fromUs, nowUs)}`
  }
  const span = spanText(spanMs(view))
  const frozen = frozenOf(view, number)
  return frozen === null
    ? `last ${span} (chart)`
    : `${span} up to ${momentText(frozen.endUs, nowUs)}`
}

/** How much of the time they cover, and of how many values they are; what is wanted most first to stay. */
function basisTexts(statistics: SpanStatistics | null, shown: readonly Channel[]): string[] {
  const [first] = shown
  const own = first && ownValue(statistics?.channels, first.id)
  if (statistics === null || own === undefined) return ['']
  const lengthUs = statistics.toUs - statistics.fromUs
  const share = lengthUs > 0 ? Math.min(1, own.coveredUs / lengthUs) : 0
  const covered = ` covered ${fixed(cutPercent(share), 1)} %`
  return [`${covered}  n=${countText(own.n)}`, covered]
}

function noteOf(statistics: SpanStatistics | null, shown: readonly Channel[]): Piece[] {
  if (statistics === null || shown.length === 0) return []
  const error = Math.max(
    ...shown.map(({ id }) => ownValue(statistics.channels, id)?.percentileError ?? 0),
  )
  return error === 0
    ? [piece(' percentiles exact ', 'dim')]
    : [piece(` percentiles within ${fixed(error * 100, 1)} % `, 'warn')]
}

/** Why there is nothing to show; null: there is something. */
function messageOf({ sampleUs }: Snapshot, statistics: SpanStatistics | null): string | null {
  if (sampleUs === null) return 'no samples yet'
  if (statistics === null) return 'reading the samples'
  if (statistics.isExpired) return 'samples of this time have passed the retention'
  if (statistics.isTooMany) {
    const samples = countText(statistics.total?.samples ?? 0)
    return `${samples} samples are too many for the screen: see history --stats all`
  }
  return Object.keys(statistics.channels).length === 0 ? 'nothing was measured in this time' : null
}

function tableOf(
  channels: readonly Channel[],
  statistics: SpanStatistics | null,
  { width, height, look }: PanelArea,
  formOf: (channel: Channel, values: readonly number[]) => FigureForm,
): Line[] {
  const rows = rowsOf(channels, height - 1)
  const forms = rows.map((channel) => {
    const own = ownValue(statistics?.channels, channel.id)
    return formOf(channel, [own?.min ?? 0, own?.max ?? 0])
  })
  const names = rows.map((channel, i) => rowName(channel, forms[i]?.unit.text ?? '', look))
  const nameCells = Math.max(1, ...names.map((name) => name.length))
  const room = width - nameCells - 2
  const fit = Math.max(1, Math.min(COLUMNS.length, Math.floor(room / COLUMN_CELLS)))
  const columns = COLUMNS.filter(({ rank }) => rank < fit)
  const cells = Math.max(COLUMN_CELLS, Math.min(COLUMN_MAX, Math.floor(room / fit)))
  const heads = columns.map(({ title }) => title.padStart(cells))
  const lines: Line[] = [[piece(`${' '.repeat(nameCells + 1)}${heads.join('')}`, 'dim')]]
  for (const [i, channel] of rows.entries()) {
    const own = ownValue(statistics?.channels, channel.id)
    const form = forms[i]
    const texts = columns.map(({ of, more }) => {
      const value = own === undefined ? null : of(own)
      if (value === null || form === undefined) return '--'.padStart(cells)
      const text =
        more === null
          ? numberText(value, RATIO_DECIMALS, cells - 1)
          : figureText(value, { ...form, decimals: form.decimals + more }, cells - 1)
      return text.padStart(cells)
    })
    lines.push([
      piece(` ${(names[i] ?? '').padEnd(nameCells)}`, channel.role),
      piece(texts.join('')),
    ])
  }
  const left = channels.length - rows.length
  if (left > 0 && rows.length < height - 1) lines.push([piece(` +${left} more channels`, 'dim')])
  return lines
}

/** `mA`; of an extra channel its name with its unit, which the figures are in. */
function rowName(channel: Channel, unit: string, look: Look): string {
  if (channel.quantity !== null) return unit
  return `${nameText(channel, look)} ${unit}`.trimEnd()
}

/** All of them, or those that leave a line for the count of the rest. */
function rowsOf(channels: readonly Channel[], room: number): readonly Channel[] {
  if (channels.length <= room) return channels
  const main = mainChannels(channels)
  return room <= main.length ? main.slice(0, Math.max(0, room)) : channels.slice(0, room - 1)
}
