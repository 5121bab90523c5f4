import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ELECTRIC, ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import type {
  ChannelStatistics,
  Snapshot,
  SpanStatistics,
  View,
  WindowStat,
} from '../../src/monitor/view.ts'
import { bigGaugeLines } from '../../src/tui/panels/big-gauges.ts'
import { deviceLines } from '../../src/tui/panels/devices.ts'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { percentileWindows, tableLines } from '../../src/tui/panels/table.ts'
import { tinyLine } from '../../src/tui/panels/tiny.ts'
import { totalsLine } from '../../src/tui/panels/totals.ts'
import { valuesLine } from '../../src/tui/panels/values.ts'
import { bigDigits, bigWidth } from '../../src/tui/view/big-digits.ts'
import { FigureMemory, figuresOf, figureText } from '../../src/tui/view/figure-memory.ts'
import { gaugeScale } from '../../src/tui/view/gauge-scale.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { type Line, lineText, lineWidth } from '../../src/tui/view/styled.ts'
import { WindowPercentiles } from '../../src/tui/window-percentiles.ts'
import { inUnit } from '../../src/util/scaled-unit.ts'
import { briefOf, type SnapshotChanges, sampleSnapshot } from '../support/snapshots.ts'

const LOOKS = [lookOf({ ascii: true, colour: false }), lookOf({ ascii: false, colour: true })]
const [ASCII, UNICODE] = LOOKS as [(typeof LOOKS)[0], (typeof LOOKS)[0]]
const WIDTHS = [60, 80, 120, 200, 250] as const

/** A snapshot in which the values are now, and all of the last 15 minutes. */
function steady(values: Record<string, number>, changes: SnapshotChanges = {}): Snapshot {
  const stats = Object.fromEntries(
    Object.entries(values).map(([id, value]) => [id, { min: value, avg: value, max: value }]),
  )
  return withStats(values, stats, changes)
}

function withStats(
  values: Record<string, number>,
  stats: Record<string, WindowStat>,
  changes: SnapshotChanges = {},
): Snapshot {
  const { windows } = sampleSnapshot()
  return sampleSnapshot({
    values,
    windows: windows.map((window) => ({ ...window, stats })),
    ...changes,
  })
}

/** All panels with figures, at a width. */
function panels(snapshot: Snapshot, width: number, look = ASCII): Record<string, readonly Line[]> {
  const area = { width, height: 4, look }
  const figures = figuresOf(snapshot)
  return {
    gauges: gaugeLines(snapshot, width, look, figures),
    big: bigGaugeLines(snapshot, { ...area, height: 6 }, figures),
    bigger: bigGaugeLines(snapshot, { ...area, height: 8 }, figures),
    values: [valuesLine(snapshot, width, look, figures)],
    table: tableLines(snapshot, area, figures),
    totals: [totalsLine(snapshot, width, look, figures)],
    devices: deviceLines(snapshot, { ...area, height: 2 }, figures),
    device: deviceLines(snapshot, { ...area, height: 1 }, figures),
    tiny: [tinyLine(snapshot, width, look, figures)],
  }
}

/** Magnitudes of 1e-9 to 1e9, both signs, with the digits that a device would send. */
const value = fc
  .tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: -13, max: 4 }), fc.boolean())
  .map(([digits, power, negative]) => Number(`${negative ? '-' : ''}${digits}e${power}`))
  .filter((each) => Math.abs(each) >= 1e-9 && Math.abs(each) <= 1e9)

/** Of the last digit that a text shows, in what the text is in. */
function lastDigit(text: string): number {
  const [digits = '', power = '0'] = text.split('e')
  const point = digits.indexOf('.')
  return 10 ** (Number(power) - (point < 0 ? 0 : digits.length - point - 1))
}

function expectShown(text: string, actual: number, exponent: number): void {
  const scaled = inUnit(actual, exponent)
  const shown = Number(text)
  const slack = lastDigit(text) / 2 + Math.abs(scaled) * 1e-12
  expect(Math.abs(shown - scaled), `${text} for ${scaled}`).toBeLessThanOrEqual(slack)
  // No sign is lost, but of what rounds to zero, and none is made up.
  if (shown !== 0) expect(Math.sign(shown)).toBe(Math.sign(scaled))
}

