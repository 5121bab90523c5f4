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
  LogSpan,
  MinAvgMax,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { countedText } from '../../util/counted-text.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'
import { channelTables } from './history-channels.ts'
import { bucketStatistics, totalStatistics } from './history-statistics.ts'
import { devicesOf } from './log-range.ts'
import {
  align,
  amount,
  directions,
  percent,
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
  const isPlain = reader.channels(range.device).length === 0 && stats.length === 0
  if (isPlain && devicesOf(reader, range).length === 1) {
    // What a table has is known without adding up all of the time first.
    yield zoneLine(range)
    yield* bucketTable(reader.buckets(range, everyMs * 1000), everyMs, false, colour)
    return
  }
  const totals = reader.totals(range)
  yield zoneLine(totals[0])
  yield* bucketTables(reader, range, everyMs, totals, colour)
  yield* channelTables(reader, range, everyMs, totals, colour)
  yield* bucketStatistics(reader, range, everyMs, stats, totals, colour)
}

function zoneLine(first: LogSpan | undefined): string {
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
    const of = { countedS: total.countedUs / 1e6, bridgedS: total.bridgedUs / 1e6 }
    const counted = countedText(of, (toUs - fromUs) / 1e6)
    if (counted !== null) yield `  counted  ${counted}, by the device itself\n`
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
  yield* bucketTable(shown, everyMs, electric.length > 1, colour)
}

function* only(buckets: Iterable<Bucket>, devices: ReadonlySet<string>): Generator<Bucket> {
  for (const bucket of buckets) if (devices.has(bucket.device)) yield bucket
}

function* bucketTable(
  buckets: Iterable<Bucket>,
  everyMs: number,
  withDevice: boolean,
  colour: Colour,
): Generator<string> {
  const withMs = everyMs % 1000 !== 0
  yield `\n${colour.bold(headText(withMs, withDevice))}\n`
  for (const [bucket, skipped] of withoutSilence(buckets)) {
    if (skipped > 0) yield `${colour.dim(silenceText(skipped, withMs))}\n`
    const line = rowText(bucket, withMs, withDevice)
    yield `${bucket.lost > 0 ? colour.red(line) : line}\n`
  }
}

// Rows come one by one, so the widths are fixed beforehand.
const COUNT_CELLS = 8
const LOST_CELLS = 6
const COVER_CELLS = 7
const VALUE_CELLS = 9
const AMOUNT_CELLS = 10
const NO_VALUES = ` ${'-'.padStart(VALUE_CELLS)}`.repeat(3)

function headText(withMs: boolean, withDevice: boolean): string {
  const values = ELECTRIC_CHANNELS.flatMap(({ unit }) => [`${unit} min`, 'avg', 'max'])
  return [
    'time'.padStart(timeCells(withMs)),
    'samples'.padStart(COUNT_CELLS),
    'lost'.padStart(LOST_CELLS),
    'cover'.padStart(COVER_CELLS),
    ...values.map((text) => text.padStart(VALUE_CELLS)),
    'mAh'.padStart(AMOUNT_CELLS),
    'mWh'.padStart(AMOUNT_CELLS),
    ...(withDevice ? [' device'] : []),
  ].join(' ')
}

/** There may be hundreds of thousands of these: no arrays. */
function rowText(bucket: Bucket, withMs: boolean, withDevice: boolean): string {
  let text = formatLocal(bucket.fromUs, withMs)
  text += ` ${String(bucket.samples).padStart(COUNT_CELLS)}`
  text += ` ${String(bucket.lost).padStart(LOST_CELLS)}`
  text += ` ${percent(bucket.coverage).padStart(COVER_CELLS)}`
  text += valuesText(bucket.voltage, ELECTRIC.voltage.decimals)
  text += valuesText(bucket.current, ELECTRIC.current.decimals)
  text += valuesText(bucket.power, ELECTRIC.power.decimals)
  text += ` ${amount(bucket.chargeMah).padStart(AMOUNT_CELLS)}`
  text += ` ${amount(bucket.energyMwh).padStart(AMOUNT_CELLS)}`
  return withDevice ? `${text}  ${cleanText(bucket.device)}` : text
}

function valuesText(of: MinAvgMax | null, decimals: number): string {
  if (of === null) return NO_VALUES
  const min = of.min.toFixed(decimals).padStart(VALUE_CELLS)
  const avg = of.avg.toFixed(decimals).padStart(VALUE_CELLS)
  return ` ${min} ${avg} ${of.max.toFixed(decimals).padStart(VALUE_CELLS)}`
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
