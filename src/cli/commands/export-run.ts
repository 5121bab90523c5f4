import type { ProcessIo } from '../../app/io.ts'
import { fileTarget, type OutputTarget, streamTarget } from '../../app/output-target.ts'
import { wishOf } from '../../export/detailed-totals.ts'
import type { ExportFormat } from '../../export/format-names.ts'
import { recordedIn } from '../../export/recorded-range.ts'
import { requestedChannels } from '../../export/requested-channels.ts'
import { headerPieces, type Piece, samplePieces } from '../../export/sample-pieces.ts'
import type { StatisticName } from '../../stats/statistic-names.ts'
import type {
  Bucket,
  DetailedBucket,
  LoggedEvent,
  LoggedLoss,
  LogRange,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { lossText } from '../../util/loss-text.ts'
import { formatIso } from '../../util/time-text.ts'
import type { ExportOptions } from './export.ts'
import { BucketLines, bucketColumns, EVENT_COLUMNS, eventLine } from './export-format.ts'
import { emptyHint, openReader, rangeOf } from './log-range.ts'
import { WorkProgress } from './work-progress.ts'

/** Rows put together before they are written. */
const LINES_PER_WRITE = 200

/** @throws InaError */
export async function runExport(options: ExportOptions, io: ProcessIo): Promise<void> {
  const { reader, file: log, close } = await openReader(options, io)
  try {
    const requested = rangeOf(options, reader, io)
    // Without samples in it: an empty range, so that a CSV has its header all the same.
    const range = recordedIn(requested, reader) ?? { ...requested, toUs: requested.fromUs }
    const target =
      options.out === undefined ? streamTarget(io.stdout) : fileTarget(options.out, log)
    const isShown = options.out !== undefined || !io.stdout.isTTY
    const progress = new WorkProgress(io, isShown)
    try {
      const rows = await writeAll(
        options.format === 'svg'
          ? await chartPieces(options, reader, range)
          : piecesOf({ ...options, format: options.format }, reader, requested, range),
        target,
        range,
        progress,
      )
      progress.end()
      target.finish()
      if (rows === 0 && options.events === true) {
        io.stderr.write('ina219: nothing was lost and nothing else happened in that time\n')
      } else if (rows === 0) io.stderr.write(emptyHint(reader, requested))
      else if (options.events !== true) io.stderr.write(retentionHint(options, reader, requested))
    } catch (error) {
      progress.end()
      target.abandon()
      throw error
    }
  } finally {
    close()
  }
}

/** @returns rows written */
async function writeAll(
  pieces: Iterable<Piece>,
  target: OutputTarget,
  range: LogRange,
  progress: WorkProgress,
): Promise<number> {
  let rows = 0
  let bytes = 0
  for (const piece of pieces) {
    await target.write(piece.bytes)
    rows += piece.rows
    bytes += piece.bytes.length
    const { timeUs } = piece
    if (timeUs === null) continue
    progress.at(() => (timeUs - range.fromUs) / (range.toUs - range.fromUs), rows, bytes)
  }
  return rows
}

/** One piece, of as many rows as there are devices in it. */
async function chartPieces(
  { theme, every }: ExportOptions,
  reader: LogReader,
  range: LogRange,
): Promise<Piece[]> {
  const { logChart } = await import('../../export/svg/log-chart.ts')
  const bytes = logChart(reader, range, { theme, ...(every !== undefined && { everyMs: every }) })
  return bytes === '' ? [] : [{ bytes, rows: 1, timeUs: null }]
}

/** @param range what was requested, as far as there are samples; events may lie beyond it */
function piecesOf(
  options: ExportOptions & { readonly format: ExportFormat },
  reader: LogReader,
  requested: LogRange,
  range: LogRange,
): Generator<Piece> {
  const { format, every } = options
  if (options.events === true) return eventPieces(reader, requested, format)
  const request = options.channels
  const channels =
    request === undefined
      ? []
      : requestedChannels(request, reader, requested.device, every === undefined)
  if (every === undefined) return samplePieces(reader, range, format, channels)
  const { stats = [] } = options
  const buckets =
    stats.length === 0
      ? reader.buckets(range, every * 1000)
      : reader.detailedBuckets(range, every * 1000, wishOf(stats))
  return bucketPieces(buckets, format, channels, stats)
}

function* eventPieces(reader: LogReader, range: LogRange, format: ExportFormat): Generator<Piece> {
  yield* headerPieces(format, EVENT_COLUMNS)
  yield* linePieces(
    eventsAndLosses(reader, range),
    (event) => eventLine(event, format),
    () => null,
  )
}

function* bucketPieces(
  buckets: Iterable<Bucket | DetailedBucket>,
  format: ExportFormat,
  channels: readonly string[],
  statistics: readonly StatisticName[],
): Generator<Piece> {
  const lines = new BucketLines(format, channels, statistics)
  yield* headerPieces(format, bucketColumns(channels, statistics))
  yield* linePieces(
    buckets,
    (bucket) => lines.line(bucket),
    ({ fromUs }) => fromUs,
  )
}

/** Some lines at a time. */
function* linePieces<T>(
  items: Iterable<T>,
  line: (item: T) => string,
  timeOf: (item: T) => number | null,
): Generator<Piece> {
  let text = ''
  let rows = 0
  let timeUs: number | null = null
  for (const item of items) {
    text += line(item)
    timeUs = timeOf(item)
    if (++rows < LINES_PER_WRITE) continue
    yield { bytes: text, rows, timeUs }
    text = ''
    rows = 0
  }
  if (rows > 0) yield { bytes: text, rows, timeUs }
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

/** Where raw samples of the requested span have gone by themselves. */
function retentionHint(options: ExportOptions, reader: LogReader, range: LogRange): string {
  const wantsSamples = (options.stats ?? []).length > 0
  const isFromMinutes = !wantsSamples && options.every !== undefined && options.every % 60_000 === 0
  const rawUs = reader.oldestRawUs(range.device)
  const span = reader.span(range.device)
  if (isFromMinutes || rawUs === null || span === null) return ''
  const isAllThere = span.fromUs >= rawUs || range.fromUs >= rawUs
  if (isAllThere) return ''
  const gone = `ina219: samples before ${formatIso(rawUs)} have passed the retention; `
  return wantsSamples
    ? `${gone}of that time min, avg and max are still there, the columns of --stats are empty\n`
    : `${gone}their minute averages are still there: --every 1m\n`
}
