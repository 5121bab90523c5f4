import type { LogRange } from '../storage/read/log-query.ts'
import type { LogReader } from '../storage/read/log-reader.ts'
import { DigitLines } from './digit-lines.ts'
import type { ExportFormat } from './format-names.ts'
import { csvHeader, hasCells, SampleLines, sampleColumns } from './sample-lines.ts'
import { sampleTemplate } from './sample-template.ts'

/** What is written at once. */
export interface Piece {
  /** To be written, or copied, before the next piece is asked for. */
  readonly bytes: string | Buffer
  readonly rows: number
  /** How far in time it reaches; null: it says nothing of how far the export is. */
  readonly timeUs: number | null
}

/** Lines of samples, and how far in the log they reach. */
export interface LinePage {
  /** To be written, or copied, before the next page is asked for. */
  readonly bytes: Buffer
  readonly rows: number
  /** Rows of the log that were looked at for it, of any device. */
  readonly scanned: number
  /** Where the next page begins, Unix µs. */
  readonly endUs: number
}

/** Pages that are read by the general way before the fast one is tried again, at most. */
const MOST_GENERAL = 64

/** The samples of a range, as `export` writes them. @param channels extra ones, as further columns */
export function* samplePieces(
  reader: LogReader,
  range: LogRange,
  format: ExportFormat,
  channels: readonly string[],
): Generator<Piece> {
  yield* headerPieces(format, sampleColumns(channels))
  for (const { bytes, rows, endUs } of linePages(reader, range, format, channels)) {
    yield { bytes, rows, timeUs: endUs }
  }
}

/** The same without the header. @throws InaError log_damaged, at the end at the latest, where rows of the log are missing */
export function* linePages(
  reader: LogReader,
  range: LogRange,
  format: ExportFormat,
  channels: readonly string[],
): Generator<LinePage> {
  const lines = new SampleLines(format, channels)
  const pages =
    channels.length > 0
      ? generalLinePages(reader, range, lines, channels)
      : digitLinePages(reader, range, format, lines)
  let scanned = 0
  for (const page of pages) {
    scanned += page.scanned
    yield page
  }
  reader.checkSpan(range, scanned)
}

/** The fast way, where rows are usual. */
function* digitLinePages(
  reader: LogReader,
  range: LogRange,
  format: ExportFormat,
  lines: SampleLines,
): Generator<LinePage> {
  const fast = new DigitLines(sampleTemplate(format), reader.namesOf, range.device)
  const general = (part: Partial<LogRange>): Generator<LinePage, undefined> =>
    generalLinePages(reader, { ...range, ...part }, lines, [])
  const patience = new Patience()
  let { fromUs } = range
  let scanned = 0
  for (;;) {
    const page = reader.digits({ fromUs, toUs: range.toUs })
    if (page === null) break
    const leftUs = fast.add(page, fromUs)
    const isDone = leftUs === page.endUs
    fromUs = page.endUs
    scanned += isDone ? page.rowCount : page.times.findIndex((timeUs) => !(timeUs < leftUs))
    if (fast.isFull || (!isDone && !fast.isEmpty)) {
      yield { ...fast.take(), scanned, endUs: leftUs }
      scanned = 0
    }
    if (isDone) {
      patience.restore()
      continue
    }
    yield* general({ fromUs: leftUs, toUs: fromUs })
    const further = general({ fromUs })
    for (let left = patience.pages(); left > 0; left--) {
      const { value } = further.next() as IteratorResult<LinePage, undefined>
      if (value === undefined) break
      yield value
      fromUs = value.endUs
    }
  }
  yield { ...fast.take(), scanned, endUs: fromUs }
}

/** How long the general way goes on: what follows an unusual row probably looks the same, and would be read twice. */
class Patience {
  #pages = 0

  restore(): void {
    this.#pages = 0
  }

  pages(): number {
    this.#pages = Math.min(MOST_GENERAL, 2 * this.#pages + 1)
    return this.#pages
  }
}

function* generalLinePages(
  reader: LogReader,
  range: LogRange,
  lines: SampleLines,
  channels: readonly string[],
): Generator<LinePage, undefined> {
  for (const { samples, rowCount, untilUs } of reader.samplePages(range, channels.length > 0)) {
    const shown = channels.length > 0 ? samples.filter((each) => hasCells(each, channels)) : samples
    const bytes = Buffer.concat([...lines.lines(shown)])
    yield { bytes, rows: shown.length, scanned: rowCount, endUs: untilUs + 1 }
  }
  return undefined
}

/** The first line of a CSV file. */
export function* headerPieces(format: ExportFormat, columns: readonly string[]): Generator<Piece> {
  if (format === 'csv') yield { bytes: csvHeader(columns), rows: 0, timeUs: null }
}
