import type { ExportFormat } from '../../../export/format-names.ts'
import { recordedIn } from '../../../export/recorded-range.ts'
import { type ChannelRequest, requestedChannels } from '../../../export/requested-channels.ts'
import { csvHeader, sampleColumns } from '../../../export/sample-lines.ts'
import { linePages } from '../../../export/sample-pieces.ts'
import type { LogRange } from '../../../storage/read/log-query.ts'
import type { LogReader } from '../../../storage/read/log-reader.ts'

/** An export that is written page by page, each in a read transaction of its own. */
export interface ExportPlan {
  /** Of it, what is still to be written. */
  readonly range: LogRange
  readonly format: ExportFormat
  /** Ids of the extra channels to write. */
  readonly channels: readonly string[]
}

export interface ExportPage {
  readonly bytes: Uint8Array
  /** Where the next page begins, Unix µs; null: that was all. */
  readonly nextUs: number | null
}

/** A page has some more than so many bytes, */
const PAGE_BYTES = 256 * 1024
/** and comes of some more than so many rows of the log: others wait for the thread. */
const PAGE_ROWS = 20_000

/** What an export is of: what is recorded meanwhile is left out. @throws InaError usage_invalid: no such channel; log_* */
export function planExport(
  reader: LogReader,
  requested: LogRange,
  format: ExportFormat,
  channels: ChannelRequest | null,
): ExportPlan {
  return {
    // Nothing in it: a CSV has its header all the same.
    range: recordedIn(requested, reader) ?? { ...requested, toUs: requested.fromUs },
    format,
    channels: channels === null ? [] : requestedChannels(channels, reader, requested.device, true),
  }
}

/** The first line of the file; empty: it has none. */
export function exportHeader({ format, channels }: ExportPlan): string {
  return format === 'csv' ? csvHeader(sampleColumns(channels)) : ''
}

/** The first rows of what is still to be written. @throws InaError log_* */
export function exportPage(reader: LogReader, { range, format, channels }: ExportPlan): ExportPage {
  const pieces: Uint8Array[] = []
  let bytes = 0
  let rows = 0
  for (const page of linePages(reader, range, format, channels)) {
    pieces.push(Uint8Array.from(page.bytes))
    bytes += page.bytes.length
    rows += page.scanned
    if (bytes >= PAGE_BYTES || rows >= PAGE_ROWS) {
      return { bytes: joined(pieces, bytes), nextUs: page.endUs }
    }
  }
  return { bytes: joined(pieces, bytes), nextUs: null }
}

/** In memory of its own, so that it can be handed over to another thread. */
function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
