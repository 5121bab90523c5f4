import { ownValue } from '../util/records.ts'
import type { Trace, TraceSeries } from './trace.ts'

/** A trace folded to the dot columns of a plot, oldest at the left. */
export interface Columns {
  readonly length: number
  /** Samples in the column; 0: nothing is drawn. */
  readonly count: Uint32Array
  /** 1: not to be joined to the column with samples before it. */
  readonly broken: Uint8Array
  /** 1: samples are missing in or right before this column. */
  readonly missing: Uint8Array
  /** By channel id; NaN where a column has no value of it. */
  readonly channels: Readonly<Record<string, TraceSeries>>
}

/**
 * Folds a trace into columns of `columnUs`. The columns lie on an absolute
 * time grid, so that a value stays in its column while the chart scrolls and
 * the curve does not shimmer.
 *
 * @param endUs what the right edge shows, Unix µs; null: the newest slot. They
 *   differ where the trace is that of another moment.
 */
export function foldColumns(
  trace: Trace,
  length: number,
  columnUs: number,
  endUs: number | null = null,
): Columns {
  const columns = emptyColumns(length, Object.keys(trace.channels))
  const columnOf = (slot: number): number =>
    Math.floor((trace.startUs + (slot + 0.5) * trace.slotUs) / columnUs)
  const lastSlot =
    endUs === null ? trace.length - 1 : Math.floor((endUs - trace.startUs) / trace.slotUs)
  const first = columnOf(lastSlot) - length + 1
  const series = Object.entries(trace.channels).flatMap(([id, from]) => {
    const into = ownValue(columns.channels, id)
    return into === undefined ? [] : [{ from, into }]
  })
  for (let slot = 0; slot < trace.length; slot++) {
    const to = columnOf(slot) - first
    if (to >= 0 && to < length) addSlot(columns, to, trace, slot, series)
  }
  return columns
}

/** Columns without samples, to be filled. @param ids of the channels */
export function emptyColumns(length: number, ids: readonly string[]): Columns {
  const values = (): Float64Array => new Float64Array(length).fill(Number.NaN)
  const series = (): TraceSeries => ({ min: values(), max: values(), last: values() })
  return {
    length,
    count: new Uint32Array(length),
    broken: new Uint8Array(length),
    missing: new Uint8Array(length),
    channels: Object.fromEntries(ids.map((id) => [id, series()])),
  }
}

/** Each channel of a trace with its columns. */
type Pairs = readonly { readonly from: TraceSeries; readonly into: TraceSeries }[]

function addSlot(to: Columns, at: number, trace: Trace, slot: number, series: Pairs): void {
  if (trace.missing[slot] === 1) to.missing[at] = 1
  const count = trace.count[slot] ?? 0
  if (count === 0) return
  if (trace.broken[slot] === 1 && to.count[at] === 0) to.broken[at] = 1
  to.count[at] = (to.count[at] ?? 0) + count
  for (const { from, into } of series) {
    const [low, high] = [from.min[slot] ?? Number.NaN, from.max[slot] ?? Number.NaN]
    if (Number.isNaN(low)) continue
    const before = into.min[at] ?? Number.NaN
    const isNew = Number.isNaN(before)
    into.min[at] = isNew ? low : Math.min(before, low)
    into.max[at] = isNew ? high : Math.max(into.max[at] ?? high, high)
    into.last[at] = from.last[slot] ?? low
  }
}

/** Lowest and highest value of a channel; null where there is none. */
export function extent(
  columns: Columns,
  id: string,
): { readonly min: number; readonly max: number } | null {
  const series = ownValue(columns.channels, id)
  if (series === undefined) return null
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < columns.length; i++) {
    const [low, high] = [series.min[i], series.max[i]]
    if (low === undefined || high === undefined || Number.isNaN(low)) continue
    min = Math.min(min, low)
    max = Math.max(max, high)
  }
  return min <= max ? { min, max } : null
}
