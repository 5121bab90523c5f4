import { QUANTITIES, type Quantity } from '../domain/channels.ts'
import type { Trace } from '../monitor/snapshot.ts'

/** A trace folded to the dot columns of a plot, oldest at the left. */
export interface Columns {
  readonly length: number
  /** Samples in the column; 0: nothing is drawn. */
  readonly count: Uint32Array
  /** 1: not to be joined to the column with samples before it. */
  readonly broken: Uint8Array
  /** 1: samples are missing in or right before this column. */
  readonly missing: Uint8Array
  readonly min: Readonly<Record<Quantity, Float64Array>>
  readonly max: Readonly<Record<Quantity, Float64Array>>
  readonly last: Readonly<Record<Quantity, Float64Array>>
}

/**
 * Folds a trace into columns of `columnUs`. The columns lie on an absolute
 * time grid, so that a value stays in its column while the chart scrolls and
 * the curve does not shimmer. The newest slot is at the right edge.
 */
export function foldColumns(trace: Trace, length: number, columnUs: number): Columns {
  const columns = emptyColumns(length)
  const columnOf = (slot: number): number =>
    Math.floor((trace.startUs + (slot + 0.5) * trace.slotUs) / columnUs)
  const first = columnOf(trace.length - 1) - length + 1
  for (let slot = 0; slot < trace.length; slot++) {
    const to = columnOf(slot) - first
    if (trace.count[slot] === 0 || to < 0) continue
    addSlot(columns, to, trace, slot)
  }
  return columns
}

/** Columns without samples, to be filled. */
export function emptyColumns(length: number): Columns {
  const values = (): Record<Quantity, Float64Array> => ({
    voltage: new Float64Array(length),
    current: new Float64Array(length),
    power: new Float64Array(length),
  })
  return {
    length,
    count: new Uint32Array(length),
    broken: new Uint8Array(length),
    missing: new Uint8Array(length),
    min: values(),
    max: values(),
    last: values(),
  }
}

function addSlot(to: Columns, at: number, trace: Trace, slot: number): void {
  const isNew = to.count[at] === 0
  to.count[at] = (to.count[at] ?? 0) + (trace.count[slot] ?? 0)
  if (trace.gapBefore[slot] === 1) {
    to.missing[at] = 1
    if (isNew) to.broken[at] = 1
  }
  for (const quantity of QUANTITIES) {
    const low = trace.min[quantity][slot] ?? 0
    const high = trace.max[quantity][slot] ?? 0
    const min = to.min[quantity]
    const max = to.max[quantity]
    min[at] = isNew ? low : Math.min(min[at] ?? low, low)
    max[at] = isNew ? high : Math.max(max[at] ?? high, high)
    to.last[quantity][at] = trace.last[quantity][slot] ?? 0
  }
}

/** Lowest and highest value of a quantity; null where there is none. */
export function extent(
  columns: Columns,
  quantity: Quantity,
): { readonly min: number; readonly max: number } | null {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < columns.length; i++) {
    if (columns.count[i] === 0) continue
    min = Math.min(min, columns.min[quantity][i] ?? min)
    max = Math.max(max, columns.max[quantity][i] ?? max)
  }
  return min <= max ? { min, max } : null
}
