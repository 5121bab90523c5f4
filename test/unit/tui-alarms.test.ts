import { describe, expect, it } from 'vitest'
import { limitWord } from '../../src/figures/limit-word.ts'
import type { AlarmView } from '../../src/monitor/view.ts'
import { Bell } from '../../src/tui/bell.ts'
import { changeMark } from '../../src/tui/change-mark.ts'
import { alarmLines } from '../../src/tui/panels/alarms.ts'
import { deviceLines } from '../../src/tui/panels/devices.ts'
import { eventLines } from '../../src/tui/panels/events.ts'
import { gaugeLines } from '../../src/tui/panels/gauges.ts'
import { tinyLine } from '../../src/tui/panels/tiny.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW } from '../../src/tui/view/view-state.ts'
import { briefOf, sampleSnapshot } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: false, colour: true })
const ASCII = lookOf({ ascii: true, colour: false })

function alarm(change: Partial<AlarmView> = {}): AlarmView {
  return {
    name: 'overload',
    rule: 'a > 1.2A for 5s latch',
    limit: null,
    state: 'off',
    sinceUs: null,
    untilUs: null,
    firstUs: null,
    raises: 0,
    spanUs: null,
    value: 0.5,
    peak: null,
    unit: 'A',
    durationUs: null,
    snoozedMs: null,
    ...change,
  }
}

const ON = alarm({ state: 'on', value: 1.35, peak: 1.71, sinceUs: 1, durationUs: 12e6 })
const LATCHED = alarm({
  name: 'dip',
  state: 'latched',
  value: 5,
  peak: 4.2,
  unit: 'V',
  sinceUs: 1,
  untilUs: 2,
  durationUs: 3e6,
})
const SILENT = alarm({
  name: 'silent',
  rule: 'silent',
  state: 'on',
  unit: 's',
  value: 10,
  peak: 10,
  sinceUs: 1,
  durationUs: 200e6,
})

function lines(alarms: readonly AlarmView[], height: number, width = 80, look = LOOK): string[] {
  return alarmLines(sampleSnapshot({ alarms }), { width, height, look }).map(lineText)
}

