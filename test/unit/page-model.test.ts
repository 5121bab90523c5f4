import { describe, expect, it } from 'vitest'
import { emptyTrace, SIGN } from '../../src/chart/trace.ts'
import { placeOf, searchOf } from '../../src/serve/page/model/address.ts'
import { flagsOf } from '../../src/serve/page/model/flags.ts'
import { missedBetween, missedText } from '../../src/serve/page/model/missed.ts'
import { spanOf } from '../../src/serve/page/model/selection.ts'
import {
  edgeUs,
  frozen,
  MOST_SPAN_MS,
  panned,
  showing,
  shown,
  stepSpan,
  zoomed,
} from '../../src/serve/page/model/time-window.ts'
import { staleWord, stateWord } from '../../src/serve/page/model/words.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const S = 1e6
const REACH = { oldestUs: 0, newestUs: 1000 * S }
const LIVE = { spanMs: 60_000, endUs: null }

describe('the window of the chart', () => {
  it('keeps the moment under the pointer in its place when it is zoomed', () => {
    const still = { spanMs: 100_000, endUs: 500 * S }
    const near = zoomed(still, 50_000, 425 * S, REACH)
    expect(shown(near, REACH.newestUs)).toEqual({ fromUs: 412.5 * S, toUs: 462.5 * S })
  })

  it('goes on while it is zoomed at the right edge or by a key', () => {
    expect(zoomed(LIVE, 10_000, null, REACH)).toEqual({ spanMs: 10_000, endUs: null })
    expect(zoomed(LIVE, 10_000, 999 * S, REACH)).toEqual({ spanMs: 10_000, endUs: null })
    expect(zoomed(LIVE, 10_000, 960 * S, REACH).endUs).not.toBe(null)
  })

  it('is never longer than 48 h', () => {
    expect(zoomed(LIVE, 1e12, null, REACH).spanMs).toBe(MOST_SPAN_MS)
  })

  it('stands still once it is moved back, and runs again at now', () => {
    const back = panned(LIVE, -100 * S, REACH)
    expect(back.endUs).toBe(900 * S)
    expect(panned(back, 200 * S, REACH).endUs).toBe(null)
  })

  it('does not get lost before the oldest sample', () => {
    expect(panned(LIVE, -1e12, REACH).endUs).toBe(6 * S)
  })

  it('shows a moment in its middle, unless that is there already', () => {
    expect(showing(LIVE, 200 * S, REACH).endUs).toBe(230 * S)
    expect(showing(LIVE, 950 * S, REACH)).toEqual(frozen(LIVE, REACH))
  })

  it('steps through the spans of the buttons', () => {
    expect(stepSpan(LIVE, 1)).toBe(300_000)
    expect(stepSpan(LIVE, -1)).toBe(10_000)
    expect(stepSpan({ spanMs: 12_345, endUs: null }, -1)).toBe(10_000)
    expect(stepSpan({ spanMs: MOST_SPAN_MS, endUs: null }, 1)).toBe(MOST_SPAN_MS)
  })

  it('goes on with the time while the device is silent, and not after its end', () => {
    const quiet = { label: 'x', reason: '' }
    const at = { sampleUs: 5 * S, nowUs: 9 * S }
    expect(edgeUs(sampleSnapshot({ ...at, source: { ...quiet, state: 'live' } }))).toBe(5 * S)
    expect(edgeUs(sampleSnapshot({ ...at, source: { ...quiet, state: 'silent' } }))).toBe(9 * S)
    const armed = { ...quiet, state: 'live', armed: '' } as const
    expect(edgeUs(sampleSnapshot({ ...at, source: armed }))).toBe(9 * S)
    expect(edgeUs(sampleSnapshot({ ...at, source: { ...quiet, state: 'ended' } }))).toBe(5 * S)
  })
})

