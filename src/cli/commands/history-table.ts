import { cleanText } from '../../domain/sample.ts'
import type {
  Bucket,
  LoggedEvent,
  LoggedLoss,
  LogRange,
  MinAvgMax,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatClockDuration } from '../../util/duration.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'

/** Rows of a gap that are shown, and its last one; the rest is counted. */
const EMPTY_ROWS = 3
/** Lost ranges and events shown; the rest is counted. */
const LIST_ROWS = 20

/** The log in words and columns, for people: local time, aligned numbers. */
export function* tableText(
  reader: LogReader,
  range: LogRange,
  everyMs: number | undefined,
  colour: Colour,
): Generator<string> {
  const totals = reader.totals(range)
  yield `times in ${zoneName(totals[0]?.fromUs ?? 0)}\n`
  if (everyMs === undefined) for (const total of totals) yield* totalText(total, colour)
  else yield* bucketTable(reader.buckets(range, everyMs * 1000), everyMs, totals, colour)
  yield* lossList(reader.losses(range), colour)
  yield* eventList(reader.events(range), colour)
}

function* totalText(total: Bucket, colour: Colour): Generator<string> {
  const { device, fromUs, toUs, voltage, current, power } = total
  const length = formatClockDuration((toUs - fromUs) / 1000)
  const title = colour.bold(`${cleanText(device)}:`)
  yield `\n${title} ${formatLocal(fromUs)} to ${formatLocal(toUs)} (${length})\n`
  const unmeasured = total.samples - total.measured
  yield `  samples  ${total.samples}${unmeasured > 0 ? `, of which ${unmeasured} not measured or out of range` : ''}\n`
  const lost = `lost     ${total.lost}`
  yield `  ${total.lost > 0 ? colour.red(lost) : lost}\n`
  yield `  covered  ${percent(total.coverage)} of the time\n`
  if (voltage === null || current === null || power === null) return
  const rows = [
    ['', 'min', 'avg', 'max', ''],
    ['voltage', ...cells(voltage), 'V'],
    ['current', ...cells(current), 'A'],
    ['power', ...cells(power), 'W'],
  ]
  yield align(rows)
    .map((line) => `  ${line}\n`)
    .join('')
  yield `  charge   ${amount(total.chargeMah)} mAh\n  energy   ${amount(total.energyMwh)} mWh\n`
}

function* bucketTable(
  buckets: Iterable<Bucket>,
  everyMs: number,
  totals: readonly Bucket[],
  colour: Colour,
): Generator<string> {
  const withDevice = totals.length > 1
  const head = ['time', 'samples', 'lost', 'cover', 'V min', 'avg', 'max', 'A min', 'avg', 'max']
  head.push('W min', 'avg', 'max', 'mAh', 'mWh')
  const withMs = everyMs % 1000 !== 0
  // Rows come one by one, so the widths are fixed beforehand.
  const widths = [withMs ? 23 : 19, 8, 6, 7, 9, 9, 9, 9, 9, 9, 9, 9, 9, 10, 10]
  const row = (texts: readonly string[], device: string): string => {
    const line = texts.map((text, i) => text.padStart(widths[i] ?? 0)).join(' ')
    return `${line}${withDevice ? `  ${device}` : ''}`
  }
  yield `\n${colour.bold(row(head, 'device'))}\n`
  for (const [bucket, skipped] of withoutSilence(buckets)) {
    if (skipped > 0) {
      const note = `${' '.repeat(widths[0] ?? 0)} ... ${skipped} rows without samples`
      yield `${colour.dim(note)}\n`
    }
    const texts = [
      formatLocal(bucket.fromUs, withMs),
      String(bucket.samples),
      String(bucket.lost),
      percent(bucket.coverage),
      ...short(bucket.voltage, 3),
      ...short(bucket.current, 4),
      ...short(bucket.power, 3),
      amount(bucket.chargeMah),
      amount(bucket.energyMwh),
    ]
    const line = row(texts, cleanText(bucket.device))
    yield `${bucket.lost > 0 ? colour.red(line) : line}\n`
  }
}

/** Drops what lies within a long run of empty buckets; @returns each with how many were dropped before it */
function* withoutSilence(buckets: Iterable<Bucket>): Generator<[Bucket, number]> {
  let empty = 0
  let last: Bucket | undefined
  for (const bucket of buckets) {
    if (bucket.samples === 0) {
      if (++empty <= EMPTY_ROWS) yield [bucket, 0]
      else last = bucket
      continue
    }
    if (last !== undefined) yield [last, empty - EMPTY_ROWS - 1]
    last = undefined
    empty = 0
    yield [bucket, 0]
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

/** Columns to the right, or all to the left. */
function align(rows: readonly (readonly string[])[], left = false): string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((text, i) => {
      widths[i] = Math.max(widths[i] ?? 0, text.length)
    })
  }
  return rows.map((row) =>
    row
      .map((text, i) => {
        const width = widths[i] ?? 0
        return left || i === 0 ? text.padEnd(width) : text.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

/** min, avg, max with as many decimals as the device sends, 3 to 6. */
function cells({ min, avg, max }: MinAvgMax): string[] {
  const decimals = Math.min(6, Math.max(3, decimalsOf(min), decimalsOf(max)))
  return [min, avg, max].map((value) => value.toFixed(decimals))
}

function decimalsOf(value: number): number {
  const text = String(value)
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
}

function short(of: MinAvgMax | null, decimals: number): string[] {
  if (of === null) return ['-', '-', '-']
  return [of.min, of.avg, of.max].map((value) => value.toFixed(decimals))
}

function amount(value: number | null): string {
  return value === null ? '-' : value.toFixed(Math.abs(value) < 100 ? 4 : 2)
}

/** Cut, not rounded: 100 % means all of it. */
function percent(part: number): string {
  return `${(Math.floor(part * 1000 + 1e-9) / 10).toFixed(1)} %`
}
