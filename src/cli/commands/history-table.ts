import { ELECTRIC, ELECTRIC_CHANNELS, QUANTITIES } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import { detailedTotals } from '../../export/detailed-totals.ts'
import { figureTexts, showsElectric } from '../../export/plotted.ts'
import { STATISTICS, type StatisticName } from '../../stats/statistic-names.ts'
import type {
  Bucket,
  LoggedChannel,
  LoggedEvent,
  LoggedLoss,
  LogRange,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'
import { channelTables } from './history-channels.ts'
import { bucketStatistics, totalStatistics } from './history-statistics.ts'
import {
  align,
  amount,
  directions,
  percent,
  short,
  silenceText,
  timeCells,
  withoutSilence,
} from './table-text.ts'

/** Lost ranges and events shown; the rest is counted. */
const LIST_ROWS = 20

/** The log in words and columns, for people: local time, aligned numbers. */
export function* tableText(
  reader: LogReader,
  range: LogRange,
  everyMs: number | undefined,
  stats: readonly StatisticName[] | undefined,
  colour: Colour,
): Generator<string> {
  if (everyMs === undefined) yield* totalsText(reader, range, stats, colour)
  else yield* bucketsText(reader, range, everyMs, stats ?? [], colour)
  yield* lossList(reader.losses(range), colour)
  yield* eventList(reader.events(range), colour)
}

function* totalsText(
  reader: LogReader,
  range: LogRange,
  stats: readonly StatisticName[] | undefined,
  colour: Colour,
): Generator<string> {
  const names = stats ?? STATISTICS
  const totals = detailedTotals(reader, range, names, stats !== undefined)
  yield zoneLine(totals[0]?.total)
  const channels = reader.channels(range.device)
  for (const each of totals) {
    yield* totalText(each.total, channels, colour)
    yield* totalStatistics(each, names, channels)
  }
}

function* bucketsText(
  reader: LogReader,
  range: LogRange,
  everyMs: number,
  stats: readonly StatisticName[],
  colour: Colour,
): Generator<string> {
  const totals = reader.totals(range)
  yield zoneLine(totals[0])
  yield* bucketTables(reader, range, everyMs, totals, colour)
  yield* channelTables(reader, range, everyMs, totals, colour)
  yield* bucketStatistics(reader, range, everyMs, stats, totals, colour)
}

function zoneLine(first: Bucket | undefined): string {
  return `times in ${zoneName(first?.fromUs ?? 0)}\n`
}

function* totalText(
  total: Bucket,
  channels: readonly LoggedChannel[],
  colour: Colour,
): Generator<string> {
  const { device, fromUs, toUs } = total
  const length = formatClockDuration((toUs - fromUs) / 1000)
  const title = colour.bold(`${cleanText(device)}:`)
  yield `\n${title} ${formatLocal(fromUs)} to ${formatLocal(toUs)} (${length})\n`
  yield `  samples  ${total.samples}${measuredText(total)}\n`
  const lost = `lost     ${total.lost}`
  yield `  ${total.lost > 0 ? colour.red(lost) : lost}\n`
  const isElectric = QUANTITIES.every((each) => total[each] !== null)
  if (showsElectric(total)) {
    yield `  covered  ${percent(total.coverage)} of the time\n`
  }
  const rows: string[][] = []
  for (const each of QUANTITIES) {
    const [summary, { label, unit }] = [total[each], ELECTRIC[each]]
    if (isElectric && summary !== null)
      rows.push([label.toLowerCase(), ...figureTexts(summary), unit])
  }
  for (const [id, summary] of total.channels) {
    const own = channels.find((each) => each.id === id && each.device === device)
    rows.push([cleanText(id), ...figureTexts(summary), cleanText(own?.unit ?? '')])
  }
  if (rows.length === 0) return
  yield align([['', 'min', 'avg', 'max', ''], ...rows])
    .map((line) => `  ${line}\n`)
    .join('')
  if (!isElectric) return
  const charge = directions(total.chargeForwardMah, total.chargeMah)
  const energy = directions(total.energyForwardMwh, total.energyMwh)
  yield `  charge   ${amount(total.chargeMah)} mAh${charge}\n`
  yield `  energy   ${amount(total.energyMwh)} mWh${energy}\n`
}

/** How many of the samples count; with extra channels, those without voltage and current are not at fault. */
function measuredText({ samples, measured, channels }: Bucket): string {
  if (samples === measured) return ''
  if (channels.size === 0) return `, of which ${samples - measured} not measured or out of range`
  return measured === 0 ? '' : `, of which ${measured} with measured voltage and current`
}

/** Without the devices that have extra channels alone. */
function* bucketTables(
  reader: LogReader,
  range: LogRange,
  everyMs: number,
  totals: readonly Bucket[],
  colour: Colour,
): Generator<string> {
  const electric = totals.filter(showsElectric)
  if (electric.length === 0 && totals.length > 0) return
  const names = new Set(electric.map(({ device }) => device))
  const buckets = reader.buckets(range, everyMs * 1000)
  const shown = electric.length === totals.length ? buckets : only(buckets, names)
  yield* bucketTable(shown, everyMs, electric, colour)
}

function* only(buckets: Iterable<Bucket>, devices: ReadonlySet<string>): Generator<Bucket> {
  for (const bucket of buckets) if (devices.has(bucket.device)) yield bucket
}

function* bucketTable(
  buckets: Iterable<Bucket>,
  everyMs: number,
  totals: readonly Bucket[],
  colour: Colour,
): Generator<string> {
  const withDevice = totals.length > 1
  const values = ELECTRIC_CHANNELS.flatMap(({ unit }) => [`${unit} min`, 'avg', 'max'])
  const head = ['time', 'samples', 'lost', 'cover', ...values, 'mAh', 'mWh']
  const withMs = everyMs % 1000 !== 0
  // Rows come one by one, so the widths are fixed beforehand.
  const widths = [timeCells(withMs), 8, 6, 7, ...values.map(() => 9), 10, 10]
  const row = (texts: readonly string[], device: string): string => {
    const line = texts.map((text, i) => text.padStart(widths[i] ?? 0)).join(' ')
    return `${line}${withDevice ? `  ${device}` : ''}`
  }
  yield `\n${colour.bold(row(head, 'device'))}\n`
  for (const [bucket, skipped] of withoutSilence(buckets)) {
    if (skipped > 0) yield `${colour.dim(silenceText(skipped, withMs))}\n`
    const texts = [
      formatLocal(bucket.fromUs, withMs),
      String(bucket.samples),
      String(bucket.lost),
      percent(bucket.coverage),
      ...QUANTITIES.flatMap((each) => short(bucket[each], ELECTRIC[each].decimals)),
      amount(bucket.chargeMah),
      amount(bucket.energyMwh),
    ]
    const line = row(texts, cleanText(bucket.device))
    yield `${bucket.lost > 0 ? colour.red(line) : line}\n`
  }
}

function* lossList(losses: Iterable<LoggedLoss>, colour: Colour): Generator<string> {
  const { newest, count } = tail(losses)
  if (count === 0) return
  const all = newest.map((loss) => [
    `${formatLocal(loss.fromUs, true)} to ${formatLocal(loss.toUs, true)}`,
    `${loss.count} from number ${loss.firstSeq}`,
    loss.reason,
    cleanText(loss.device),
  ])
  yield `\n${colour.bold('lost ranges:')} ${count}${more(count)}\n`
  yield align(all, true)
    .map((line) => `  ${line}\n`)
    .join('')
}

function* eventList(events: Iterable<LoggedEvent>, colour: Colour): Generator<string> {
  const { newest, count } = tail(events)
  if (count === 0) return
  const all = newest.map((event) => [
    formatLocal(event.timeUs, true),
    cleanText(event.kind),
    cleanText(event.device),
    cleanText(event.detail),
  ])
  yield `\n${colour.bold('events:')} ${count}${more(count)}\n`
  yield align(all, true)
    .map((line) => `  ${line}\n`)
    .join('')
}

function more(count: number): string {
  return count > LIST_ROWS ? `, the newest ${LIST_ROWS} of them (all: --format json)` : ''
}

function tail<T>(items: Iterable<T>): { readonly newest: T[]; readonly count: number } {
  const newest: T[] = []
  let count = 0
  for (const item of items) {
    count++
    newest.push(item)
    if (newest.length > LIST_ROWS) newest.shift()
  }
  return { newest, count }
}
