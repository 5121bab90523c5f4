import { ownValue } from '../util/records.ts'
import { emptyTrace, type Trace, type TraceSeries } from './trace.ts'

/**
 * The dot columns of a plot, a slot each. A column holds whole slots of the trace that was folded,
 * those whose middle it covers: its time goes from the begin of the first to the end of the last.
 */
export interface Columns extends Trace {
  /** Width of the slots that were folded, µs. */
  readonly grainUs: number
}

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
): Columns {
  const columnOf = (slot: number): number => gridColumn(trace, slot, columnUs)
  const lastSlot =
    endUs === null ? trace.length - 1 : Math.floor((endUs - trace.startUs) / trace.slotUs)
  const first = (Math.floor(columnOf(lastSlot) / perCell) + 1) * perCell - length
  const grid = { startUs: first * columnUs, slotUs: columnUs, length }
  const columns: Columns = {
    ...emptyTrace(grid, Object.keys(trace.channels)),
    grainUs: trace.slotUs,
  }
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

/**
 * The column that a moment lies in: that of the samples of its time, so that whatever is drawn for
 * a moment stands where they do. Outside of the plot, one that it does not have.
 *
 * @param timeUs Unix µs
 */
export function columnAt(
  { startUs, slotUs, grainUs }: Pick<Columns, 'startUs' | 'slotUs' | 'grainUs'>,
  timeUs: number,
): number {
  const grain = { startUs: 0, slotUs: grainUs }
  const first = Math.round(startUs / slotUs)
  return gridColumn(grain, Math.floor(timeUs / grainUs), slotUs) - first
}

/** Column of a slot on the absolute grid: the one that has the middle of it. */
function gridColumn(
  { startUs, slotUs }: Pick<Trace, 'startUs' | 'slotUs'>,
  slot: number,
  columnUs: number,
): number {
  return Math.floor((startUs + (slot + 0.5) * slotUs) / columnUs)
}

/** Which slots of a trace lie in the columns of a plot: the first, and the one behind the last. */
export function slotsWithin(
  trace: Trace,
  { startUs, slotUs, length }: Pick<Trace, 'startUs' | 'slotUs' | 'length'>,
): readonly [number, number] {
  const first = Math.round(startUs / slotUs)
  let from = 0
  while (from < trace.length && gridColumn(trace, from, slotUs) < first) from++
  let to = trace.length
  while (to > from && gridColumn(trace, to - 1, slotUs) >= first + length) to--
  return [from, to]
}

/** What a plot shows of a trace: its slots within the columns of the plot. */
export function shownOf(trace: Trace, plot: Pick<Trace, 'startUs' | 'slotUs' | 'length'>): Trace {
  const [from, to] = slotsWithin(trace, plot)
  const series = Object.entries(trace.channels).map(([id, { min, max, last }]) => {
    const part = { min: min.subarray(from, to), max: max.subarray(from, to) }
    return [id, { ...part, last: last.subarray(from, to) }] as const
  })
  const channels: Record<string, TraceSeries> = Object.create(null)
  for (const [id, part] of series) channels[id] = part
  return {
    startUs: trace.startUs + from * trace.slotUs,
    slotUs: trace.slotUs,
    length: to - from,
    count: trace.count.subarray(from, to),
    broken: trace.broken.subarray(from, to),
    signs: trace.signs.subarray(from, to),
    channels,
  }
}

/** Each channel of a trace with its columns. */
type Pairs = readonly { readonly from: TraceSeries; readonly into: TraceSeries }[]

function addSlot(to: Trace, at: number, trace: Trace, slot: number, series: Pairs): void {
  to.signs[at] = (to.signs[at] ?? 0) | (trace.signs[slot] ?? 0)
  const count = trace.count[slot] ?? 0
  if (count === 0) return
  if (trace.broken[slot] === 1 && to.count[at] === 0) to.broken[at] = 1
  to.count[at] = (to.count[at] ?? 0) + count
  for (let i = 0; i < series.length; i++) {
    const { from, into } = series[i] as Pairs[number]
    const low = from.min[slot] as number
    if (Number.isNaN(low)) continue
    // False for NaN as well.
    if (!((into.min[at] as number) <= low)) into.min[at] = low
    const high = from.max[slot] as number
    if (!((into.max[at] as number) >= high)) into.max[at] = high
    into.last[at] = from.last[slot] as number
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
    const low = series.min[i] as number
    const high = series.max[i] as number
    // False for NaN as well.
    if (low < min) min = low
    if (high > max) max = high
  }
  return min <= max ? { min, max } : null
}
