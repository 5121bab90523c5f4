import { Joins } from '../../chart/joins.ts'
import type { Trace, TraceSeries } from '../../chart/trace.ts'

/** From a slot's number and a value to the picture, in its units. */
export interface Scales {
  readonly x: (slot: number) => number
  readonly y: (value: number) => number
}

interface Point {
  readonly x: number
  readonly top: number
  readonly bottom: number
}

export interface CurvePath {
  readonly areas: string
  readonly lines: string
}

/**
 * A curve as path data: areas, which are filled, along the highest values and back along the lowest, so that
 * a spike of one sample is seen at any span; and lines, which must not be. What is broken is a part of its
 * own: no line crosses a gap.
 */
export function curvePath(trace: Trace, series: TraceSeries, { x, y }: Scales): CurvePath {
  const parts: Point[][] = []
  let part: Point[] | null = null
  const joins = new Joins(trace, series)
  for (let slot = 0; slot < trace.length; slot++) {
    const join = joins.at(slot)
    if (join === 'none') continue
    const [low, high] = [series.min[slot] ?? Number.NaN, series.max[slot] ?? Number.NaN]
    if (part === null || join === 'begun') {
      part = []
      parts.push(part)
    }
    part.push({ x: x(slot + 0.5), top: y(high), bottom: y(low) })
  }
  const lines = parts.filter(isLine)
  const areas = parts.filter((each) => !isLine(each))
  return { areas: areas.map(areaPath).join(''), lines: lines.map(linePath).join('') }
}

function isLine(points: readonly Point[]): boolean {
  return points.every(({ top, bottom }) => digits(top) === digits(bottom))
}

/** Of a single point nothing would be drawn; with round ends this is a dot. */
function linePath(points: readonly Point[]): string {
  const there = corners(points.map(({ x, top }) => [x, top]))
  return there.length === 1 ? `M${there[0]}h.01` : `M${there.join('L')}`
}

function areaPath(points: readonly Point[]): string {
  const there = corners(points.map(({ x, top }) => [x, top]))
  const back = corners(points.map(({ x, bottom }) => [x, bottom])).reverse()
  return `M${[...there, ...back].join('L')}Z`
}

/** Without the points in the middle of level lines. */
function corners(points: readonly (readonly [x: number, y: number])[]): string[] {
  const heights = points.map(([, y]) => digits(y))
  return points.flatMap(([x], i) =>
    heights[i] === heights[i - 1] && heights[i] === heights[i + 1]
      ? []
      : [`${digits(x)} ${heights[i]}`],
  )
}

/** A tenth of a unit is finer than any page shows. */
export function digits(value: number): string {
  return String(Math.round(value * 10) / 10)
}
