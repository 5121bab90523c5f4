import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layoutFor, type Region, thirds } from '../../src/tui/view/layout.ts'

const OPTIONS = {
  expanded: false,
  bigGaugesAllowed: true,
  devices: 1,
  mainChannels: 3,
  moreChannels: 0,
  alarms: 0,
  totalsRows: 1,
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
    expect(heightsAt(80, 15)).toEqual({
      header: 1,
      gauges: 3,
      table: 4,
      totals: 1,
      events: 5,
      keys: 1,
    })
    expect(heightsAt(40, 8)).toEqual({ header: 1, gauges: 3, totals: 1, events: 2, keys: 1 })
  })

  it('is one line below 40x8', () => {
    expect(heightsAt(39, 50)).toEqual({ tiny: 1 })
    expect(heightsAt(200, 7)).toEqual({ tiny: 1 })
  })

  it('has big gauges at 200x50 where they can be seen', () => {
    const size = { columns: 200, rows: 50 }
    expect(layoutFor(size, OPTIONS).bigGauges).toBe(true)
    expect(layoutFor(size, { ...OPTIONS, bigGaugesAllowed: false }).bigGauges).toBe(false)
    const row = layoutFor(size, OPTIONS).regions.gauges
    expect(row && thirds(row).map(({ x, width }) => [x, width])).toEqual([
      [0, 66],
      [66, 66],
      [132, 68],
    ])
  })

  it('leaves nothing but the chart between header and keys when expanded', () => {
    const { regions } = layoutFor({ columns: 80, rows: 24 }, { ...OPTIONS, expanded: true })
    expect(Object.keys(regions)).toEqual(['header', 'chart', 'keys'])
    expect(regions.chart?.height).toBe(22)
  })

  it('fills any terminal without overlap or rest', () => {
    const sizes = fc.record({
      columns: fc.integer({ min: 40, max: 400 }),
      rows: fc.integer({ min: 8, max: 150 }),
    })
    fc.assert(
      fc.property(sizes, fc.boolean(), (size, expanded) => {
        const { regions } = layoutFor(size, { ...OPTIONS, expanded })
        const rects = Object.values(regions)
        let y = 0
        for (const rect of rects) {
          expect(rect.y).toBe(y)
          expect(rect.width).toBe(size.columns)
          y += rect.height
        }
        expect(y).toBe(size.rows)
      }),
    )
  })
})
