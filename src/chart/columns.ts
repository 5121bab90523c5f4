import { ownValue } from '../util/records.ts'
import { emptyTrace, type Trace, type TraceSeries } from './trace.ts'

/**
 * Folds a trace to the dot columns of a plot, each `columnUs` long. They lie on an absolute
 * time grid, so that a value stays in its column while the chart scrolls and
 * the curve does not shimmer.
 *
 * @param endUs what the right edge shows, Unix µs; null: the newest slot. They
 *   differ where the trace is that of another moment.
 * @param perCell dot columns of a character: the columns begin and end with one, so that a
 *   running chart moves by whole characters, each of which stays as it is
 */
export function foldColumns(
  trace: Trace,
  length: number,
  columnUs: number,
  endUs: number | null = null,
  perCell = 1,
): Trace {
  const columnOf = (slot: number): number =>
    Math.floor((trace.startUs + (slot + 0.5) * trace.slotUs) / columnUs)
  const lastSlot =
    endUs === null ? trace.length - 1 : Math.floor((endUs - trace.startUs) / trace.slotUs)
  const first = (Math.floor(columnOf(lastSlot) / perCell) + 1) * perCell - length
  const columns = emptyTrace(
    { startUs: first * columnUs, slotUs: columnUs, length },
    Object.keys(trace.channels),
  )
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

/** Each channel of a trace with its columns. */
type Pairs = readonly { readonly from: TraceSeries; readonly into: TraceSeries }[]

function addSlot(to: Trace, at: number, trace: Trace, slot: number, series: Pairs): void {
  to.signs[at] = (to.signs[at] ?? 0) | (trace.signs[slot] ?? 0)
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
  columns: Trace,
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
