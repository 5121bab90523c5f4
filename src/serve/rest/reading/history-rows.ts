import { averageOf } from '../../../export/printed-figures.ts'
import type { Bucket, LoggedSample } from '../../../storage/read/log-query.ts'
import type { LogReader } from '../../../storage/read/log-reader.ts'
import { formatIso } from '../../../util/time-text.ts'
import { END_OF_TIME_US } from '../../../util/time-units.ts'
import { alignedTo, stepFor } from './series-step.ts'

/** What clients of the earlier back end ask of the log. */
export interface HistoryWish {
  readonly device: string
  /** Unix µs; null: as far as the log goes */
  readonly fromUs: number | null
  readonly toUs: number | null
  /** Most rows; more samples are folded to their means. */
  readonly limit: number
}

/** A row under the names of the wire and under those of the log. */
type Row = Readonly<Record<string, string | number | null>>

/** Rows in order of time: each sample where they fit, else means of equal steps. */
export function historyRows(reader: LogReader, wish: HistoryWish): readonly Row[] {
  const { device, limit } = wish
  const logged = reader.span(device)
  if (logged === null) return []
  const span = {
    fromUs: Math.max(wish.fromUs ?? 0, logged.fromUs),
    toUs: Math.min(wish.toUs ?? END_OF_TIME_US, logged.toUs + 1),
  }
  if (span.fromUs >= span.toUs) return []
  const [total] = reader.totals({ ...span, device })
  const rawUs = reader.oldestRawUs(device)
  const isRaw = rawUs !== null && (span.fromUs >= rawUs || logged.fromUs >= rawUs)
  if (isRaw && (total?.samples ?? 0) <= limit) {
    return [...reader.samples({ ...span, device }, false)].flat().map(sampleRow)
  }
  const stepUs = stepFor(span, limit, total !== undefined && total.samples > MOST_READ ? 1e6 : 0)
  const range = { ...alignedTo(span, stepUs), device }
  return [...reader.bucketsWithSamples(range, stepUs)].map(bucketRow)
}

/** Raw samples that are read while others wait for the thread. */
const MOST_READ = 300_000

function sampleRow(sample: LoggedSample): Row {
  const { timeUs, voltage, current, power, seq, status, device } = sample
  const of = (value: number): number | null => (Number.isNaN(value) ? null : value)
  return rowOf(timeUs, of(voltage), of(current), of(power), { seq, sequence: seq, status, device })
}

function bucketRow({ fromUs, voltage, current, power, measured, device }: Bucket): Row {
  const of = (each: Bucket['voltage']): number | null => each && averageOf(each)
  const status = measured > 0 ? 'ok' : 'error'
  const more = { seq: null, sequence: null, status, device, samples: measured }
  return rowOf(fromUs, of(voltage), of(current), of(power), more)
}

function rowOf(
  timeUs: number,
  v: number | null,
  a: number | null,
  w: number | null,
  more: Row,
): Row {
  const names = { v, a, w, voltage: v, current: a, power: w }
  return { timestamp: formatIso(timeUs), ts: timeUs / 1e6, ...names, mode: null, ...more }
}
