import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gaugeScale } from '../../src/figures/gauge-scale.ts'
import { bigGaugeLines } from '../../src/tui/panels/big-gauges.ts'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { bigDigits, bigWidth } from '../../src/tui/view/big-digits.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { steady, withStats } from '../support/snapshots.ts'

const ASCII = lookOf({ ascii: true, colour: false })

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

  it('says nothing good of a value that comes no longer', () => {
    const seen = (value: number) => ({ min: value, avg: value, max: value })
    const stats = { v: seen(5), a: seen(0.2), w: seen(1) }
    const areOk = (values: Record<string, number>): boolean[] =>
      gaugeLines(withStats(values, stats), 80, ASCII).map((line) => /ok *$/.test(lineText(line)))
    expect(areOk({ v: 5, a: 0.2, w: 1 })).toEqual([true, true, true])
    expect(areOk({ v: 5 })).toEqual([true, false, false])
  })

  it('has a mark at the peak of each side and at each limit', () => {
    const snapshot = withStats(
      { v: 5, a: -0.2, w: -1 },
      { a: { min: -0.9, avg: 0, max: 0.5 } },
      { limits: [{ channel: 'a', low: null, high: 0.8 }] },
    )
    const [, gauge] = gaugeLines(snapshot, 85, ASCII)
    const bar = lineText(gauge ?? [])
      .split('|')
      .slice(1, 3)
      .join('|')
    expect(bar).toMatch(/^\.:\.+<<<\|\.+:\.+!\.+$/)
    expect(lineText(gauge ?? [])).toContain('-200.0 mA')
    expect(lineText(gauge ?? [])).toContain('-1000..1000 mA')
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
