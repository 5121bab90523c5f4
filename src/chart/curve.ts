import { ownValue } from '../util/records.ts'
import { dotRow } from './axis.ts'
import type { Pen, Raster } from './raster.ts'
import type { Curve } from './strips.ts'

/** What a dot column holds of a curve, in dots from the top. */
interface Bar {
  readonly top: number
  readonly bottom: number
}

/**
 * Draws one channel into its place: in each column a bar from its lowest to its
 * highest value, joined to the column before, where the two bars are nearest, unless the curve is
 * broken in between. So bars that overlap stay as they are: a column does not show what only
 * another one has. A column without a value is crossed by the line; a gap stays empty.
 *
 * @param sparse inside of an area of bars every other dot is left out; its edge stays
 */
export function drawCurve(raster: Raster, curve: Curve, sparse: boolean): void {
  const { columns } = curve
  const series = ownValue(columns.channels, curve.channel.id)
  if (series === undefined) return
  const { axis, top, pen } = curve
  const { min, max, last } = series
  const { dotsPerRow } = raster
  const rowOf = (value: number): number => top * dotsPerRow + dotRow(axis, value, dotsPerRow)
  const bars: (Bar | undefined)[] = []
  let from: { x: number; low: number; high: number; last: number } | undefined
  for (let x = 0; x < columns.length; x++) {
    // The sample after the gap may have no value of this channel.
    if (columns.broken[x] === 1) from = undefined
    const [low, high] = [min[x] ?? Number.NaN, max[x] ?? Number.NaN]
    if (columns.count[x] === 0 || Number.isNaN(low)) continue
    if (from) {
      const end = within(from, within({ low, high }, from.last))
      const near = within({ low, high }, end)
      drawLine(raster, pen, { x: from.x, y: rowOf(end) }, { x, y: rowOf(near) })
    }
    bars[x] = { top: rowOf(high), bottom: rowOf(low) }
    from = { x, low, high, last: last[x] ?? low }
  }
  // On a grid that does not move with the picture.
  const firstDot = Math.round(columns.startUs / columns.slotUs)
  for (const [x, bar] of bars.entries()) {
    if (bar === undefined) continue
    for (let y = bar.top; y <= bar.bottom; y++) {
      const isInside = sparse && isWithin(bars[x - 1], y) && isWithin(bars[x + 1], y)
      const isEnd = y === bar.top || y === bar.bottom
      if (isEnd || !isInside || (firstDot + x + y) % 2 === 0) raster.dot(x, y, pen)
    }
  }
}

/** The value of a range that is nearest to another one. */
function within(range: { readonly low: number; readonly high: number }, value: number): number {
  return Math.max(range.low, Math.min(range.high, value))
}

function isWithin(bar: Bar | undefined, y: number): boolean {
  return bar !== undefined && y >= bar.top && y <= bar.bottom
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
