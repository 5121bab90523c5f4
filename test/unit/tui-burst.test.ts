import { beforeAll, describe, expect, it } from 'vitest'
import { burstLines } from '../../src/tui/panels/burst.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { burstOf } from '../support/bursts.ts'
import { LOOK, pictureText } from '../support/picture-text.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const TIME_US = Date.UTC(2026, 10, 20, 20, 13) * 1000

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

describe('the picture of a burst', () => {
  it('has an axis of its own, in A and in ms about the trigger', () => {
    const lines = burstLines(burstOf(TIME_US), { width: 60, height: 12, look: LOOK }).map(lineText)
    expect(lines).toEqual([
      '+ burst of 2026-11-20 20:13:00.000, rise to 1 A - Esc clos~+',
      '|    2.0 A+            |                                   |',
      '|         |            |                                   |',
      '|    1.5 A+            aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa   |',
      '|         |            a                                   |',
      '|    1.0 A+            a                                   |',
      '|         |            a                                   |',
      '|    0.5 A+           a|                                   |',
      '|         |           a|                                   |',
      '|    0.0 A+aaaaaaaaaaaa|                               xxx |',
      '|       ms             0             1             2       |',
      '+ 40 readings in 3.36 ms, peak 1.492 A 0 ms after the trig~+',
    ])
  })

  it.each([
    [80, 24],
    [120, 30],
    [200, 50],
  ])('lies over the chart at %dx%d, and the lines around it stay', (columns, rows) => {
    const view = { ...INITIAL_VIEW, burst: { device: 0, burst: burstOf(TIME_US) } }
    const context = { size: { columns, rows }, view, look: LOOK, trouble: null }
    const { overlay, layout } = buildPicture(sampleSnapshot(), null, context)
    const { rect, lines } = overlay ?? { rect: null, lines: [] }
    const chart = layout.regions.chart ?? null
    expect(rect?.y).toBeLessThanOrEqual(chart?.y ?? 0)
    expect(rect).toMatchObject({ x: chart?.x, width: chart?.width })
    expect(rect?.height).toBeGreaterThanOrEqual(16)
    expect((rect?.y ?? 0) + (rect?.height ?? 0)).toBeLessThan(rows)
    expect(lines).toHaveLength(rect?.height ?? 0)
    expect(lineText(lines.at(-2) ?? [])).toMatch(/ms .*-0.*0\.0.*2\.0/)
  })

  it('of another device than the one that is shown is not', () => {
    const view = { ...INITIAL_VIEW, burst: { device: 3, burst: burstOf(TIME_US) } }
    const context = { size: { columns: 80, rows: 24 }, view, look: LOOK, trouble: null }
    expect(buildPicture(sampleSnapshot(), null, context).overlay).toBeNull()
  })

  it('gives a long label of its axis the cells that it needs', () => {
    const counts = Int16Array.from({ length: 40 }, (_, i) => -16_840 - (i % 2))
    const burst = burstOf(TIME_US, { counts, shuntOhm: 100 })
    const lines = burstLines(burst, { width: 60, height: 16, look: LOOK }).map(lineText)
    const labels = lines.flatMap((line) => /^\| *(\S+ mA)\+/.exec(line)?.[1] ?? [])
    expect(Math.max(...labels.map((label) => label.length))).toBeGreaterThan(9)
    const axis = lines.slice(1, -2).map((line) => line.slice(1).search(/[+|]/))
    expect(new Set(axis).size).toBe(1)
    for (const line of lines) expect(line).toHaveLength(60)
  })

  it('in braille joins the readings, but not over a hole', () => {
    const burst = burstOf(TIME_US, { counts: Int16Array.from([0, 0, -32_768, 5000, 5000]), pre: 3 })
    const look = lookOf({ ascii: false, colour: true })
    const lines = burstLines(burst, { width: 60, height: 12, look }).map(lineText)
    const plot = lines.slice(1, -2).map((line) => line.slice(11, -1))
    // Up and down there are dots in the rows of the two values alone.
    expect(plot.filter((row) => /[\u2801-\u28ff]/.test(row))).toHaveLength(2)
    expect(plot.at(-1)).toMatch(/×/)
  })
})

it('an armed device says so, and for what, in place of values that look like those of now', () => {
  const source = { label: 'ttyUSB0', state: 'live', reason: '', armed: 'rise to 1.5 A' } as const
  const lines = pictureText({ source })
  expect(lines[0]).toMatch(/ ARMED rise to 1\.5 A /)
  expect(lines[1]).toMatch(/ ARMED rise to 1\.5 A *$/)
  expect(pictureText({ source: { ...source, armed: '' } })[0]).toMatch(/ ARMED \d/)
  expect(pictureText({ source: { ...source, state: 'silent' } })[0]).toMatch(/ SILENT /)
})
