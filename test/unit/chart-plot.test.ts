import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { dotRow, labelsOf, roundAxis } from '../../src/chart/axis.ts'
import { foldColumns } from '../../src/chart/columns.ts'
import { SIGN } from '../../src/chart/trace.ts'
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

describe('axis', () => {
  it.each([
    ['a supply of 5 V', 4.95, 5.05, 11, 0.04, '5.05 . . . . 5.00 . . . . 4.95'],
    ['a load up to 1.4 A', 0.4, 1.4, 11, 0.002, '. 1.5 . . 1.0 . . 0.5 . . 0.0'],
    ['a sleeping board, 2 to 9 mA', 0.002, 0.009, 9, 0.002, '0.010 . . . 0.005 . . . 0.000'],
    ['both directions', -0.5, 0.7, 13, 0.002, '. . 0.5 . . . . 0.0 . . . . -0.5'],
    ['nothing at all', 0, 0, 5, 0.002, '0.002 . 0.001 . 0.000'],
    ['a strip of four rows', 0, 5.9, 4, 0.02, '6 4 2 0'],
    ['a strip of two rows', 0, 5.9, 2, 0.02, '5 0'],
    ['a single row', 0, 5.9, 1, 0.02, '0'],
  ])('has round labels for %s', (_, min, max, rows, finest, labels) => {
    const axis = roundAxis(min, max, rows, finest)
    expect(
      labelsOf(axis)
        .map((label) => label ?? '.')
        .join(' '),
    ).toBe(labels)
  })

  it('has steps of 1, 2 or 5 times a power of ten, and labels that are exact, whatever it holds', () => {
    const number = fc.oneof(
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
      fc.double({ min: -600, max: 600, noNaN: true }),
    )
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 60 }), (a, b, rows) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)]
        const axis = roundAxis(min, max, rows, 0.0001)
        expect(labelsOf(axis)).toHaveLength(rows)
        const labels = labelsOf(axis).flatMap((label, row) =>
          label === undefined ? [] : [{ label, row }],
        )
        expect(new Set(labels.map(({ label }) => label)).size).toBe(labels.length)
        expect(labels.length).toBeGreaterThanOrEqual(rows >= 7 ? 3 : Math.min(rows, 2))
        for (const { label, row } of labels)
          expect(dotRow(axis, Number(label), 4)).toBe(row * 4 + 3)
        const [one, other] = labels
        if (one && other) {
          const step = Number(one.label) - Number(other.label)
          expect(step.toExponential(6)).toMatch(/^[125]\.000000e/)
        }
        // Nothing is held at an edge: a dot is at most half of its height off.
        const valueAt = (dot: number): number => axis.low + ((rows * 4 - 1 - dot) / 4) * axis.perRow
        for (const value of [min, max]) {
          const off = Math.abs(valueAt(dotRow(axis, value, 4)) - value)
          expect(off).toBeLessThanOrEqual((axis.perRow / 4) * 0.501)
        }
      }),
    )
  })

  it('zooms into a steady value, but not into its noise', () => {
    const { low, perRow } = roundAxis(12.0, 12.008, 5, 0.04)
    expect([low, low + perRow * 5].map((value) => value.toFixed(2))).toEqual(['11.98', '12.03'])
  })

  it('holds values outside at the edge', () => {
    const axis = roundAxis(0, 1, 3, 0.002)
    expect(dotRow(axis, 99, 4)).toBe(0)
    expect(dotRow(axis, -99, 4)).toBe(11)
  })
})

