import { describe, expect, it } from 'vitest'
import { timeTicks } from '../../src/chart/time-axis.ts'
import { momentText, spanText } from '../../src/tui/view/format.ts'
import { SPANS_MS } from '../../src/tui/view/time-window.ts'

describe('time axis', () => {
  it.each([
    [10_000, '10 s', ['10', '7.5', '5', '2.5', '0']],
    [60_000, '60 s', ['60', '45', '30', '15', '0']],
    [300_000, '5 min', ['5m', '3.75m', '2.5m', '1.25m', '0']],
    [3_600_000, '1 h', ['60m', '45m', '30m', '15m', '0']],
    [10_800_000, '3 h', ['3h', '2h', '1h', '0']],
    [43_200_000, '12 h', ['12h', '9h', '6h', '3h', '0']],
    [172_800_000, '48 h', ['2d', '36h', '1d', '12h', '0']],
  ])('of %d ms: %s', (spanMs, title, labels) => {
    expect(SPANS_MS).toContain(spanMs)
    expect(spanText(spanMs)).toBe(title)
    const ticks = timeTicks(spanMs, 121)
    expect(ticks.map(({ label }) => label)).toEqual(labels)
    expect([ticks[0]?.column, ticks.at(-1)?.column]).toEqual([0, 120])
  })
})

describe('a moment', () => {
  it('has its day only where that is not today', () => {
    const us = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime() * 1000
    expect(momentText(us(20, 1), us(20, 23))).toBe('01:00:00')
    expect(momentText(us(19, 23), us(20, 1))).toBe('2026-11-19 23:00:00')
    expect(momentText(Number.NaN, us(20, 1))).toBe('--:--:--')
  })
})
