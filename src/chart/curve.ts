import { ownValue } from '../util/records.ts'
import { dotRow } from './axis.ts'
import { Joins } from './joins.ts'
import type { Pen, Raster } from './raster.ts'
import type { Curve } from './strips.ts'

/** The bar of a dot column that has none. */
const NO_BAR = -1

/** What each dot column holds of a curve, in dots from the top; `NO_BAR`: nothing. */
interface Bars {
  readonly tops: Int32Array
  readonly bottoms: Int32Array
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
  const bars: Bars = {
    tops: new Int32Array(columns.length).fill(NO_BAR),
    bottoms: new Int32Array(columns.length).fill(NO_BAR),
  }
  // The column before with a value.
  let from = NO_BAR
  const joins = new Joins(columns, series)
  for (let x = 0; x < columns.length; x++) {
    const join = joins.at(x)
    if (join === 'none') continue
    const low = min[x] as number
    const high = max[x] as number
    if (join === 'joined') {
      const near = within(low, high, last[from] as number)
      const end = within(min[from] as number, max[from] as number, near)
      drawLine(raster, pen, from, rowOf(end), x, rowOf(within(low, high, end)))
    }
    bars.tops[x] = rowOf(high)
    bars.bottoms[x] = rowOf(low)
    from = x
  }
  drawBars(raster, curve, bars, sparse)
}

function drawBars(raster: Raster, { columns, pen }: Curve, bars: Bars, sparse: boolean): void {
  // On a grid that does not move with the picture.
  const firstDot = Math.round(columns.startUs / columns.slotUs) % 2
  for (let x = 0; x < bars.tops.length; x++) {
    const top = bars.tops[x] as number
    const bottom = bars.bottoms[x] as number
    if (top === NO_BAR) continue
    for (let y = top; y <= bottom; y++) {
      const isInside = sparse && isWithin(bars, x - 1, y) && isWithin(bars, x + 1, y)
      const isEnd = y === top || y === bottom
      if (isEnd || !isInside || (firstDot + x + y) % 2 === 0) raster.dot(x, y, pen)
    }
  }
}

/** The value of a range that is nearest to another one. */
function within(low: number, high: number, value: number): number {
  return Math.max(low, Math.min(high, value))
}

function isWithin({ tops, bottoms }: Bars, x: number, y: number): boolean {
  const top = tops[x] ?? NO_BAR
  return top !== NO_BAR && y >= top && y <= (bottoms[x] as number)
}

/** Bresenham's line, ends included. */
function drawLine(
  raster: Raster,
  pen: Pen,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
): void {
  const dx = toX - fromX
  const dy = -Math.abs(toY - fromY)
  const down = fromY < toY ? 1 : -1
  let error = dx + dy
  let x = fromX
  let y = fromY
  for (;;) {
    raster.dot(x, y, pen)
    if (x === toX && y === toY) return
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
