import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/monitor/view.ts'
import { wallPanel } from '../../src/tui/panels/wall.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { barCells } from '../../src/tui/view/gauge-view.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: false, colour: true })

function wallAt(width: number, height: number, snapshot: Snapshot = sampleSnapshot()): string[] {
  return wallPanel(snapshot, { width, height, look: LOOK }).lines.map(lineText)
}

describe('wall', () => {
  it('has digits as large as there is room', () => {
    const rows = (width: number, height: number): number =>
      Math.max(
        ...wallAt(width, height)
          .join('\n')
          .split(/\n(?! *[█▀▄])/)
          .map((part) => part.split('\n').length - 1),
      )
    expect(wallAt(60, 13).join('\n')).toMatch(/▀▀▀ ▀ ▀▀▀/)
    expect(rows(80, 22)).toBeLessThan(rows(200, 48))
  })

  it('has the same number in the same cells, whatever it is', () => {
    const column = (v: number): number =>
      Math.max(
        ...wallAt(80, 22, sampleSnapshot({ values: { v, a: 1, w: 5 } }))
          .slice(0, 5)
          .map((line) => line.slice(0, 46).trimEnd().length),
      )
    expect(column(5.058)).toBe(column(12.888))
    expect(column(0.888)).toBe(column(5.058))
  })

  it('never cuts a unit, and says everything once', () => {
    const windows = sampleSnapshot().windows.map((each) => ({
      ...each,
      stats: { ...each.stats, w: { min: -480, avg: 0, max: 480 } },
    }))
    const snapshot = sampleSnapshot({
      values: { v: 24, a: 20, w: 480 },
      fullScale: { v: 26, a: 50, w: 1200 },
      windows,
    })
    expect(wallAt(60, 13, snapshot).join('\n')).toMatch(/-500\.\.500 W {2}40% of 1\.2 kW *$/)
    for (let rows = 3; rows < 60; rows++) {
      const peaks = wallAt(80, rows).join('\n').match(/peak/g)?.length ?? 0
      expect(peaks).toBeLessThanOrEqual(3)
    }
  })

  it('gives nine rows to three rows of digits each, as beside an alarm and several devices at 60x15', () => {
    expect(wallAt(60, 9).filter((line) => /[▀▄█]/.test(line))).toHaveLength(9)
  })

  it('says in large letters what is wrong', () => {
    const alarms = [
      {
        name: 'limit a',
        rule: 'a > 1',
        limit: { channel: 'a', low: null, high: 1 },
        state: 'on',
        sinceUs: 1,
        untilUs: null,
        firstUs: 1,
        raises: 1,
        spanUs: 0,
        durationUs: 1,
        value: 1.1,
        peak: 1.2,
        unit: 'A',
        snoozedMs: null,
      },
    ] as const
    // HIGH! in half blocks.
    expect(wallAt(80, 22, sampleSnapshot({ alarms })).join('\n')).toContain('█▀█ █ █ █ █▀█ ▀')
    expect(wallAt(80, 22).join('\n')).not.toContain('█▀█ █ █ █ █▀█ ▀')
  })

  it('has meters within its lines, and none without colours or in ASCII', () => {
    const metersAt = (columns: number, rows: number, look = LOOK) =>
      buildPicture(sampleSnapshot(), null, {
        size: { columns, rows },
        view: { ...INITIAL_VIEW, preset: 'wall' },
        look,
        trouble: null,
      }).meters
    expect(metersAt(200, 50)).toHaveLength(3)
    expect(metersAt(80, 24)).toEqual([])
    expect(metersAt(200, 50, lookOf({ ascii: true, colour: true }))).toEqual([])
    expect(metersAt(200, 50, lookOf({ ascii: false, colour: false }))).toEqual([])
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 260 }), fc.integer({ min: 8, max: 80 }), (w, h) => {
        for (const { rect } of metersAt(w, h) ?? []) {
          expect(rect.x + rect.width).toBeLessThanOrEqual(w)
          expect(rect.y + rect.height).toBeLessThan(h)
        }
      }),
    )
  })

  it('fills and marks cells of the bar alone', () => {
    const place = fc.double({ min: 0, max: 1, noNaN: true })
    const bar = fc.record({
      zero: fc.constantFrom(0, 0.5),
      value: fc.option(place),
      lowPeak: fc.option(place),
      highPeak: fc.option(place),
      limits: fc.array(place, { maxLength: 2 }),
    })
    fc.assert(
      fc.property(bar, fc.integer({ min: 3, max: 250 }), (made, cells) => {
        const { first, count, peaks, limits, zero } = barCells(made, cells)
        expect(first).toBeGreaterThanOrEqual(0)
        expect(first + count).toBeLessThanOrEqual(cells)
        for (const each of [...peaks, ...limits, zero ?? 0]) {
          expect(each).toBeGreaterThanOrEqual(0)
          expect(each).toBeLessThan(cells)
        }
        if (made.value === made.zero || made.value === null) expect(count).toBe(0)
      }),
    )
  })
})