const PREFIXES: Readonly<Record<string, number>> = { u: -6, m: -3, k: 3 }
const UNIT = /^([umk]?)[VAW]$/

describe('a figure', () => {
  it('is the value to the last digit shown, in so many cells at most, whatever its size', () => {
    fc.assert(
      fc.property(
        value,
        fc.constantFrom(...ELECTRIC_CHANNELS),
        fc.integer({ min: 6, max: 12 }),
        fc.constantFrom('auto' as const, 'base' as const, 'milli' as const),
        (actual, channel, cells, choice) => {
          const snapshot = steady({ [channel.id]: actual })
          const figures = figuresOf(snapshot, choice)
          const form = figures.form('any', 0, channel, [actual], ASCII)
          const text = figureText(actual, form, cells)
          expect(text.length).toBeLessThanOrEqual(cells)
          expectShown(text, actual, form.unit.exponent)
        },
      ),
    )
  })

  it('has every digit that was sent, where there is room', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999, max: 99_999 }), (micro) => {
        const actual = Number(`${micro}e-6`)
        const figures = figuresOf(steady({ a: actual }))
        const form = figures.form('any', 0, ELECTRIC.current, [actual], ASCII)
        const text = figureText(actual, form, 12)
        expect(Number(text)).toBe(inUnit(actual, form.unit.exponent))
      }),
    )
  })

  it.each([
    [12e-6, '12.0 uA'],
    [-12.345, '-12.3450 A'],
    [0.2453, '245.3 mA'],
    [1.104, '1.1040 A'],
    [0, '0.0000 A'],
    [1e12, '1.00000e9 kA'],
  ])('of %d A reads %s', (actual, text) => {
    const [, gauge] = gaugeLines(steady({ v: 5, a: actual, w: 0 }), 120, ASCII)
    expect(lineText(gauge ?? [])).toContain(` ${text} `)
  })

  it.each([
    [480, 20, '480.000 W'],
    [1e6, 4e4, '1000.000 kW'],
    [-60e-6, -12e-6, '-60.0 uW'],
  ])('of %d W at %d A reads %s', (actual, amps, text) => {
    const [, , gauge] = gaugeLines(steady({ v: 5, a: amps, w: actual }), 120, ASCII)
    expect(lineText(gauge ?? [])).toContain(` ${text} `)
  })
})

