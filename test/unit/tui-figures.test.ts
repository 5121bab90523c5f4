import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ELECTRIC, ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import type { Snapshot, WindowStat } from '../../src/monitor/view.ts'
import { bigGaugeLines } from '../../src/tui/panels/big-gauges.ts'
import { deviceLines } from '../../src/tui/panels/devices.ts'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { tableLines } from '../../src/tui/panels/table.ts'
import { tinyLine } from '../../src/tui/panels/tiny.ts'
import { totalsLine } from '../../src/tui/panels/totals.ts'
import { valuesLine } from '../../src/tui/panels/values.ts'
import { FigureMemory, figuresOf, figureText } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { type Line, lineText, lineWidth } from '../../src/tui/view/styled.ts'
import { inUnit } from '../../src/util/scaled-unit.ts'
import { magnitude } from '../support/magnitudes.ts'
import { briefOf, sampleSnapshot, steady, withStats } from '../support/snapshots.ts'

const LOOKS = [lookOf({ ascii: true, colour: false }), lookOf({ ascii: false, colour: true })]
const [ASCII, UNICODE] = LOOKS as [(typeof LOOKS)[0], (typeof LOOKS)[0]]
const WIDTHS = [60, 80, 120, 200, 250] as const

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

describe('the table', () => {
  it('has the newest value of the gauges, and windows that stand still for half a second', () => {
    const figures = new FigureMemory()
    const at = (ms: number): string => {
      const base = sampleSnapshot()
      const nowUs = base.nowUs - (base.nowUs % 1e6) + ms * 1000
      const stats = { v: { min: ms / 1000, avg: 5, max: 9 } }
      const windows = base.windows.map((each) => ({ ...each, stats }))
      const snapshot = { ...base, nowUs, values: { v: 6 + ms / 1000, a: 0, w: 0 }, windows }
      figures.begin(snapshot, 'auto')
      const [, row = []] = tableLines(snapshot, { width: 80, height: 4, look: UNICODE }, figures)
      return lineText(row).split('│').slice(0, 2).join('│').replace(/ +/g, ' ').trim()
    }
    expect([0, 200, 400, 600].map(at)).toEqual([
      'V 6.000 │ 0.000 5.000 9.000',
      'V 6.200 │ 0.000 5.000 9.000',
      'V 6.400 │ 0.000 5.000 9.000',
      'V 6.600 │ 0.600 5.000 9.000',
    ])
  })
})

describe('a figure', () => {
  it('is the value to the last digit shown, in so many cells at most, whatever its size', () => {
    fc.assert(
      fc.property(
        magnitude,
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

describe('the newest values in a line', () => {
  const at = (width: number, changes: Parameters<typeof sampleSnapshot>[0] = {}): string =>
    lineText(valuesLine(sampleSnapshot(changes), width, ASCII)).trimEnd()

  it('gives up peaks, blanks and words that nothing is wrong, and cuts no value', () => {
    expect(at(120)).toMatch(/^ V +5\.053 V {2}ok {2}peak 5\.101 V .* peak 6\.091 W$/)
    expect(at(80)).toMatch(/^ V +5\.053 V {2}ok .* W +5\.577 W {2}ok$/)
    expect(at(40)).toBe(' 5.053 V ok  1.1040 A ok  5.577 W ok')
    expect(at(40, { values: { v: 5.053, a: 3.2, w: 5.577 } })).toBe(
      ' 5.053 V  3.2000 A FULL !  5.577 W',
    )
  })
})

describe('every panel with figures', () => {
  it.each(WIDTHS)('at %i columns overflows nowhere and keeps its shape for any values', (width) => {
    const shapes = new Map<string, number>()
    fc.assert(
      fc.property(magnitude, magnitude, magnitude, fc.constantFrom(...LOOKS), (v, a, w, look) => {
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
        fc.array(fc.tuple(magnitude, magnitude, magnitude), { minLength: 3, maxLength: 3 }),
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
