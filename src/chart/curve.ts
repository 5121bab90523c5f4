import { ownValue } from '../util/records.ts'
import { dotRow } from './axis.ts'
import type { Pen, Raster } from './raster.ts'
import type { Curve } from './strips.ts'
import type { Trace } from './trace.ts'

/**
 * Draws one channel into its strip: in each column a bar from its lowest to its
 * highest value, joined to the column before unless the curve is broken in
 * between. A column without a value is crossed by the line; a gap stays empty.
 */
export function drawCurve(raster: Raster, columns: Trace, curve: Curve): void {
  const series = ownValue(columns.channels, curve.channel.id)
  if (series === undefined) return
  const { axis, strip, pen } = curve
  const { min, max, last } = series
  const { dotsPerRow } = raster
  const [top, height] = [strip.top * dotsPerRow, strip.rows * dotsPerRow]
  const rowOf = (value: number): number => top + dotRow(axis, value, height)
  let from: { x: number; value: number } | undefined
  for (let x = 0; x < columns.length; x++) {
    // The sample after the gap may have no value of this channel.
    if (columns.broken[x] === 1) from = undefined
    const [low, high] = [min[x] ?? Number.NaN, max[x] ?? Number.NaN]
    if (columns.count[x] === 0 || Number.isNaN(low)) continue
    if (from) {
      const near = Math.max(low, Math.min(high, from.value))
      drawLine(raster, pen, { x: from.x, y: rowOf(from.value) }, { x, y: rowOf(near) })
    }
    for (let y = rowOf(high); y <= rowOf(low); y++) raster.dot(x, y, pen)
    from = { x, value: last[x] ?? low }
  }
}

interface Dot {
  readonly x: number
  readonly y: number
}

/** Bresenham's line, ends included. */
function drawLine(raster: Raster, pen: Pen, from: Dot, to: Dot): void {
  const dx = to.x - from.x
  const dy = -Math.abs(to.y - from.y)
  const down = from.y < to.y ? 1 : -1
  let error = dx + dy
  let { x, y } = from
  for (;;) {
    raster.dot(x, y, pen)
    if (x === to.x && y === to.y) return
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