describe('every panel with figures', () => {
  it.each(WIDTHS)('at %i columns overflows nowhere and keeps its shape for any values', (width) => {
    const shapes = new Map<string, number>()
    fc.assert(
      fc.property(value, value, value, fc.constantFrom(...LOOKS), (v, a, w, look) => {
        const snapshot = steady({ v, a, w })
        for (const [name, lines] of Object.entries(panels(snapshot, width, look))) {
          for (const line of lines) expect(lineWidth(line), name).toBe(width)
          expect(lines.map(lineText).join('\n'), name).not.toMatch(/NaN|Infinity|undefined|e\+/)
          // As many lines, whatever the values.
          expect(shapes.get(name) ?? lines.length).toBe(lines.length)
          shapes.set(name, lines.length)
        }
      }),
      { numRuns: 60 },
    )
  })

  it.each(WIDTHS)('at %i columns has figures in the table that touch nothing', (width) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value, value), { minLength: 3, maxLength: 3 }),
        (made) => {
          const stats = Object.fromEntries(
            ['v', 'a', 'w'].map((id, i) => {
              const [min = 0, avg = 0, max = 0] = [...(made[i] ?? [])].sort((x, y) => x - y)
              return [id, { min, avg, max }]
            }),
          )
          const now = { v: stats['v']?.avg ?? 0, a: stats['a']?.min ?? 0, w: stats['w']?.max ?? 0 }
          const snapshot = withStats(now, stats)
          const p95 = Object.fromEntries(Object.entries(stats).map(([id, { avg }]) => [id, avg]))
          const [heading, ...rows] = tableLines(
            snapshot,
            { width, height: 4, look: ASCII },
            figuresOf(snapshot),
            new Map([60, 300, 900].map((seconds) => [seconds, p95])),
          )
          const shown = ['min', 'avg', 'max', ...(width > 120 ? ['p95'] : [])] as const
          expect(
            lineText(heading ?? [])
              .match(/min|avg|max|p95/g)
              ?.slice(0, 4),
          ).toEqual(width > 120 ? shown : [...shown, 'min'])
          const windows = lineText(heading ?? []).split('|').length - 1
          for (const [i, row] of rows.entries()) {
            const id = ELECTRIC_CHANNELS[i]?.id as 'v' | 'a' | 'w'
            const own = stats[id] as WindowStat
            const [head = '', ...cells] = lineText(row).split('|')
            const [unit = '', text = '', ...more] = head.trim().split(/\s+/)
            const [, prefix = ''] = UNIT.exec(unit) ?? []
            const exponent = PREFIXES[prefix] ?? 0
            expect(more).toEqual([])
            expectShown(text, now[id], exponent)
            expect(cells).toHaveLength(windows)
            for (const [n, cell] of cells.entries()) {
              expect(cell).toMatch(/^ /)
              if (n < cells.length - 1) expect(cell).toMatch(/ $/)
              const texts = cell.trim().split(/\s+/)
              expect(texts).toHaveLength(shown.length)
              const figures = [own.min, own.avg, own.max, own.avg]
              for (const [k, each] of texts.entries()) {
                expectShown(each, figures[k] ?? Number.NaN, exponent)
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([120, 200, 250])(
    'at %i columns has the points of the table below each other',
    (width) => {
      const a = { min: -0.0121, avg: 0.22, max: 0.3456 }
      const w = { min: -1.25, avg: 12.1, max: 312.123456 }
      const snapshot = withStats(
        { v: 5.03, a: 0.2, w: 1.119117 },
        { a, w, v: { min: 4.9, avg: 5, max: 5.1 } },
      )
      const rows = tableLines(snapshot, { width, height: 4, look: UNICODE }).slice(1).map(lineText)
      const points = rows.map((row) => [...row.matchAll(/\./g)].map(({ index }) => index).join())
      expect(points[0]?.split(',').length).toBe(10)
      expect(new Set(points).size).toBe(1)
      // Every digit that was sent stands there where there is room for it.
      if (width >= 200) expect(rows[2]).toContain(' 312.123456 ')
    },
  )
})

describe('units from picture to picture', () => {
  /** What the gauge of the current says while its value changes. @param steps seconds and A */
  function units(
    steps: readonly (readonly [second: number, amps: number])[],
  ): (string | undefined)[] {
    const figures = new FigureMemory()
    const { nowUs } = sampleSnapshot()
    return steps.map(([second, amps]) => {
      const snapshot = steady({ v: 5, a: amps, w: 1 }, { nowUs: nowUs + second * 1e6 })
      figures.begin(snapshot, 'auto')
      const [, gauge] = gaugeLines(snapshot, 80, ASCII, figures)
      return /\d (\S*A) /.exec(lineText(gauge ?? []))?.[1]
    })
  }

  it('step up at once, and down after 10 s of clearly less', () => {
    expect(
      units([
        [0, 0.5],
        [1, 1.01],
        [2, 0.95],
        [30, 0.9],
        [40, 0.5],
        [49, 0.5],
        [51, 0.5],
        [52, 1],
      ]),
    ).toEqual(['mA', 'A', 'A', 'A', 'A', 'A', 'mA', 'A'])
  })

  it('stay where a load comes and goes', () => {
    const pulses = Array.from({ length: 40 }, (_, i) => [i, i % 4 === 0 ? 1.2 : 0.002] as const)
    expect(new Set(units(pulses))).toEqual(new Set(['A']))
  })

  it('are as the user fixed them, at once', () => {
    const figures = new FigureMemory()
    const snapshot = steady({ v: 5, a: 0.245, w: 1.225 })
    const row = (choice: 'auto' | 'base' | 'milli' | 'micro'): string => {
      figures.begin(snapshot, choice)
      return tableLines(snapshot, { width: 80, height: 4, look: ASCII }, figures)
        .slice(1)
        .map((line) => lineText(line).slice(1, 12).replace(/\s+/, ' ').trim())
        .join(', ')
    }
    expect(row('auto')).toBe('V 5.000, mA 245.0, W 1.225')
    expect(row('base')).toBe('V 5.000, A 0.2450, W 1.225')
    expect(row('milli')).toBe('mV 5000, mA 245.0, mW 1225')
    expect(row('micro')).toBe('mV 5000, uA 245000, uW 1225000')
  })

  it('look the same for the same snapshot, however often it is drawn', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 8 }), (values) => {
        const figures = new FigureMemory()
        for (const a of values) {
          const snapshot = steady({ v: 5, a, w: a * 5 })
          figures.begin(snapshot, 'auto')
          const draw = (): string =>
            gaugeLines(snapshot, 120, ASCII, figures).map(lineText).join('\n')
          expect(draw()).toBe(draw())
        }
      }),
    )
  })
})

