import { ELECTRIC_CHANNELS } from '../../../domain/channels.ts'
import { plottedChannels } from '../../../export/plotted.ts'
import type { Bucket, LogSpan } from '../../../storage/read/log-query.ts'
import type { LogReader } from '../../../storage/read/log-reader.ts'
import { InaError } from '../../../util/errors.ts'
import { didYouMean } from '../../../util/nearest.ts'
import { formatIso } from '../../../util/time-text.ts'
import { US_PER_MINUTE, US_PER_SECOND } from '../../../util/time-units.ts'
import { SeriesColumns } from './series-columns.ts'
import { alignedTo, type SeriesSpan, stepFor } from './series-step.ts'

/** What is asked of the log for a chart. */
export interface SeriesWish {
  readonly device: string
  /** Unix µs; null: the begin of the log, behind its newest sample. */
  readonly fromUs: number | null
  readonly toUs: number | null
  /** Where `toUs` is null: at least so far, even if there are no samples; Unix µs. */
  readonly leastToUs: number | null
  /** Most rows. */
  readonly points: number
  /** null: all that have values */
  readonly channels: readonly string[] | null
}

/** Samples that are read raw, of all devices, while others wait for the thread: about half a second. */
const READ_AT_ONCE = 300_000
/** After so long no sample of a device is still under way, but for what a disk held up. */
const SETTLED_US = US_PER_MINUTE

/** Values of a device over a span, as many rows as fit: each sample, or min, avg and max of equal steps. */
export interface Series {
  readonly members: object
  /** Nothing of it is going to change, as far as one can know. */
  readonly isFinished: boolean
}

/** @throws InaError usage_invalid: no such channel; log_* */
export function seriesOf(reader: LogReader, wish: SeriesWish): Series {
  const { device, points } = wish
  const logged = reader.span(device)
  const fromUs = wish.fromUs ?? logged?.fromUs ?? 0
  const endUs = Math.max(logged === null ? 0 : logged.toUs + 1, wish.leastToUs ?? 0)
  const span: SeriesSpan = { fromUs, toUs: Math.max(fromUs, wish.toUs ?? endUs) }
  const range = { ...span, device }
  const isEmpty = logged === null || span.fromUs >= span.toUs
  const totals = isEmpty ? [] : reader.totals({ ...range, device: null })
  const total = totals.find((each) => each.device === device) ?? null
  const all = totals.reduce((sum, each) => sum + each.samples, 0)
  const isRaw =
    (total?.samples ?? 0) <= points && all <= READ_AT_ONCE && hasSamplesOf(reader, range, logged)
  const leastUs = all <= READ_AT_ONCE ? 0 : US_PER_SECOND
  const stepUs = isRaw ? 0 : stepFor(span, points, leastUs)
  const shown = isRaw ? span : alignedTo(span, stepUs)
  const units = channelsOf(reader, device, total, wish.channels)
  // Buckets of 1 µs are samples.
  const columns = new SeriesColumns(
    [...units.keys()],
    Math.max(1, stepUs),
    shown.fromUs,
    logged?.fromUs ?? shown.fromUs,
  )
  if (total !== null) {
    for (const bucket of reader.bucketsWithSamples({ ...shown, device }, Math.max(1, stepUs))) {
      columns.add(bucket)
    }
  }
  const newestUs = logged?.toUs ?? Number.NEGATIVE_INFINITY
  const openUs = Math.floor(newestUs / Math.max(1, stepUs)) * stepUs
  const isOpen = stepUs > 0 && openUs >= shown.fromUs && openUs < shown.toUs
  const channels = [...columns.channels].map(([id, own]) => [id, { unit: units.get(id), ...own }])
  return {
    members: {
      device,
      from: formatIso(shown.fromUs),
      to: formatIso(shown.toUs),
      step: stepUs / 1e6,
      rows: columns.rows,
      open: isOpen ? openUs / 1e6 : null,
      start: columns.start,
      lost: columns.lost,
      channels: Object.fromEntries(channels),
    },
    isFinished: shown.toUs <= newestUs - SETTLED_US,
  }
}

/** Whether every sample that the log ever had of the span is still there. */
function hasSamplesOf(
  reader: LogReader,
  { fromUs, device }: SeriesSpan & { readonly device: string },
  logged: LogSpan | null,
): boolean {
  if (logged === null) return true
  const rawUs = reader.oldestRawUs(device)
  return rawUs !== null && (fromUs >= rawUs || logged.fromUs >= rawUs)
}

/** Units of the channels to answer with, by their ids. @throws InaError usage_invalid */
function channelsOf(
  reader: LogReader,
  device: string,
  total: Bucket | null,
  wanted: readonly string[] | null,
): ReadonlyMap<string, string> {
  const known = new Map(
    [...ELECTRIC_CHANNELS, ...reader.channels(device)].map(({ id, unit }) => [id, unit]),
  )
  if (wanted === null) {
    const shown = total === null ? ELECTRIC_CHANNELS : plottedChannels(total, reader)
    return new Map(shown.map(({ id, unit }) => [id, unit]))
  }
  const unknown = wanted.find((id) => !known.has(id))
  if (unknown === undefined) return new Map(wanted.map((id) => [id, known.get(id) ?? '']))
  const ids = [...known.keys()]
  throw new InaError(
    'usage_invalid',
    `${device} has no channel '${unknown}'`,
    didYouMean(unknown, ids, `it has: ${ids.join(', ')}`),
  )
}