describe('columns', () => {
  it('keep every extreme when folded', () => {
    const trace = traceOf(60, [at(10, 0.1), at(10, 3), at(11, 0.5), at(59, 1)])
    // Two slots a column: wherever the grid lies, slots 10 and 11 are in columns 4 to 6.
    const columns = foldColumns(trace, 30, 2e6)
    const filled = [4, 5, 6].filter((column) => (columns.count[column] ?? 0) > 0)
    expect(Math.min(...filled.map((column) => columns.channels['a']?.min[column] ?? 0))).toBe(0.1)
    expect(Math.max(...filled.map((column) => columns.channels['a']?.max[column] ?? 0))).toBe(3)
    expect(columns.channels['a']?.last[filled.at(-1) ?? 0]).toBe(0.5)
  })

  it('put the newest slot at the right edge', () => {
    const columns = foldColumns(traceOf(60, [at(59, 1)]), 114, 60e6 / 114)
    expect(columns.count[113]).toBe(1)
  })

  it('end with a whole character, so that a running chart moves by whole characters', () => {
    const points = Array.from({ length: 60 }, (_, i) => at(i, i))
    const trace = traceOf(60, points)
    const starts = [54, 55, 56, 57, 58, 59].map((slot) => {
      const endUs = trace.startUs + slot * 1e6
      return (foldColumns(trace, 20, 1e6, endUs, 2).startUs - trace.startUs) / 1e6
    })
    const [first = 0] = starts
    expect(first % 2).toBe((trace.startUs / 1e6) % 2)
    expect(new Set(starts.map((start) => start - first))).toEqual(
      new Set([0, 2, 4, 6].slice(0, new Set(starts).size)),
    )
  })

  it('hold the same values while the chart scrolls', () => {
    const wave = Array.from({ length: 60 }, (_, i) => at(i, Math.sin(i)))
    const trace = traceOf(60, wave)
    // Three seconds later: three slots have gone at the left, three have come.
    const later = traceOf(60, [
      ...wave.slice(3).map((point, i) => ({ ...point, slot: i })),
      at(59, 9),
    ])
    const shifted = { ...later, startUs: trace.startUs + 3e6 }
    const [before, after] = [foldColumns(trace, 20, 3e6), foldColumns(shifted, 20, 3e6)]
    expect([...(after.channels['a']?.max.slice(1, 17) ?? [])]).toEqual([
      ...(before.channels['a']?.max.slice(2, 18) ?? []),
    ])
  })

  it('stand at the time they are of, where the trace is of another moment', () => {
    const trace = traceOf(60, [at(59, 1)])
    const endUs = trace.startUs + 59.5e6
    const shown = (byUs: number): number =>
      foldColumns(trace, 60, 1e6, endUs + byUs).count.findIndex((count) => count > 0)
    expect([shown(0), shown(10e6), shown(-1e6), shown(100e6)]).toEqual([59, 49, -1, -1])
  })

  it('mark what is missing also where nothing is left to draw', () => {
    const trace = traceOf(60, [at(0, 1), at(59, 1)])
    trace.signs.fill(SIGN.lost, 20, 30)
    const { signs, count } = foldColumns(trace, 60, 1e6)
    expect([...signs.slice(19, 31)]).toEqual([0, ...new Array(10).fill(1), 0])
    expect([...count].filter((each) => each > 0)).toHaveLength(2)
  })

  it('have no value of a channel that a sample did not have', () => {
    const points = [
      { slot: 10, values: { ...electric(5, 1), soc: 80 } },
      { slot: 11, values: electric(5, 1) },
    ]
    const columns = foldColumns(traceOf(60, points, 1e6, ['v', 'soc']), 60, 1e6)
    expect([...(columns.channels['soc']?.max.slice(10, 12) ?? [])]).toEqual([80, Number.NaN])
    expect([...(columns.channels['v']?.max.slice(10, 12) ?? [])]).toEqual([5, 5])
  })

  it('do not break where the device only slowed down', () => {
    const fast = Array.from({ length: 20 }, (_, i) => at(i, 1))
    const slow = [29, 39, 49, 59].map((slot) => at(slot, 1))
    const { broken } = foldColumns(traceOf(60, [...fast, ...slow]), 60, 1e6)
    expect(broken.includes(1)).toBe(false)
  })
})

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
