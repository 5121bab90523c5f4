import { beforeAll, describe, expect, it } from 'vitest'
import { emptyTrace, type Trace } from '../../src/chart/trace.ts'
import { ELECTRIC } from '../../src/domain/channels.ts'
import type { Snapshot, TraceRequest, View } from '../../src/monitor/view.ts'
import { CompareFeed } from '../../src/tui/compare-feed.ts'
import { chartPanel } from '../../src/tui/panels/chart-panel.ts'
import { compareRequest } from '../../src/tui/picture-requests.ts'
import { comparedDevices } from '../../src/tui/view/compare.ts'
import { actionOf } from '../../src/tui/view/keymap.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { type Line, lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW, type ViewState } from '../../src/tui/view/view-state.ts'
import { until } from '../support/polling.ts'
import { briefOf, electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

beforeAll(() => {
  process.env['TZ'] = 'UTC'
})

const COMPARED: ViewState = { ...INITIAL_VIEW, compare: 'a' }
const LOOK = lookOf({ ascii: true, colour: false })

function several(count: number, number = 0): Snapshot {
  const snapshot = sampleSnapshot()
  const devices = Array.from({ length: count }, (_, i) => {
    return briefOf(snapshot, { number: i, device: `bench-${i + 1}` })
  })
  return { ...snapshot, number, devices }
}

/** A current in slots of a second, in those that a test wants. */
function currentOf(current: number, wants: (slot: number) => boolean = () => true): Trace {
  const slots = Array.from({ length: 62 }, (_, slot) => slot).filter(wants)
  return traceOf(
    62,
    slots.map((slot, i) => {
      return { slot, values: electric(5, current), gapBefore: i > 0 && slots[i - 1] !== slot - 1 }
    }),
  )
}

describe('a comparison of devices', () => {
  it('has one axis, a number for each, and gaps of their own', () => {
    const traces = new Map([
      [0, currentOf(0.01)],
      [1, currentOf(0.2, (slot) => slot < 20 || slot >= 40)],
      [2, currentOf(0.4)],
    ])
    const first = currentOf(0.01)
    const endUs = first.startUs + first.length * first.slotUs - 1
    const compared = { endUs, traces, moments: new Map() }
    const area = { width: 72, height: 9, look: LOOK }
    const { lines, legend } = chartPanel(
      { snapshot: several(3), trace: null, view: COMPARED, compared },
      area,
    )
    expect(lines.map(lineText)).toEqual([
      '       +- 60 s A of 3 devices  1 bench-1 2 bench-2 3 bench-3 ----------+',
      '   400 +3333333333333333333333333333333333333333333333333333333333333333',
      '       |                                                               |',
      '       |                                                               |',
      '   200 +22222222222222222222 . . . . . . . . . .222222222222222222222222',
      '       |                                                               |',
      '       |                                                               |',
      '     0 +1111111111111111111111111111111111111111111111111111111111111111',
      '    mA +---+14:02:30-------+14:02:45------+-----x---------+14:03:15----+',
    ])
    const cells = legend.map(({ target }) => target)
    expect(cells.slice(0, 3)).toEqual([0, 1, 2].map((device) => ({ kind: 'device', device })))
  })

  describe('with limits', () => {
    type Ends = readonly [low: number | null, high: number | null]

    /** Three devices at 10, 200 and 400 mA, each with its limits. */
    function chartOf(ends: readonly Ends[], drawn = 3, look = LOOK): Line[] {
      const snapshot = several(3)
      const devices = snapshot.devices.map((each, i) => {
        const [low, high] = ends[i] ?? [null, null]
        // Those of another channel are not meant.
        const other = { channel: 'v', low: 4.75, high: 0.3 }
        return { ...each, limits: [{ channel: 'a', low, high }, other] }
      })
      const currents = [0.01, 0.2, 0.4].slice(0, drawn)
      // The third one has a gap.
      const wants = (slot: number): boolean => slot < 20 || slot >= 40
      const traces = new Map(
        currents.map((a, i) => [i, i === 2 ? currentOf(a, wants) : currentOf(a)]),
      )
      const { startUs, length, slotUs } = currentOf(0.01)
      const compared = { endUs: startUs + length * slotUs - 1, traces, moments: new Map() }
      const area = { width: 62, height: 11, look }
      return [
        ...chartPanel(
          { snapshot: { ...snapshot, devices }, trace: null, view: COMPARED, compared },
          area,
        ).lines,
      ]
    }

    it('draws each with the number of its device, and in its turn where two meet in a row', () => {
      const lines = chartOf([
        [null, 0.1],
        [null, 0.3],
        [0.31, 9],
      ])
      expect(lines.map(lineText)).toEqual([
        '       +- 60 s A of 3 devices  1 bench~ 2 bench~ 3 bench~ ---+',
        '   400 +333333333333333333^9000 . . . . . 33333333333333333333',
        '       |                                                     |',
        '   300 --2- - - - - -3- - - - - -2- - - - - -3- - - - - -2- -|',
        '       |                                                     |',
        '   200 +222222222222222222222222222222222222222222222222222222',
        '       |                                                     |',
        '   100 --1- - - - - -1- - - - - -1- - - - - -1- - - - - -1- -|',
        '       |                                                     |',
        '     0 +111111111111111111111111111111111111111111111111111111',
        '    mA +---+14:02:30----+14:02:45----+----x-------+14:03:15--+',
      ])
    })

    it('draws what all have once, without a number, and what some have once with theirs', () => {
      const lines = chartOf([
        [null, 0.3],
        [0.1, 0.3],
        [0.1, 0.3],
      ])
      const rows = lines.map(lineText)
      expect(rows[3]).toBe('   300 -- - - - - - - - - - - - - - - - - - - - - - - - - - -|')
      expect(rows[7]).toBe('   100 --2+3- - - - -2+3- - - - -2+3- - - - -2+3- - - - -2+3-|')
    })

    it('has the colour of the device, and that of the text for several', () => {
      const look = lookOf({ ascii: true, colour: true })
      const lines = chartOf(
        [
          [null, 0.1],
          [null, 0.3],
          [null, 0.3],
        ],
        3,
        look,
      )
      const styleOf = (row: number, text: string): string | undefined =>
        lines[row]?.find((each) => each.text.includes(text))?.style
      expect(styleOf(7, '-1-')).toBe(styleOf(9, '1111'))
      expect(styleOf(3, '-2+3-')).toBe('plain')
    })

    it('leaves out those of a device that has no curve', () => {
      const ends: Ends[] = [
        [null, 0.1],
        [null, 0.1],
        [null, 0.15],
      ]
      const text = chartOf(ends, 2).map(lineText).join('\n')
      expect(text).toContain('- - - - - -')
      expect(text).not.toMatch(/-3-/)
      expect(chartOf(ends, 1).map(lineText).join('\n')).toContain('1^100')
    })
  })

  it('says that it waits, and keeps to eight devices, of which the one in full is one', () => {
    const area = { width: 60, height: 9, look: LOOK }
    const lines = chartPanel(
      { snapshot: several(3), trace: currentOf(1), view: COMPARED },
      area,
    ).lines.map(lineText)
    expect(lines.join('\n')).toContain('reading the samples')
    const shown = comparedDevices(several(12, 10), ELECTRIC.current).map(({ number }) => number)
    expect(shown).toEqual([0, 1, 2, 3, 4, 5, 6, 10])
  })

  it('is asked for by C alone, and not where there is one device', () => {
    expect(actionOf('S-c')).toBe('compare')
    const context = { size: { columns: 80, rows: 24 }, look: LOOK, trouble: null }
    expect(compareRequest(several(1), { ...context, view: COMPARED })).toBeNull()
    expect(compareRequest(several(3), { ...context, view: INITIAL_VIEW })).toBeNull()
    const view: ViewState = { ...COMPARED, statistics: '1m' }
    expect(compareRequest(several(3), { ...context, view })).toBeNull()
    expect(compareRequest(several(3), { ...context, view: COMPARED })).toMatchObject({
      devices: [0, 1, 2],
      endUs: several(3).sampleUs,
      isRunning: true,
    })
  })
})

describe('the requests of a comparison', () => {
  it('are one a device for each slot that it moves by, all of one end', async () => {
    const asked: TraceRequest[] = []
    let news = 0
    const view = {
      trace: async (request: TraceRequest) => {
        asked.push(request)
        return emptyTrace({ startUs: 0, slotUs: 1e6, length: 1 }, [])
      },
    } as unknown as View
    const feed = new CompareFeed({
      view,
      onNews: () => news++,
      onDropped: () => {},
      monoMs: () => 0,
    })
    const devices = [0, 1, 2]
    const request = { devices, spanMs: 60_000, slots: 60, endUs: 1e12, isRunning: true }
    feed.ask(request)
    expect(feed.of(devices, null)).toBeNull()
    await until('the first answers', () => news === 1)
    expect(asked.map(({ device, endUs }) => [device, endUs])).toEqual([
      [0, 1e12],
      [1, 1e12],
      [2, 1e12],
    ])
    feed.ask({ ...request, endUs: 1e12 + 0.9e6 })
    expect(asked).toHaveLength(3)
    feed.ask({ ...request, endUs: 1e12 + 1.1e6 })
    await until('the next ones', () => news === 2)
    expect(asked).toHaveLength(6)
    expect(feed.of(devices, null)?.endUs).toBe(1e12 + 1.1e6)
    feed.ask(null)
    expect(feed.of(devices, null)).toBeNull()
  })
})
