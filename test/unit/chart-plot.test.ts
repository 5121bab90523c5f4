import { beforeAll, describe, expect, it } from 'vitest'
import { ELECTRIC, ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import { Chart } from '../../src/tui/panels/chart.ts'
import { chartStrips } from '../../src/tui/panels/chart-shape.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { electric, type Point, traceOf } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

const ASCII = lookOf({ ascii: true, colour: false })
const BRAILLE = lookOf({ ascii: false, colour: true })

function at(slot: number, current: number, gapBefore = false): Point {
  return { slot, values: electric(5, current), gapBefore }
}

function draw(points: readonly Point[], look = ASCII, length = 60): string[] {
  const options = {
    width: 80,
    height: 9,
    spanMs: 60_000,
    endUs: null,
    channels: ELECTRIC_CHANNELS,
    strips: chartStrips(ELECTRIC_CHANNELS, { arrangement: 'overlay', height: 9 }),
    message: 'no samples yet',
    note: [],
    title: [],
  } as const
  return new Chart(traceOf(length, points), { ...options, look }).lines.map(lineText)
}

/** The plot between the two edges: what stands between the labels. */
function plot(lines: readonly string[]): string[] {
  const [title = ''] = lines
  const [left, right] = [title.indexOf('+') + 1, title.lastIndexOf('+')]
  return lines.slice(1, -1).map((line) => line.slice(left, right))
}

/** Columns of the plot that hold a letter, `#`, or nothing, ` `. */
function shadow(lines: readonly string[]): string {
  const rows = plot(lines)
  return [...(rows[0] ?? '')]
    .map((_, x) => (rows.some((row) => /[vaw]/.test(row[x] ?? '')) ? '#' : ' '))
    .join('')
}

describe('chart', () => {
  const steady = (from: number, to: number): Point[] =>
    Array.from({ length: to - from }, (_, i) => at(from + i, 1))

  it('leaves the columns of a gap empty and marks it below', () => {
    const lines = draw([...steady(0, 20), at(40, 1, true), ...steady(41, 60)])
    const columns = shadow(lines)
    const gap = / {15,}/.exec(columns)
    expect(gap?.index).toBeGreaterThan(10)
    expect(columns.slice((gap?.index ?? 0) + (gap?.[0].length ?? 0)).trim()).toMatch(/^#+$/)
    expect(lines.at(-1)).toContain('x')
  })

  it('does not join a channel over a gap that ended with a sample without it', () => {
    const slow = [at(0, 1), at(10, 1), at(30, 1, true), at(40, 1), at(50, 1), at(59, 3)].map(
      (point, i) => (i === 2 ? { ...point, values: { v: 5 } } : point),
    )
    const rows = plot(draw(slow))
    const current = [...(rows[0] ?? '')].map((_, x) => rows.some((row) => row[x] === 'a'))
    expect(current.indexOf(true)).toBe(1)
    // From the sample at 10 s to the one at 40 s, on 59 columns, the first of which is before the trace.
    expect(current.slice(12, 38).includes(true)).toBe(false)
    expect(current.slice(41, 49).includes(false)).toBe(false)
  })

  it('joins samples further apart than a column', () => {
    const lines = draw(Array.from({ length: 12 }, (_, i) => at(4 + i * 5, 1)))
    expect(shadow(lines).trim()).toMatch(/^#+$/)
    expect(lines.at(-1)).not.toContain('x')
  })

  it.each([ASCII, BRAILLE])('draws a single sample', (look) => {
    const lines = draw([at(59, 1)], look)
    const drawn = lines
      .slice(1, -1)
      .join('')
      .match(/[vaw\u2801-\u28ff]/g)
    expect(drawn?.length).toBeGreaterThan(0)
  })

  it('shows in a column what its own samples had, be the end of the one before far from it', () => {
    const alone = [ELECTRIC.current]
    const points = [at(20, 0), at(20, 1.4), ...Array.from({ length: 20 }, (_, i) => at(21 + i, 0))]
    const lines = new Chart(traceOf(60, points), {
      ...{ width: 80, height: 9, spanMs: 60_000, endUs: null, message: '', note: [], title: [] },
      channels: alone,
      strips: chartStrips(alone, { arrangement: 'overlay', height: 9 }),
      look: ASCII,
    }).lines.map(lineText)
    const heights = [...(plot(lines)[0] ?? '')].map(
      (_, x) => plot(lines).filter((row) => row[x] === 'a').length,
    )
    // The one with the spike, and no other, is higher than a dot.
    expect(heights.filter((height) => height > 1)).toEqual([expect.any(Number)])
    expect(heights.filter((height) => height > 0).length).toBeGreaterThan(15)
  })

  it('draws negative values', () => {
    const lines = draw(Array.from({ length: 60 }, (_, i) => at(i, -0.5 + i / 120)))
    expect(lines.join('\n')).toContain('-')
    expect(plot(lines).some((row) => row.includes('a'))).toBe(true)
  })

  it('shows the whole span, wherever its begin and end lie in a character', () => {
    for (let slot = 59; slot < 70; slot++) {
      const lines = draw([at(slot - 59, 1), at(slot, 1, true)], BRAILLE, slot + 1)
      const columns = plot(lines).flatMap((row) =>
        [...row.matchAll(/[\u2801-\u28ff]/g)].map(({ index }) => index),
      )
      expect(new Set(columns).size).toBe(2)
    }
  })

  it('keeps a spike of one sample visible at any span', () => {
    const points = [...steady(0, 30), at(30, 3), ...steady(31, 60)]
    // The offset of the scales leaves the first row to the voltage.
    const [, top = '', ...below] = plot(draw(points))
    expect(top).toMatch(/^[ .]+a[ .]+$/)
    expect(below.some((row) => /w/.test(row))).toBe(true)
  })

  it('labels one axis per quantity and its unit', () => {
    const lines = draw(steady(0, 60))
    expect(lines.at(-1)).toMatch(/^ +V \+-.*-\+ +A +W$/)
  })

  it('names the quantity at its newest value', () => {
    const edges = draw(steady(0, 60)).map((line) => line[line.search(/[+|VAW](?= *\S* *\S*$)/)])
    expect(edges.join('')).toMatch(/[VAW]/)
  })

  it('says so when there is nothing to draw', () => {
    expect(draw([]).join('\n')).toContain('no samples yet')
    expect(
      new Chart(null, {
        width: 80,
        height: 9,
        spanMs: 60_000,
        endUs: null,
        channels: ELECTRIC_CHANNELS,
        strips: chartStrips(ELECTRIC_CHANNELS, { arrangement: 'auto', height: 9 }),
        message: 'nothing here',
        title: [],
        note: [],
        look: ASCII,
      }).lines
        .map(lineText)
        .join('\n'),
    ).toContain('nothing here')
  })

  it('stacks strips with an axis each', () => {
    const options = {
      width: 80,
      height: 14,
      spanMs: 60_000,
      endUs: null,
      channels: ELECTRIC_CHANNELS,
      strips: chartStrips(ELECTRIC_CHANNELS, { arrangement: 'strips', height: 14 }),
      message: '',
      note: [],
      title: [],
    } as const
    const lines = new Chart(traceOf(60, steady(0, 60)), { ...options, look: ASCII }).lines.map(
      lineText,
    )
    expect(lines.filter((line) => /^ [VAW] +[\d.]+ /.test(line)).map((line) => line[1])).toEqual([
      'V',
      'A',
      'W',
    ])
  })

  it('folds its trace once, whatever is asked of it', () => {
    let asked = 0
    const chart = new Chart(traceOf(60, steady(0, 60)), {
      width: 80,
      height: 9,
      spanMs: 60_000,
      endUs: null,
      channels: ELECTRIC_CHANNELS,
      strips: chartStrips(ELECTRIC_CHANNELS, { arrangement: 'overlay', height: 9 }),
      message: '',
      note: [],
      title: [],
      // Each fold asks how its axes are written.
      formOf: ({ finest, unit }) => {
        asked++
        return { finest, unit: () => ({ text: unit, exponent: 0 }) }
      },
      look: ASCII,
    })
    expect(chart.plot.cells).toBeGreaterThan(50)
    const once = asked
    expect(once).toBeGreaterThanOrEqual(ELECTRIC_CHANNELS.length)
    expect(chart.lines).toHaveLength(9)
    expect(chart.legend.length).toBeGreaterThan(0)
    expect(asked).toBe(once)
  })
})
