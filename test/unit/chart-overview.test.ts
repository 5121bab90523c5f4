import { beforeAll, describe, expect, it } from 'vitest'
import { overviewChart, overviewRequest } from '../../src/tui/panels/overview.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

const LOOK = lookOf({ ascii: true, colour: false })
const AREA = { width: 80, height: 5, look: LOOK }
const HOURS_US = 3600e6
const { nowUs } = sampleSnapshot()
const snapshot = sampleSnapshot({ sampleUs: nowUs, oldestUs: nowUs - 47 * HOURS_US })

describe('the overview of the log', () => {
  it('asks for all of it, and for the same while it grows a little', () => {
    const request = overviewRequest(snapshot, AREA)
    expect(request).toMatchObject({ device: 0, endUs: null })
    expect(request?.spanMs).toBeGreaterThanOrEqual((47 * HOURS_US) / 1000)
    expect(request?.spanMs).toBeLessThanOrEqual((47 * HOURS_US * 1.1) / 1000)
    const later = sampleSnapshot({ sampleUs: nowUs + 60e6, oldestUs: snapshot.oldestUs })
    expect(overviewRequest(later, AREA)).toEqual(request)
    expect(overviewRequest(sampleSnapshot({ oldestUs: null }), AREA)).toBeNull()
    const young = sampleSnapshot({ sampleUs: nowUs, oldestUs: nowUs })
    expect(overviewRequest(young, AREA)?.spanMs).toBeCloseTo(60_000, -4)
  })

  it('shades what the chart shows, be it less than a character', () => {
    const points = Array.from({ length: 48 }, (_, slot) => ({
      slot,
      values: electric(5, slot === 20 ? 2 : 0.2),
    }))
    const trace = traceOf(48, points, HOURS_US)
    const view = {
      ...INITIAL_VIEW,
      frozen: { 0: { endUs: nowUs - 12 * HOURS_US, sinceUs: nowUs } },
    }
    expect(overviewChart({ snapshot, trace, view }, AREA).lines.map(lineText)).toEqual([
      '       +- all there is, 47:00 h  A --------------------------------------------+',
      '     2 +. . . . . . . . . . . . . . . a . . . . . . . . . . : . . . . . . . . .|',
      '     1 +. . . . . . . . . . . . . . .a.a. . . . . . . . . . : . . . . . . . . .|',
      '     0 +.aaaaaaaaaaaaaaaaaaaaaaaaaaaa .aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA',
      '     A +--------------+11-19-----------+12:00------------+11-20------------+---+',
    ])
    const { startUs, cellUs, left } = overviewChart({ snapshot, trace, view }, AREA).plot
    // Where the samples of that hour are drawn.
    const middleUs = (Math.floor((nowUs - 12 * HOURS_US - 1) / HOURS_US) + 0.5) * HOURS_US
    const cell = Math.floor((middleUs - (startUs ?? 0)) / cellUs)
    const shaded = overviewChart({ snapshot, trace, view }, AREA).lines.map(
      (line) => lineText(line)[left + cell],
    )
    expect(shaded).toContain(':')
  })
})
