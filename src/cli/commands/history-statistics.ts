import { ELECTRIC_CHANNELS } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import { type DetailedTotal, wishOf } from '../../export/detailed-totals.ts'
import { isPercentile, type StatisticName } from '../../stats/statistic-names.ts'
import { type ChannelStatistics, printedFigure } from '../../stats/statistics.ts'
import { extraKey } from '../../stats/statistics-feed.ts'
import type {
  Bucket,
  DetailedBucket,
  LoggedChannel,
  LogRange,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatLocal } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'
import { align, silenceText, timeCells, withoutSilence } from './table-text.ts'

/** A table fits into a terminal of 80 columns with so many channels, or figures. */
const CHANNELS_PER_TABLE = 4
const FIGURES_PER_TABLE = 6
/** Width of a figure, with a blank before it, and of the title of a channel. */
const CELL = 10
const TITLE_CELLS = 14

/** The further statistics of a span: a row each, a column a channel. */
export function* totalStatistics(
  { total, state, statistics }: DetailedTotal,
  names: readonly StatisticName[],
  channels: readonly LoggedChannel[],
): Generator<string> {
  if (names.length === 0) return
  if (state === 'skipped') {
    yield `  more     --stats all (reads all ${total.samples} samples)\n`
    return
  }
  if (state === 'expired') {
    yield '  more     none: samples of this time have passed the retention\n'
    return
  }
  const shown = shownChannels(total.device, channels, (key) => statistics.has(key))
  for (let at = 0; at < shown.length; at += CHANNELS_PER_TABLE) {
    const part = shown.slice(at, at + CHANNELS_PER_TABLE)
    const rows = names.map((name) => [
      labelOf(name),
      ...part.map(({ key }) => figureText(statistics.get(key), name)),
    ])
    const head = ['', ...part.map(({ title }) => cut(title, TITLE_CELLS))]
    yield '\n'
    for (const line of align([head, ...rows])) yield `  ${line}\n`
  }
  if (names.some(isPercentile)) yield `  percentiles  ${precisionText(shown, statistics)}\n`
}

/** The further statistics of buckets: tables of their own, as wide as a terminal. */
export function* bucketStatistics(
  reader: LogReader,
  range: LogRange,
  everyMs: number,
  names: readonly StatisticName[],
  totals: readonly Bucket[],
  colour: Colour,
): Generator<string> {
  for (const total of totals) {
    const { device, channels } = total
    const own = { ...range, device }
    const keys = new Set([...channels.keys()].map(extraKey))
    const isShown = (key: string): boolean => keys.has(key) || isElectric(key, total)
    const columns = shownChannels(device, reader.channels(device), isShown).flatMap(
      ({ key, title }) => names.map((name) => ({ key, title, name })),
    )
    for (let at = 0; at < columns.length; at += FIGURES_PER_TABLE) {
      const part = columns.slice(at, at + FIGURES_PER_TABLE)
      const wish = wishOf(part.map(({ name }) => name))
      yield `\n${colour.bold(`${cleanText(device)}:`)}\n`
      yield* bucketTable(reader.detailedBuckets(own, everyMs * 1000, wish), everyMs, part, colour)
    }
  }
}

/** One figure of one channel. */
interface Column {
  readonly key: string
  readonly title: string
  readonly name: StatisticName
}

function* bucketTable(
  buckets: Iterable<DetailedBucket>,
  everyMs: number,
  columns: readonly Column[],
  colour: Colour,
): Generator<string> {
  const withMs = everyMs % 1000 !== 0
  const timeWidth = timeCells(withMs)
  let titles = ''
  for (const [i, { title }] of columns.entries()) {
    const isLast = columns[i + 1]?.title !== title
    const width = (i + 1) * CELL - titles.length
    // Above the last figure of its channel, over as many as there are.
    if (isLast) titles += cut(title, width - 1).padStart(width)
  }
  const names = columns.map(({ name }) => name.padStart(CELL)).join('')
  yield `${colour.bold(`${' '.repeat(timeWidth)}${titles}`)}\n`
  yield `${colour.bold(`${'time'.padStart(timeWidth)}${names}`)}\n`
  for (const [bucket, skipped] of withoutSilence(buckets)) {
    if (skipped > 0) yield `${colour.dim(silenceText(skipped, withMs))}\n`
    const { statistics } = bucket
    const texts = columns.map(({ key, name }) =>
      ` ${figureText(statistics?.get(key), name)}`.padStart(CELL),
    )
    yield `${formatLocal(bucket.fromUs, withMs)}${texts.join('')}\n`
  }
}

interface ShownChannel {
  /** Among the statistics. */
  readonly key: string
  readonly name: string
  /** `voltage (V)` */
  readonly title: string
}

/** Those that have values, v, a and w first. */
function shownChannels(
  device: string,
  channels: readonly LoggedChannel[],
  isShown: (key: string) => boolean,
): ShownChannel[] {
  const electric = ELECTRIC_CHANNELS.map(({ id, label, unit }) => ({
    key: id,
    name: label.toLowerCase(),
    unit,
  }))
  const extra = channels
    .filter((each) => each.device === device)
    .map(({ id, unit }) => ({
      key: extraKey(id),
      name: cleanText(id),
      unit: cleanText(unit),
    }))
  return [...electric, ...extra]
    .filter(({ key }) => isShown(key))
    .map(({ key, name, unit }) => ({ key, name, title: unit === '' ? name : `${name} (${unit})` }))
}

/** One of v, a and w, and there are some. */
function isElectric(id: string, { measured }: Bucket): boolean {
  return measured > 0 && ELECTRIC_CHANNELS.some((each) => each.id === id)
}

/** As the option has it, with the unit where that is another one than the channel's. */
function labelOf(name: StatisticName): string {
  if (name === 'slope') return 'slope /s'
  return name
}

/** For people: as many digits as fit; programs have them all. */
function figureText(own: ChannelStatistics | undefined, name: StatisticName): string {
  const value = own === undefined ? null : printedFigure(own, name)
  if (value === null) return '-'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(2)
  return value.toFixed(size < 1000 ? 4 : 1)
}

/** Whether percentiles are measured values. */
function precisionText(
  shown: readonly ShownChannel[],
  statistics: ReadonlyMap<string, ChannelStatistics>,
): string {
  const rough = shown.filter(({ key }) => (statistics.get(key)?.percentileError ?? 0) > 0)
  if (rough.length === 0) return 'exact: measured values'
  const [first] = rough
  const error = (statistics.get(first?.key ?? '')?.percentileError ?? 0) * 100
  if (rough.length === shown.length) return `within ${error} % of a measured value`
  const names = rough.map(({ name }) => name).join(', ')
  return `exact, but for ${names}: within ${error} % of a measured value`
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}~`
}
