import { expect, it } from 'vitest'
import { type Join, Joins } from '../../src/chart/joins.ts'
import { emptyTrace, type TraceSeries } from '../../src/chart/trace.ts'

/**
 * What the slots are to the curve of a channel.
 *
 * @param slots `x`: a value of it, `.`: values of others alone, a blank: none; an upper-case one, or `:`, is not to be joined
 */
function joins(slots: string): string {
  const trace = emptyTrace({ startUs: 0, slotUs: 1e6, length: slots.length }, ['x'])
  const series = trace.channels['x'] as TraceSeries
  for (const [i, each] of [...slots].entries()) {
    if (each === ' ') continue
    trace.count[i] = 1
    if (each === 'X' || each === ':') trace.broken[i] = 1
    if (each.toLowerCase() === 'x') series.min[i] = 1
  }
  const of = new Joins(trace, series)
  const sign: Record<Join, string> = { none: ' ', joined: '-', begun: 'x' }
  return Array.from({ length: slots.length }, (_, i) => sign[of.at(i)]).join('')
}

it.each([
  [
    'joins what follows, whatever the time between where nothing else came',
    'x xx      x',
    'x --      -',
  ],
  ['ends at a gap of its own', 'xxxXxx', 'x--x--'],
  ['goes on through a gap of others', 'x.x.x:x.x', 'x - - - -'],
  ['ends where its values stay away while others come', 'x.x.x........x.x', 'x - -        x -'],
  ['is not broken by what is usual', 'x......x......x......x', 'x      -      -      -'],
  ['ends at the gap of a device that was silent', 'x.x.x      X.x', 'x - -      x -'],
])('%s', (_what, slots, expected) => {
  expect(joins(slots)).toBe(expected)
})
