import type uPlot from 'uplot'
import { Joins } from '../../../chart/joins.ts'
import type { Trace, TraceSeries } from '../../../chart/trace.ts'

interface Point {
  readonly x: number
  readonly top: number
  readonly bottom: number
  readonly y: number
}

/** Where no line may cross: the parts between are drawn by themselves. */
function partsOf(trace: Trace, series: TraceSeries, u: uPlot, scale: string): Point[][] {
  const toX = linear(u, 'x')
  const toY = linear(u, scale)
  const parts: Point[][] = []
  let part: Point[] | null = null
  const joins = new Joins(trace, series)
  for (let i = 0; i < trace.length; i++) {
    const join = joins.at(i)
    if (join === 'none') continue
    const [min, max] = [series.min[i] ?? Number.NaN, series.max[i] ?? Number.NaN]
    if (part === null || join === 'begun') {
      part = []
      parts.push(part)
    }
    const x = toX((trace.startUs + (i + 0.5) * trace.slotUs) / 1e6)
    part.push({ x, top: toY(max), bottom: toY(min), y: toY(series.last[i] ?? max) })
  }
  return parts
}

/** From a value to canvas pixels; uPlot's own function does the same with more steps for each. */
function linear(u: uPlot, scale: string): (value: number) => number {
  const { min, max } = u.scales[scale] ?? {}
  const { left, top, width, height } = u.bbox
  if (min === undefined || max === undefined || max === min) return () => Number.NaN
  const isTime = scale === 'x'
  const factor = (isTime ? width : -height) / (max - min)
  const origin = isTime ? left : top + height
  return (value) => origin + (value - min) * factor
}

/**
 * An area from the lowest to the highest value of each slot, and the line of its newest (from roll-ups:
 * mean) value: a spike of one sample is seen at any span. Nothing crosses a gap; a sample between two
 * gaps is a dot.
 */
export function curvePaths(
  traceOf: () => Trace | null,
  id: string,
  scale: string,
): uPlot.Series.PathBuilder {
  return (u) => {
    const stroke = new Path2D()
    const fill = new Path2D()
    const trace = traceOf()
    const series = trace?.channels[id]
    const dot = 1.5 * devicePixelRatio
    for (const part of trace && series ? partsOf(trace, series, u, scale) : []) {
      const [first, ...rest] = part
      if (first === undefined) continue
      stroke.moveTo(first.x, first.y)
      for (const { x, y } of rest) stroke.lineTo(x, y)
      if (rest.length === 0) {
        stroke.moveTo(first.x + dot, first.y)
        stroke.arc(first.x, first.y, dot, 0, 2 * Math.PI)
      }
      if (part.every(({ top, bottom }) => Math.abs(top - bottom) < 1)) continue
      fill.moveTo(first.x, first.top)
      for (const { x, top } of rest) fill.lineTo(x, top)
      for (const { x, bottom } of part.toReversed()) fill.lineTo(x, bottom)
      fill.closePath()
    }
    return { stroke, fill, clip: null, flags: 3 }
  }
}
