import { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import { fileTarget, type OutputTarget, streamTarget } from '../../app/output-target.ts'
import type {
  LoggedEvent,
  LoggedLoss,
  LoggedSample,
  LogRange,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { lossText } from '../../util/loss-text.ts'
import { ownValue } from '../../util/records.ts'
import { formatIso } from '../../util/time-text.ts'
import { type Example, examplesText } from '../help-text.ts'
import { option } from '../option.ts'
import { exclude } from '../precedence.ts'
import { type ChannelWish, channelsOf, parseChannels } from './export-channels.ts'
import {
  BucketLines,
  bucketColumns,
  EVENT_COLUMNS,
  type ExportFormat,
  eventLine,
  headerLine,
  SampleLines,
  sampleColumns,
} from './export-format.ts'
import { ExportProgress } from './export-progress.ts'
import {
  addRangeOptions,
  emptyHint,
  openReader,
  type RangeOptions,
  rangeOf,
  settleRange,
} from './log-range.ts'

interface ExportOptions extends RangeOptions {
  format: ExportFormat
  out?: string
  events?: boolean
  channels?: ChannelWish
}

const EXAMPLES: readonly Example[] = [
  ['ina219 export --last 48h > log.csv', 'every sample, to the digit'],
  ['ina219 export --last 48h --every 1m -o minutes.csv', 'a row a minute'],
  ['ina219 export --device bench-7 --format ndjson', 'one device, an object a line'],
  ['ina219 export --channels all', 'extra channels as further columns'],
  ['ina219 export --events', 'gaps, restarts, reconnects'],
]

/** Rows put together before they are written. */
const LINES_PER_WRITE = 200

export function exportCommand(io: ProcessIo): Command {
  const command = new Command('export').description(
    'Writes the log as CSV or NDJSON to stdout or a file.',
  )
  addRangeOptions(command)
    .addOption(
      option('--format <format>', 'csv or ndjson', {
        choices: ['csv', 'ndjson'],
        default: 'csv',
      }).env('INA219_EXPORT_FORMAT'),
    )
    .addOption(
      option('-o, --out <file>', 'file to write, replaced when all is written (default: stdout)', {
        flagOnly: true,
      }),
    )
    .addOption(
      option(
        '--events',
        'the events instead of the samples: losses, restarts, steps of the clock, ...',
        {
          flagOnly: true,
        },
      ),
    )
    .addOption(
      option(
        '--channels <ids>',
        'further columns: all, or ids of extra channels such as soc,lux (default: none)',
        { parse: parseChannels },
      ),
    )
    .addHelpText('after', examplesText(EXAMPLES))
    .action(() => {
      settleRange(command)
      const hint = 'give one of the two'
      exclude(command, [['events'], ['every']], '--events has no --every', hint)
      exclude(command, [['events'], ['channels']], '--events has no --channels', hint)
      return runExport(command.opts<ExportOptions>(), io)
    })
  return command
}

async function runExport(options: ExportOptions, io: ProcessIo): Promise<void> {
  const { reader, file: log } = await openReader(options, io)
  try {
    const range = rangeOf(options, reader, io)
    const target =
      options.out === undefined ? streamTarget(io.stdout) : fileTarget(options.out, log)
    const progress = new ExportProgress(
      io.stderr,
      io.clock,
      options.out !== undefined || !io.stdout.isTTY,
    )
    try {
      const rows = await write(options, reader, range, target, progress)
      progress.end()
      target.finish()
      if (rows === 0 && options.events === true) {
        io.stderr.write('ina219: nothing was lost and nothing else happened in that time\n')
      } else if (rows === 0) io.stderr.write(emptyHint(reader, range))
      else if (options.events !== true) io.stderr.write(retentionHint(options, reader, range))
    } catch (error) {
      progress.end()
      target.abandon()
      throw error
    }
  } finally {
    reader.close()
  }
}

/** @returns rows written */
async function write(
  options: ExportOptions,
  reader: LogReader,
  asked: LogRange,
  target: OutputTarget,
  progress: ExportProgress,
): Promise<number> {
  const { format, every } = options
  const span = reader.span(asked.device)
  // What is recorded from now on is left out, or the end would run ahead.
  const range = { ...asked, toUs: Math.min(asked.toUs, (span?.toUs ?? 0) + 1) }
  const fromUs = Math.max(range.fromUs, span?.fromUs ?? 0)
  const partAt = (timeUs: number): number => (timeUs - fromUs) / (range.toUs - fromUs)
  const wish = options.channels
  const channels = wish === undefined ? [] : channelsOf(wish, reader, asked.device)

  if (options.events === true) {
    if (format === 'csv') await target.write(`${EVENT_COLUMNS}\n`)
    return writeLines(eventsAndLosses(reader, asked), (event) => eventLine(event, format), target)
  }
  if (every !== undefined) {
    if (format === 'csv') await target.write(headerLine(bucketColumns(channels)))
    const lines = new BucketLines(format, channels)
    let rows = 0
    const buckets = reader.buckets(range, every * 1000)
    return writeLines(
      buckets,
      (bucket) => {
        progress.at(partAt(bucket.fromUs), ++rows)
        return lines.line(bucket)
      },
      target,
    )
  }
  if (format === 'csv') await target.write(headerLine(sampleColumns(channels)))
  const lines = new SampleLines(format, channels)
  let rows = 0
  for (const all of reader.samples(range, channels.length > 0)) {
    const page = channels.length > 0 ? all.filter((each) => hasCells(each, channels)) : all
    for (const chunk of lines.lines(page)) await target.write(chunk)
    rows += page.length
    const last = page.at(-1)
    if (last !== undefined) progress.at(partAt(last.timeUs), rows)
  }
  return rows
}

/** False: a sample of other extra channels than these alone. */
function hasCells({ voltage, extras }: LoggedSample, channels: readonly string[]): boolean {
  if (!Number.isNaN(voltage)) return true
  return channels.some((id) => ownValue(extras, id) !== undefined)
}

/** In order of time; a loss stands where it begins. */
function* eventsAndLosses(reader: LogReader, range: LogRange): Generator<LoggedEvent> {
  const losses = reader.losses(range)
  let loss = losses.next().value
  for (const event of reader.events(range)) {
    for (; loss && loss.fromUs <= event.timeUs; loss = losses.next().value) yield lossEvent(loss)
    yield event
  }
  for (; loss; loss = losses.next().value) yield lossEvent(loss)
}

function lossEvent({ device, firstSeq, count, fromUs, reason }: LoggedLoss): LoggedEvent {
  return { timeUs: fromUs, device, kind: 'lost', detail: lossText(firstSeq, count, reason) }
}

async function writeLines<T>(
  items: Iterable<T>,
  line: (item: T) => string,
  target: OutputTarget,
): Promise<number> {
  let text = ''
  let rows = 0
  for (const item of items) {
    text += line(item)
    if (++rows % LINES_PER_WRITE === 0) {
      await target.write(text)
      text = ''
    }
  }
  await target.write(text)
  return rows
}

/** Said where raw samples of the span asked for have gone by themselves. */
function retentionHint(options: ExportOptions, reader: LogReader, range: LogRange): string {
  const isFromMinutes = options.every !== undefined && options.every % 60_000 === 0
  const rawUs = reader.oldestRawUs(range.device)
  const span = reader.span(range.device)
  if (isFromMinutes || rawUs === null || span === null) return ''
  const isAllThere = span.fromUs >= rawUs || range.fromUs >= rawUs
  if (isAllThere) return ''
  return (
    `ina219: samples before ${formatIso(rawUs)} have passed the retention; ` +
    'their minute averages are still there: --every 1m\n'
  )
}
