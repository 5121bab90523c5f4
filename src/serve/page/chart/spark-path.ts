import { extent } from '../../../chart/columns.ts'
import { Joins } from '../../../chart/joins.ts'
import type { Trace } from '../../../chart/trace.ts'

/** A small curve as the data of a path: from the lowest to the highest value of each slot, no line over a gap. */
export function sparkPath(trace: Trace, id: string, width: number, height: number): string {
  const range = extent(trace, id)
  const series = trace.channels[id]
  if (range === null || series === undefined) return ''
  const tall = range.max - range.min || 1
  const y = (value: number): string =>
    (height - 1 - ((value - range.min) / tall) * (height - 2)).toFixed(1)
  let path = ''
  const joins = new Joins(trace, series)
  for (let i = 0; i < trace.length; i++) {
    const join = joins.at(i)
    if (join === 'none') continue
    const [min, max] = [series.min[i] ?? Number.NaN, series.max[i] ?? Number.NaN]
    const x = (((i + 0.5) / trace.length) * width).toFixed(1)
    path += `${join === 'joined' ? 'L' : 'M'}${x} ${y(min)}V${y(max)}`
  }
  return path
}
