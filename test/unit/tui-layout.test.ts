import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  type LayoutOptions,
  layoutFor,
  PANELS,
  type Region,
  regionAt,
} from '../../src/tui/view/layout.ts'
import { PRESETS } from '../../src/tui/view/panel-choice.ts'

const OPTIONS: LayoutOptions = {
  preset: 'all',
  expanded: null,
  bigGaugesAllowed: true,
  devices: 1,
  mainChannels: 3,
  moreChannels: 0,
  alarms: 0,
  pressing: false,
  selects: false,
  totalsRows: 1,
  linkRows: 6,
}

function heightsAt(columns: number, rows: number): Partial<Record<Region, number>> {
  const { regions } = layoutFor({ columns, rows }, OPTIONS)
  return Object.fromEntries(Object.entries(regions).map(([name, rect]) => [name, rect.height]))
}

describe('layout', () => {
  it('has everything at 80x24', () => {
    expect(heightsAt(80, 24)).toEqual({
      header: 1,
      gauges: 3,
      chart: 13,
      table: 4,
      totals: 1,
      events: 1,
      keys: 1,
    })
  })

  it('takes rows from the chart first, then leaves regions out', () => {
    expect(heightsAt(80, 20)['chart']).toBe(9)
    expect(heightsAt(80, 16)['chart']).toBe(5)
    expect(heightsAt(60, 15)).toEqual({
      header: 1,
      gauges: 3,
      chart: 8,
      totals: 1,
      events: 1,
      keys: 1,
    })
    expect(heightsAt(60, 12)).toMatchObject({ gauges: 3, chart: 5, totals: 1, events: 1 })
    expect(heightsAt(60, 10)).toEqual({ header: 1, gauges: 3, chart: 4, events: 1, keys: 1 })
    expect(heightsAt(40, 8)).toEqual({ header: 1, gauges: 3, totals: 1, events: 2, keys: 1 })
  })

  it('is one line below 40x8', () => {
    expect(heightsAt(39, 50)).toEqual({ tiny: 1 })
    expect(heightsAt(200, 7)).toEqual({ tiny: 1 })
  })

  it('has big gauges at 200x50, and larger ones where there is the height', () => {
    const size = { columns: 200, rows: 50 }
    expect(layoutFor(size, OPTIONS).gauges).toBe('big')
    expect(layoutFor(size, { ...OPTIONS, bigGaugesAllowed: false }).gauges).toBe('rows')
    expect(heightsAt(200, 50)['gauges']).toBe(6)
    expect(heightsAt(250, 70)['gauges']).toBe(8)
  })

  it('has an overview below the chart and a histogram beside it where there is the room', () => {
    const at = (columns: number, rows: number, changes: Partial<LayoutOptions> = {}) =>
      layoutFor({ columns, rows }, { ...OPTIONS, ...changes }).regions
    const { chart, histogram, overview, link, events } = at(200, 50)
    expect(overview).toEqual({ ...chart, y: (chart?.y ?? 0) + (chart?.height ?? 0), height: 5 })
    expect(chart?.height).toBeGreaterThanOrEqual(18)
    expect(histogram).toMatchObject({ x: link?.x, width: link?.width })
    expect(events?.y).toBe((histogram?.y ?? 0) + (histogram?.height ?? 0))
    expect(events?.height).toBeGreaterThanOrEqual(10)
    const none = at(200, 30)
    expect([none.histogram, none.overview]).toEqual([undefined, undefined])
    for (const below of [at(120, 50), at(120, 40), at(200, 50, { expanded: 'chart' })]) {
      expect(below.histogram).toBeUndefined()
      expect(below.overview).toMatchObject({ height: 5, width: below.chart?.width })
      expect(below.overview?.y).toBe((below.chart?.y ?? 0) + (below.chart?.height ?? 0))
      expect(below.chart?.height).toBeGreaterThanOrEqual(18)
    }
    expect(at(80, 24, { expanded: 'histogram' }).histogram?.height).toBe(21)
    expect(at(80, 24, { expanded: 'overview' }).overview?.height).toBe(21)
    expect(at(200, 50, { preset: 'numbers' }).overview).toBeUndefined()
  })

  it('leaves one panel, the values and how everything is, when expanded', () => {
    const at = (expanded: LayoutOptions['expanded']): Partial<Record<Region, number>> => {
      const { regions } = layoutFor({ columns: 80, rows: 24 }, { ...OPTIONS, alarms: 2, expanded })
      return Object.fromEntries(Object.entries(regions).map(([name, { height }]) => [name, height]))
    }
    expect(at('chart')).toEqual({ header: 1, alarms: 1, values: 1, chart: 20, keys: 1 })
    expect(at('alarms')).toEqual({ header: 1, values: 1, alarms: 21, keys: 1 })
    expect(at('gauges')).toEqual({ header: 1, alarms: 1, gauges: 21, keys: 1 })
  })

  it('has a preset for the chart and one for numbers', () => {
    const at = (preset: LayoutOptions['preset'], moreChannels = 0): string[] => {
      const options = { ...OPTIONS, preset, moreChannels }
      const { regions } = layoutFor({ columns: 80, rows: 24 }, options)
      return Object.entries(regions).map(([name, { height }]) => `${name} ${height}`)
    }
    expect(at('chart').join()).toBe('header 1,values 1,chart 15,table 4,totals 1,events 1,keys 1')
    expect(at('numbers', 8).join()).toBe('header 1,gauges 3,table 12,totals 1,events 6,keys 1')
  })

  it('has a wall of gauges, and room for a large word while something is pressing', () => {
    const at = (changes: Partial<LayoutOptions>, rows = 24): string => {
      const { regions, gauges } = layoutFor({ columns: 80, rows }, { ...OPTIONS, ...changes })
      const heights = Object.entries(regions).map(([name, { height }]) => `${name} ${height}`)
      return `${gauges}: ${heights.join()}`
    }
    expect(at({ preset: 'wall' })).toBe('wall: header 1,gauges 22,keys 1')
    expect(at({ preset: 'wall', alarms: 4 })).toBe('wall: header 1,gauges 21,alarms 1,keys 1')
    const pressing = { preset: 'wall', alarms: 4, pressing: true } as const
    expect(at(pressing)).toBe('wall: header 1,gauges 19,alarms 3,keys 1')
    expect(at(pressing, 50)).toBe('wall: header 1,gauges 43,alarms 5,keys 1')
    expect(at({ ...pressing, preset: 'all' })).toContain('rows: ')
    expect(at({ expanded: 'gauges' })).toBe('wall: header 1,gauges 22,keys 1')
  })

  it('fills any terminal without overlap or rest, and knows what lies where', () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 40, max: 260 }),
      rows: fc.integer({ min: 8, max: 80 }),
    })
    const options = fc.record({
      preset: fc.constantFrom(...PRESETS),
      expanded: fc.constantFrom(null, ...PANELS),
      bigGaugesAllowed: fc.boolean(),
      devices: fc.integer({ min: 1, max: 12 }),
      mainChannels: fc.integer({ min: 1, max: 3 }),
      moreChannels: fc.integer({ min: 0, max: 16 }),
      alarms: fc.integer({ min: 0, max: 9 }),
      pressing: fc.boolean(),
      selects: fc.boolean(),
      totalsRows: fc.integer({ min: 1, max: 3 }),
      linkRows: fc.constantFrom(3, 6),
    })
    fc.assert(
      fc.property(sizes, options, (size, chosen) => {
        const layout = layoutFor(size, chosen)
        const covered = new Uint8Array(size.columns * size.rows)
        for (const { x, y, width, height } of Object.values(layout.regions)) {
          expect(x + width).toBeLessThanOrEqual(size.columns)
          for (let row = y; row < y + height; row++) {
            for (let column = x; column < x + width; column++) {
              const cell = row * size.columns + column
              covered[cell] = (covered[cell] ?? 0) + 1
            }
          }
        }
        expect(covered.every((times) => times === 1)).toBe(true)
        const corner = regionAt(layout, size.columns - 1, size.rows - 1)
        expect(corner).not.toBeNull()
      }),
    )
  })
})