describe('the alarms', () => {
  it('say that they are as they were at the end of an input', () => {
    const source = { label: 'stdin', state: 'ended', reason: 'end of input' } as const
    const [line] = alarmLines(sampleSnapshot({ alarms: [ON], source }), {
      width: 80,
      height: 1,
      look: LOOK,
    }).map(lineText)
    expect(line).toContain('12 s  at the end')
    expect(lines([ON], 1)[0]).not.toContain('at the end')
  })

  it('leave the rule out of what the events say, and the state of the source stands there once', () => {
    const source = { label: 'stdin', state: 'ended', reason: 'end of input' } as const
    const text = 'overload: value 1.35 A, peak 1.71 A, for 1.5s [a > 1.2A for 5s latch]'
    const events = [
      { timeUs: 2, kind: 'ended', text: 'end of input' },
      { timeUs: 1, kind: 'alarm_on', text },
    ] as const
    const shown = eventLines(
      sampleSnapshot({ source, events }),
      { view: INITIAL_VIEW, trouble: null },
      { width: 80, height: 4, look: LOOK },
    ).map(lineText)
    expect(shown.filter((each) => each.includes('ended'))).toHaveLength(1)
    expect(shown.join('\n')).toContain('peak 1.71 A, for 1.5s ')
    expect(shown.join('\n')).not.toContain('[')
  })

  it('say of how many raises the peak is', () => {
    const often = alarm({ ...LATCHED, raises: 3, spanUs: 150e6 })
    expect(lines([often], 1)[0]).toContain('peak 4.200 V  3 s  3 raises in 2 min')
  })

  it('have a line each, the most pressing first, with value, peak and time', () => {
    const shown = lines([alarm({ name: 'quiet' }), LATCHED, ON, SILENT], 4)
    expect(shown.every((each) => each.length === 80)).toBe(true)
    expect(shown.map((each) => each.trimEnd())).toEqual([
      ' ALARM ! overload  1.3500 A  peak 1.7100 A  12 s  a > 1.2A for 5s latch',
      ' ALARM ! silent    3 min',
      ' LATCHED dip       5.000 V  peak 4.200 V  3 s  a > 1.2A for 5s latch',
      ' ok      quiet     500.0 mA  a > 1.2A for 5s latch',
    ])
  })

  it('share a line where there is but one, and are counted where there is no room', () => {
    expect(lines([alarm(), ON, LATCHED], 1)[0]?.trimEnd()).toBe(
      ' ALARM ! overload  1.3500 A  peak 1.7100 A  12 s  +1',
    )
    expect(lines([alarm(), ON, LATCHED], 1, 120)[0]?.trimEnd()).toBe(
      ' ALARM ! overload  1.3500 A  peak 1.7100 A  12 s  LATCHED dip  5.000 V  peak 4.200 V  3 s',
    )
    expect(lines([alarm(), alarm()], 1)[0]?.trimEnd()).toBe(' 2 alarm rules: none raised')
    expect(lines([ON, ON, LATCHED], 2)[1]?.trimEnd()).toBe(' +2 alarms, 2 not ok')
  })

  it('stay in ASCII and in the width, whatever their names are', () => {
    const odd = {
      ...ON,
      name: '\u202eüber\u{1f6a8}'.repeat(30),
      rule: 'x'.repeat(500),
      unit: '°C',
      snoozedMs: 540_000,
    }
    for (const width of [40, 80, 200]) {
      for (const height of [1, 2, 6]) {
        const shown = lines([odd, odd, LATCHED], height, width, ASCII)
        expect(shown).toHaveLength(height)
        for (const each of shown) {
          expect(each).toHaveLength(width)
          expect(each).toMatch(/^[ -~]*$/)
        }
      }
    }
    expect(lines([{ ...ON, snoozedMs: 540_000 }], 1, 80, ASCII)[0]).toContain('snoozed 9 min')
  })

  it('count a snooze in minutes that have begun: 10 right after it, 1 until it is over', () => {
    const snoozed = (ms: number): string => lines([{ ...ON, snoozedMs: ms }], 1, 80)[0] ?? ''
    expect(snoozed(599_950)).toContain('snoozed 10 min')
    expect(snoozed(540_001)).toContain('snoozed 10 min')
    expect(snoozed(50)).toContain('snoozed 1 min')
  })

  it('take room only where there are rules, also where the chart is alone', () => {
    const regions = (alarms: readonly AlarmView[], isAlone: boolean): string[] => {
      const context = {
        size: { columns: 80, rows: 24 },
        view: { ...INITIAL_VIEW, expanded: isAlone ? ('chart' as const) : null },
        look: LOOK,
        trouble: null,
      }
      return Object.keys(buildPicture(sampleSnapshot({ alarms }), null, context).blocks)
    }
    expect(regions([], false)).not.toContain('alarms')
    expect(regions([ON], false)).toContain('alarms')
    expect(regions([ON], true)).toContain('alarms')
  })

  it('are seen in the list of devices and where nothing else fits', () => {
    const snapshot = sampleSnapshot({ alarms: [ON] })
    const devices = [
      briefOf(snapshot),
      briefOf(snapshot, { number: 1, alarms: { active: 2, raised: 5 } }),
    ]
    for (const height of [1, 2]) {
      const shown = deviceLines({ ...snapshot, devices }, { width: 160, height, look: LOOK })
      expect(
        shown
          .map(lineText)
          .join('')
          .match(/ALARM \d/g),
      ).toEqual(['ALARM 2'])
    }
    expect(lineText(tinyLine(snapshot, 39, LOOK))).toContain('ALARM !')
  })

  it('are drawn again when something about them changes', () => {
    const context = {
      size: { columns: 80, rows: 24 },
      view: INITIAL_VIEW,
      look: LOOK,
      trouble: null,
    }
    const marks = [[alarm()], [ON], [{ ...ON, peak: 2 }], [{ ...ON, snoozedMs: 5 }], []].map(
      (alarms) => changeMark(sampleSnapshot({ alarms }), context),
    )
    expect(new Set(marks).size).toBe(marks.length)
  })
})

describe('the bell', () => {
  const device = (raised: number, active = 1) => ({ alarms: { raised, active } })

  it('rings once a raise of any device, at most once a second', () => {
    let nowMs = 0
    const bell = new Bell(() => nowMs)
    expect(bell.rings([device(0, 0), device(0, 0)])).toBe(false)
    expect(bell.rings([device(0, 0), device(1)])).toBe(true)
    expect(bell.rings([device(0, 0), device(1)])).toBe(false)
    nowMs = 500
    expect(bell.rings([device(2), device(1)])).toBe(false)
    nowMs = 1000
    expect(bell.rings([device(2), device(1)])).toBe(true)
    nowMs = 5000
    expect(bell.rings([device(2), device(1)])).toBe(false)
  })

  it('rings for who begins to watch while one is on, and not for what is over', () => {
    expect(new Bell(() => 0).rings([device(3)])).toBe(true)
    expect(new Bell(() => 0).rings([device(3, 0)])).toBe(false)
  })
})

