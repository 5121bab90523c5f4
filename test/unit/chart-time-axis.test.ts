import { afterEach, describe, expect, it } from 'vitest'
import { timeTicks } from '../../src/chart/time-axis.ts'
import { momentText, spanText } from '../../src/figures/format.ts'
import { SPANS_MS } from '../../src/tui/view/time-window.ts'

const ZONE = process.env['TZ']
afterEach(() => {
  process.env['TZ'] = ZONE
})

describe('time axis', () => {
  /** The picture of a span that ends at 14:03:27, as a line of cells. */
  function axis(
    spanMs: number,
    cells = 60,
    endUs = Date.UTC(2026, 10, 20, 14, 3, 27) * 1000,
  ): string {
    const cellUs = (spanMs * 1000) / cells
    const line = new Array(cells + 10).fill('-')
    for (const { cell, label } of timeTicks(endUs - spanMs * 1000, cellUs, cells)) {
      line.splice(cell, label.length + 1, '+', ...label)
    }
    return line.join('').slice(0, cells)
  }

  it.each([
    [10_000, '------------------+14:03:20---------------------+14:03:25---'],
    [60_000, '---+14:02:30------+14:02:45------+14:03:00------+14:03:15---'],
    [300_000, '------+13:59------+14:00------+14:01------+14:02------+14:03'],
    [3_600_000, '------+13:10----+13:20----+13:30----+13:40----+13:50----+14:'],
    [10_800_000, '--------+11:30----+12:00----+12:30----+13:00----+13:30----+1'],
    [43_200_000, '---------+04:00----+06:00----+08:00----+10:00----+12:00----+'],
    [172_800_000, '------------+11-19---------+12:00---------+11-20---------+12'],
  ])('of %d ms has whole clock times, each at its own moment', (spanMs, line) => {
    process.env['TZ'] = 'UTC'
    expect(axis(spanMs)).toBe(line)
  })

  it('has dates wherever a time of day may be there twice', () => {
    process.env['TZ'] = 'UTC'
    const twoDays = axis(172_800_000, 280)
    expect(twoDays).toMatch(/\+22:00-+\+11-20-+\+02:00/)
    expect(twoDays).not.toContain('+00:00')
    expect(axis(86_400_000, 280)).toContain('+00:00')
  })

  it('moves with the picture by whole cells', () => {
    process.env['TZ'] = 'UTC'
    const endUs = Date.UTC(2026, 10, 20, 14, 3, 27) * 1000
    expect(axis(60_000, 60, endUs + 3e6).slice(0, 50)).toBe(axis(60_000).slice(3, 53))
  })

  it('has whole hours of the local clock, also in a zone of half hours and where the clock is changed', () => {
    process.env['TZ'] = 'Asia/Kolkata'
    expect(axis(43_200_000)).toContain('+14:00----+16:00----+18:00')
    process.env['TZ'] = 'Europe/Berlin'
    // Set back at 03:00 of 25 October: from 02:00 to 04:00 it takes three hours.
    const endUs = Date.UTC(2026, 9, 25, 6) * 1000
    expect(axis(43_200_000, 60, endUs)).toContain('+00:00----+02:00---------+04:00----+06:0')
  })

  it('is empty where there is no room, and of time that is no time', () => {
    expect(timeTicks(0, 1e6, 0)).toEqual([])
    expect(timeTicks(Number.NaN, 1e6, 60)).toEqual([])
  })
})

describe('the title of a span', () => {
  it.each([
    [10_000, '10 s'],
    [60_000, '60 s'],
    [120_000, '2 min'],
    [172_800_000, '48 h'],
  ])('of %d ms is %s', (spanMs, title) => {
    expect(SPANS_MS).toContain(spanMs)
    expect(spanText(spanMs)).toBe(title)
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
