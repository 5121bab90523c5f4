import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { labelsOf, roundAxis } from '../../src/chart/axis.ts'
import { axisWith, limitLine } from '../../src/chart/limits.ts'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

const LIMITS = [
  { channel: 'v', low: 4.75, high: 5.25 },
  { channel: 'a', low: null, high: 1.2 },
]

function plotOf(ascii: boolean, current = 1): string[] {
  const look = lookOf({ ascii, colour: !ascii })
  const points = Array.from({ length: 62 }, (_, slot) => {
    return { slot, values: electric(5, slot % 20 < 10 ? 0.1 : current) }
  })
  const area = { width: 60, height: 11, look }
  const snapshot = sampleSnapshot({ limits: LIMITS })
  return chartPanel({ snapshot, trace: traceOf(62, points), view: INITIAL_VIEW }, area)
    .lines.slice(1, -1)
    .map(lineText)
}

describe('limits in the chart', () => {
  it('are dashed lines where the axis reaches them, with an arrow and their value where not, and say whose they are', () => {
    expect(plotOf(true)).toEqual([
      '  5.02 +.V^5.25 . . . . . . . . . . . . . . . .|            ',
      '       |                                       +   1.5      ',
      '       |                                       |           6',
      '  5.00 -vvvvvvawavwavvvvvvwwavwavvvvvvvwwvwavwvV   1.0      ',
      '       |      w    w      a     w      a     a |           4',
      '       |      w     a     w      w     a     a +   0.5      ',
      '  4.98 +. . .aV_4.75w . . a . . .a. . w . . .w.W           2',
      '       |awaaww      waaawaw      aaawaa      aaA   0.0      ',
      '       |                                       |           0',
    ])
    expect(plotOf(false)[3]).toMatch(/5\.00 ╌/)
  })

  it('stand where their value stands', () => {
    const axis = axisWith({ min: 0.1, max: 1 }, [1.2], 9, 0.002)
    expect(
      labelsOf(axis)
        .map((label) => label ?? '.')
        .join(' '),
    ).toBe('. . 1.0 . . 0.5 . . 0.0')
    expect(limitLine(axis, 1)).toEqual({ value: 1, row: 2, beyond: 0 })
    expect(limitLine(axis, 1.2)).toEqual({ value: 1.2, row: 1, beyond: 0 })
    expect(limitLine(axis, 99)).toEqual({ value: 99, row: 0, beyond: 1 })
    expect(limitLine(axis, -99)).toEqual({ value: -99, row: 8, beyond: -1 })
  })

  it('flatten no curve much below half of its height', () => {
    const number = fc.double({ min: -100, max: 100, noNaN: true })
    fc.assert(
      fc.property(
        number,
        number,
        fc.array(number, { maxLength: 4 }),
        fc.integer({ min: 2, max: 30 }),
        (a, b, ends, rows) => {
          const range = { min: Math.min(a, b), max: Math.max(a, b) }
          const own = roundAxis(range.min, range.max, rows, 0.01)
          const axis = axisWith(range, ends, rows, 0.01)
          // Of a height twice as large, the round one is at most 2.5 times more.
          expect(axis.perRow).toBeLessThanOrEqual(own.perRow * 5.01)
          for (const value of [range.min, range.max]) expect(limitLine(axis, value).beyond).toBe(0)
        },
      ),
    )
  })
})