it('an armed device says so, and for what; its values are none of now', () => {
  const source = { label: 'x', state: 'live', reason: '', armed: 'rise to 1.5 A' } as const
  const open = { kind: 'open', mayChange: false, version: '0.1.0' } as const
  const sampleUs = 5 * S
  const snapshot = sampleSnapshot({ source, sampleUs, valuesUs: sampleUs, nowUs: 9 * S })
  const reason = 'waits for the current to rise to 1.5 A, and measures nothing else'
  expect(stateWord(open, snapshot, 0)).toMatchObject({ word: 'ARMED', reason })
  expect(staleWord(open, snapshot, 0)).toBe('armed, as of 4 s ago')
  const { armed: _, ...sampling } = source
  expect(staleWord(open, { ...snapshot, source: sampling }, 0)).toBe(null)
})

describe('the address', () => {
  it('says what is shown, and shows what it says', () => {
    const place = {
      device: 'bench 7 & more',
      window: { spanMs: 300_000, endUs: Date.UTC(2026, 10, 20) * 1000 },
      selection: spanOf(Date.UTC(2026, 10, 19) * 1000, Date.UTC(2026, 10, 19, 1) * 1000),
    }
    expect(placeOf(`?${searchOf(place)}`)).toEqual({ ...place, wrong: [] })
  })

  it('is empty where nothing was chosen', () => {
    expect(searchOf({ device: null, window: LIVE, selection: null })).toBe('')
  })

  it.each([
    ['span=-1', ['span']],
    ['span=nonsense', ['span']],
    ['span=1e99', ['span']],
    ['end=never', ['end']],
    ['from=2026', ['from']],
    ['from=x&to=y', ['from', 'to']],
    ['%', []],
  ])('does not count what is wrong in it, and knows what: %s', (search, names) => {
    const { window, selection, wrong } = placeOf(`?${search}`)
    expect(window).toEqual(LIVE)
    expect(selection).toBe(null)
    expect(wrong).toEqual(names)
  })
})

describe('flags', () => {
  const trace = emptyTrace({ startUs: 0, slotUs: S, length: 10 }, [])
  trace.signs.set([0, SIGN.lost, SIGN.lost, 0, 0, SIGN.marker | SIGN.lost, 0, 0, 0, SIGN.restart])

  it('are one for what goes on, and the more important one where there is no room for two', () => {
    expect(flagsOf(trace, [], 1).map(({ kind, fromUs, toUs }) => [kind, fromUs, toUs])).toEqual([
      ['lost', S, 3 * S],
      ['marker', 5 * S, 6 * S],
      ['restart', 9 * S, 10 * S],
    ])
  })

  it('have alarms as far as their events are known', () => {
    const raised = { timeUs: 7 * S, kind: 'alarm_on', text: 'load' } as const
    const outside = { timeUs: 70 * S, kind: 'alarm_on', text: 'later' } as const
    const alarms = flagsOf(trace, [raised, outside], 1).filter(({ kind }) => kind === 'alarm')
    expect(alarms.map(({ text }) => text)).toEqual(['load'])
  })
})

describe('what was missed', () => {
  const before = sampleSnapshot({})
  const now = { ...before, ledger: { ...before.ledger, lost: before.ledger.lost + 3 } }

  it('says how long it was, that it was filled in, and what was lost', () => {
    const missed = missedBetween(before, now, 12_400)
    expect(missedText(missed)).toBe('Back after 12 s: filling in what was missed.')
    expect(missedText({ ...missed, filled: 1240 })).toBe(
      'Back after 12 s: 1 240 samples of that time are filled in, 3 lost.',
    )
    expect(missedText({ ...missed, filled: 0, lost: 0 })).toBe(
      'Back after 12 s: no samples are known of that time, none lost.',
    )
  })

  it('says that the server is another process', () => {
    const other = { ...now, startedUs: before.startedUs + 1 }
    expect(missedText(missedBetween(before, other, 1000))).toContain('started anew')
  })
})
