import type { Quantity } from '../domain/channels.ts'
import { type Axis, dotRow } from './axis.ts'
import type { Columns } from './columns.ts'
import type { Raster } from './raster.ts'

/** The part of a raster that a curve may use, in dots. */
export interface Band {
  readonly top: number
  readonly height: number
}

/**
 * Draws one quantity: in each column a bar from its lowest to its highest
 * value, joined to the column before unless the curve is broken there. A
 * column between two samples is crossed by the line; a gap stays empty.
 */
export function drawCurve(
  raster: Raster,
  columns: Columns,
  quantity: Quantity,
  axis: Axis,
  band: Band,
): void {
  const min = columns.min[quantity]
  const max = columns.max[quantity]
  const last = columns.last[quantity]
  const rowOf = (value: number): number => band.top + dotRow(axis, value, band.height)
  let from: { x: number; value: number } | undefined
  for (let x = 0; x < columns.length; x++) {
    if (columns.count[x] === 0) continue
    const low = min[x] ?? 0
    const high = max[x] ?? 0
    if (from && columns.broken[x] === 0) {
      const near = Math.max(low, Math.min(high, from.value))
      drawLine(raster, quantity, from.x, rowOf(from.value), x, rowOf(near))
    }
    for (let y = rowOf(high); y <= rowOf(low); y++) raster.dot(x, y, quantity)
    from = { x, value: last[x] ?? low }
  }
}

/** Bresenham's line, ends included. */
function drawLine(
  raster: Raster,
  quantity: Quantity,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  const dx = x1 - x0
  const dy = -Math.abs(y1 - y0)
  const down = y0 < y1 ? 1 : -1
  let error = dx + dy
  let [x, y] = [x0, y0]
  for (;;) {
    raster.dot(x, y, quantity)
    if (x === x1 && y === y1) return
    const twice = 2 * error
    if (twice >= dy) {
      error += dy
      x++
    }
    if (twice <= dx) {
      error += dx
      y += down
    }
  }
}