describe('the word beside a value', () => {
  const limit = { channel: 'a', low: 0.5, high: 1.2 }
  const word = (change: Partial<AlarmView>, channel = 'a') =>
    limitWord([alarm({ limit, ...change })], channel)

  it('says beyond which limit it is, or was until somebody takes notice', () => {
    expect(word({ state: 'on', value: 1.3, peak: 1.4 })).toEqual({ word: 'HIGH !', style: 'bad' })
    expect(word({ state: 'on', value: 0.4, peak: 1.4 })).toEqual({ word: 'LOW !', style: 'bad' })
    expect(word({ state: 'acknowledged', value: 1.3, peak: 1.4 })?.word).toBe('HIGH')
    expect(word({ state: 'latched', value: 1, peak: 0.1 })).toEqual({
      word: 'was LOW',
      style: 'warn',
    })
    // With hysteresis an alarm goes on when the value is back between its limits.
    expect(word({ state: 'on', value: 1.1, peak: 1.4 })?.word).toBe('was HIGH')
    expect(word({ state: 'acknowledged', value: 0.55, peak: 1.4 })?.word).toBe('was LOW')
    expect(word({ state: 'off', value: 1 })).toBeNull()
    expect(word({ state: 'pending', value: 2 })).toBeNull()
    expect(word({ state: 'on', value: 1.3 }, 'v')).toBeNull()
    expect(limitWord([ON], 'a')).toBeNull()
  })

  it('stands beside the gauge, below only that the sensor is at its end', () => {
    const on = alarm({ limit, state: 'on', value: 1.3, peak: 1.4 })
    const gauge = (a: number, each = on) =>
      gaugeLines(sampleSnapshot({ alarms: [each], values: { v: 5, a, w: 5 } }), 80, LOOK).map(
        (line) => lineText(line).trimEnd(),
      )[1]
    expect(gauge(1.3)).toMatch(/ HIGH !$/)
    expect(gauge(3.2)).toMatch(/ FULL !$/)
    const over = alarm({ limit, state: 'latched', value: 1, peak: 1.4 })
    expect(gauge(1, over)).toMatch(/ was HIGH$/)
  })
})

describe('faults of the sensor', () => {
  const { nowUs } = sampleSnapshot()
  const nosensor = { word: 'nosensor', count: 3, samples: 42, sinceUs: nowUs - 76e6, untilUs: 1 }
  const range = { ...nosensor, word: 'out_of_range', count: 1, samples: 1, untilUs: null }
  const shown = (height: number, alarms: readonly AlarmView[] = []): string[] =>
    alarmLines(sampleSnapshot({ alarms, latches: [nosensor, range] }), {
      width: 80,
      height,
      look: LOOK,
    }).map((line) => lineText(line).trimEnd())

  it('have a line each, with count and since when, what goes on first', () => {
    process.env['TZ'] = 'UTC'
    expect(shown(3)).toEqual([
      ' FAULT ! OUT OF RANGE 1x  14:02:11  1 sample',
      ' LATCHED NOSENSOR 3x      14:02:11  42 samples',
      '',
    ])
    expect(shown(1)).toEqual([' FAULT ! OUT OF RANGE 1x 14:02:11  LATCHED NOSENSOR 3x 14:02:11'])
  })

  it('stand among the alarms, those that are off last', () => {
    expect(shown(4, [alarm(), ON]).map((line) => line.slice(0, 21))).toEqual([
      ' FAULT ! OUT OF RANGE',
      ' ALARM ! overload    ',
      ' LATCHED NOSENSOR 3x ',
      ' ok      overload    ',
    ])
    expect(shown(2, [alarm(), ON])[1]).toBe(' +3 alarms, 2 not ok')
  })

  it('take room without any rule, are in the list of devices and where nothing else fits', () => {
    const snapshot = sampleSnapshot({ latches: [nosensor] })
    const context = {
      size: { columns: 80, rows: 24 },
      view: INITIAL_VIEW,
      look: LOOK,
      trouble: null,
    }
    const picture = buildPicture(snapshot, null, context)
    expect(Object.keys(picture.blocks)).toContain('alarms')
    expect(lineText(tinyLine(snapshot, 80, LOOK))).toMatch(/^NOSENSOR V 5.053 /)
    const devices = [briefOf(snapshot), briefOf(snapshot, { number: 1, latches: [range] })]
    const [list = ''] = deviceLines(
      { ...snapshot, devices },
      { width: 120, height: 1, look: LOOK },
    ).map(lineText)
    expect(list).toMatch(/bench-7 LIVE .*NOSENSOR .*bench-7 LIVE .*OUT OF RANGE !/)
  })
})

describe('what must not be missed', () => {
  it.each([
    [40, 8],
    [60, 15],
    [80, 24],
    [200, 50],
    [30, 4],
  ])('is there at %dx%d', (columns, rows) => {
    const base = sampleSnapshot()
    const log = base.log && { ...base.log, kind: 'failed' as const, reason: 'disk full' }
    const snapshot = sampleSnapshot({
      log,
      source: { label: '/dev/ttyUSB0', state: 'silent', reason: '' },
    })
    const context = { size: { columns, rows }, view: INITIAL_VIEW, look: LOOK, trouble: null }
    const { blocks } = buildPicture(snapshot, null, context)
    const all = Object.values(blocks).flatMap((block) => block.lines.map(lineText))
    expect(all.join('\n')).toMatch(/SILENT/)
    expect(all.join('\n')).toMatch(/LOG FAILED/)
  })
})