describe('a gauge', () => {
  const span = (max: number, min = 0) => ({ min, max, fullScale: 3.2 })

  it('ends at a round number above what it has to hold, full scale at most', () => {
    const end = (max: number): number => gaugeScale(span(max), 1e-4, null).to
    expect([0.011, 0.26, 1.1, 2.5, 3.1, 3.2, 5.7].map(end)).toEqual([
      0.015, 0.3, 1.5, 3, 3.2, 3.2, 6,
    ])
    // Noise does not fill it.
    expect(end(0.0003)).toBe(0.002)
  })

  it('grows at once, and shrinks where all is clearly within a smaller end', () => {
    let scale = gaugeScale(span(0.9), 1e-4, null)
    const next = (max: number): number => {
      scale = gaugeScale(span(max), 1e-4, scale)
      return scale.to
    }
    expect([1.2, 0.98, 0.95, 0.91, 0.89, 0.99, 1.01].map(next)).toEqual([
      1.5, 1.5, 1.5, 1.5, 1, 1, 1.5,
    ])
    // After a spike it fits again.
    expect([3, 0.05].map(next)).toEqual([3, 0.06])
  })

  it('has two sides once current flows back, and no offset makes it so', () => {
    expect(gaugeScale(span(1, -0.01), 1e-4, null).from).toBe(0)
    expect(gaugeScale(span(1, -0.3), 1e-4, null)).toEqual({ from: -1, to: 1 })
    expect(gaugeScale(span(0.2, -2.5), 1e-4, null)).toEqual({ from: -3, to: 3 })
  })

  it('holds all it has to, for any values, and at least 40 % of it is used', () => {
    const size = fc.double({ min: 1e-6, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(fc.array(size, { minLength: 1 }), (sizes) => {
        let scale = null
        for (const max of sizes) {
          scale = gaugeScale({ min: 0, max, fullScale: 0 }, 1e-8, scale)
          expect(scale.to).toBeGreaterThanOrEqual(max)
          expect(max / scale.to).toBeGreaterThan(0.4)
        }
      }),
    )
  })

  it('has a mark at the peak of each side and at each limit', () => {
    const snapshot = withStats(
      { v: 5, a: -0.2, w: -1 },
      { a: { min: -0.9, avg: 0, max: 0.5 } },
      { limits: [{ channel: 'a', low: null, high: 0.8 }] },
    )
    const [, gauge] = gaugeLines(snapshot, 80, ASCII)
    const bar = lineText(gauge ?? [])
      .split('|')
      .slice(1, 3)
      .join('|')
    expect(bar).toMatch(/^\.:\.+<<<\|\.+:\.+!\.+$/)
    expect(lineText(gauge ?? [])).toContain('-200.0 mA')
    expect(lineText(gauge ?? [])).toContain('-1..1 A')
  })
})

describe('big digits', () => {
  it('have as many rows as asked for, all equally wide, in ASCII or blocks', () => {
    for (const rows of [3, 5] as const) {
      for (const ascii of [true, false]) {
        const lines = bigDigits('-12.3456789e0', rows, ascii)
        expect(lines).toHaveLength(rows)
        expect(new Set(lines.map((line) => line.length)).size).toBe(1)
        expect(lines.join('')).toMatch(ascii ? /^[ -~]+$/ : /^[ ▀▄█]+$/)
        expect(lines[0]?.length).toBe(bigWidth('-12.3456789e0', rows))
      }
    }
  })

  it('tell all digits and the sign apart', () => {
    for (const rows of [3, 5] as const) {
      for (const ascii of [true, false]) {
        const drawn = [...'0123456789-.e '].map((char) => bigDigits(char, rows, ascii).join('\n'))
        expect(new Set(drawn).size).toBe(drawn.length)
      }
    }
  })

  it('show the sign and the peak beside the bar, with and without colour', () => {
    const snapshot = steady(
      { v: 24, a: -12.345, w: -296.3 },
      { fullScale: { v: 26, a: 32, w: 832 } },
    )
    const lines = bigGaugeLines(snapshot, { width: 200, height: 6, look: ASCII }).map(lineText)
    expect(lines[2]).toMatch(/ _ {2,3}/)
    expect(lines[3]).toContain('A            peak -12.3450 A')
    expect(lines[4]).toContain('<<<<|....')
    expect(lines[5]).toContain('+ -15..15 A -')
    expect(lines[5]).toContain(' 39% of 32 A +')
  })
})

it('the list of devices has a unit a value', () => {
  const one = steady({ v: 3.3, a: 12e-6, w: 39.6e-6 })
  const [, ...rest] = [
    null,
    briefOf(one),
    briefOf(one, { number: 1, values: { v: 5, a: 0.5, w: 2.5 } }),
  ]
  const devices = rest.filter((each) => each !== null)
  const shown = deviceLines(
    { ...one, devices },
    { width: 120, height: 2, look: ASCII },
    figuresOf({ ...one, devices }),
  )
  expect(shown.map(lineText)[0]).toContain('   3.300 V      12.0 uA      39.6 uW ')
  expect(shown.map(lineText)[1]).toContain('   5.000 V     500.0 mA     2.500 W ')
})

describe('percentiles in the table', () => {
  const windows = [60, 300, 900]
  const table = (width: number, p95 = new Map<number, Record<string, number>>()): string[] => {
    const snapshot = sampleSnapshot()
    const area = { width, height: 4, look: ASCII }
    return tableLines(snapshot, area, figuresOf(snapshot), p95).map(lineText)
  }

  it('have a column where they cost no digits, and are asked for there alone', () => {
    const asked = (width: number): number[] =>
      percentileWindows(sampleSnapshot(), { width, height: 4, look: ASCII })
    expect([80, 120, 140, 200].map((width) => asked(width).length)).toEqual([0, 0, 3, 3])
    expect(asked(200)).toEqual(windows)
    expect(table(120)[0]).not.toContain('p95')
    const p95 = new Map([[60, { v: 5.095, a: 1.1892 }]])
    const [heading = '', v = '', a = ''] = table(140, p95)
    expect(heading.match(/ min +avg +max +p95/g)).toHaveLength(3)
    expect(v).toMatch(/ 5\.101 +5\.095 /)
    // What has not been answered yet is not made up.
    expect(a.match(/ 1\.2040 +(1\.1892|--)/g)).toHaveLength(3)
    expect(a).toMatch(/1\.1892.*--.*--/)
  })

  it('are asked for one window after the other, once a second, and not where they are costly', async () => {
    let nowMs = 0
    let costMs = 2
    const asked: number[] = []
    const feed = new WindowPercentiles({
      view: {
        statistics: async ({ span }) => {
          asked.push(span.kind === 'last' ? span.seconds : 0)
          nowMs += costMs
          const figures = { p95: 5 } as ChannelStatistics['figures']
          const v = { figures } as ChannelStatistics
          return { version: 1, fromUs: 0, toUs: 1, channels: { v } } as unknown as SpanStatistics
        },
      } as View,
      onNews: () => {},
      onDropped: () => {},
      monoMs: () => nowMs,
    })
    const round = async (): Promise<void> => {
      feed.ask(0, windows)
      await Promise.resolve()
      await new Promise(setImmediate)
    }
    for (let i = 0; i < 6; i++) await round()
    expect(asked).toEqual([60, 300, 900])
    expect(feed.of(0, windows).get(900)).toEqual({ v: 5 })
    expect(feed.of(1, windows).size).toBe(0)
    nowMs += 1000
    costMs = 50
    for (let i = 0; i < 6; i++) await round()
    expect(asked).toEqual([60, 300, 900, 60, 300, 900])
    // Answers that took 150 ms rest for 10 s, which is the most.
    nowMs += 9000
    await round()
    expect(asked).toHaveLength(6)
    nowMs += 1001
    await round()
    // All windows again, of one moment.
    expect(asked).toEqual([60, 300, 900, 60, 300, 900, 60, 300, 900])
    nowMs += 20_000
    expect(feed.of(0, windows).size).toBe(0)
  })
})
