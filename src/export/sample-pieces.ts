import type { LogRange } from '../storage/read/log-query.ts'
import type { LogReader } from '../storage/read/log-reader.ts'
import type { ExportFormat } from './format-names.ts'
import { csvHeader, hasCells, SampleLines, sampleColumns } from './sample-lines.ts'

/** What is written at once. */
export interface Piece {
  readonly bytes: string | Buffer
  readonly rows: number
  /** Time of the last row; null: it says nothing of how far the export is. */
  readonly timeUs: number | null
}

/** The samples of a range, as `export` writes them. @param channels extra ones, as further columns */
export function* samplePieces(
  reader: LogReader,
  range: LogRange,
  format: ExportFormat,
  channels: readonly string[],
): Generator<Piece> {
  const lines = new SampleLines(format, channels)
  yield* headerPieces(format, sampleColumns(channels))
  for (const all of reader.samples(range, channels.length > 0)) {
    const page = channels.length > 0 ? all.filter((each) => hasCells(each, channels)) : all
    for (const bytes of lines.lines(page)) yield { bytes, rows: 0, timeUs: null }
    yield { bytes: '', rows: page.length, timeUs: page.at(-1)?.timeUs ?? null }
  }
}

/** The first line of a CSV file. */
export function* headerPieces(format: ExportFormat, columns: readonly string[]): Generator<Piece> {
  if (format === 'csv') yield { bytes: csvHeader(columns), rows: 0, timeUs: null }
}
