import { describe, expect, it } from 'vitest'
import { ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import type { Moment, SpanStatistics } from '../../src/monitor/view.ts'
import { ChannelAccumulator } from '../../src/stats/statistics.ts'
import { type JumpAction, jumped, jumpRequest } from '../../src/tui/jump.ts'
import { buildPicture } from '../../src/tui/picture.ts'
import {
  momentRequest,
  selectionRequest,
  statisticsRequest,
  traceRequest,
} from '../../src/tui/picture-requests.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { columnReading } from '../../src/tui/view/time-cursor.ts'
import { frozenOf, spanMs } from '../../src/tui/view/time-window.ts'
import {
  INITIAL_VIEW,
  reduceView,
  type ViewAction,
  type ViewContext,
  type ViewState,
} from '../../src/tui/view/view-state.ts'
import { electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

/** A minute of slots of a second with samples in these seconds. */
const SECONDS = [0, 1, 2, 10, 30, 31, 32, 33, 59]
const TRACE = traceOf(
  60,
  SECONDS.map((slot) => ({ slot, values: electric(5 + slot / 100, 0.1) })),
)
const START = TRACE.startUs
const NEWEST = START + 59.5e6
const CONTEXT: ViewContext = {
  ground: 'dark',
  hasColours: true,
  nowUs: NEWEST,
  devices: [0],
  newestUs: NEWEST,
  oldestUs: START + 0.5e6,
  apart: false,
  alone: [],
  panels: [],
  comparable: [],
  help: { lines: 0, room: 1 },
  cellUs: 1e6,
  trace: TRACE,
}

function viewAfter(actions: readonly ViewAction[], context = CONTEXT): ViewState {
  return actions.reduce((view, action) => reduceView(view, action, context), INITIAL_VIEW)
}

/** Seconds after the trace's begin. */
function placeOf({ cursorUs }: ViewState): number | null {
  return cursorUs === null ? null : (cursorUs - START) / 1e6
}

describe('the cursor', () => {
  it('freezes the chart, and comes at the sample next to its middle', () => {
    const view = viewAfter(['cursor'])
    expect(placeOf(view)).toBe(30.5)
    expect(frozenOf(view, 0)?.endUs).toBe(NEWEST)
    expect(viewAfter(['cursor', 'cursor']).cursorUs).toBeNull()
    expect(frozenOf(viewAfter(['cursor', 'cursor']), 0)).not.toBeNull()
    expect(viewAfter(['cursor'], { ...CONTEXT, newestUs: null, trace: null }).cursorUs).toBeNull()
  })

  it('goes by a character, over what is empty to the next sample, and by ten', () => {
    expect(placeOf(viewAfter(['cursor', 'step_forward']))).toBe(31.5)
    const back = ['step_back', 'step_back', 'step_back'] as const
    expect(placeOf(viewAfter(['cursor', ...back.slice(0, 1)]))).toBe(10.5)
    expect(placeOf(viewAfter(['cursor', ...back]))).toBe(1.5)
    expect(placeOf(viewAfter(['cursor', 'leap_forward']))).toBe(59.5)
    expect(placeOf(viewAfter(['cursor', 'leap_back']))).toBe(10.5)
  })

  it('stays within the samples there are, and moves the chart along beyond its edge', () => {
    expect(placeOf(viewAfter(['cursor', 'leap_forward', 'leap_forward']))).toBe(59.5)
    const early = { ...CONTEXT, oldestUs: START - 100e6 }
    const view = viewAfter(['cursor', 'leap_back', 'leap_back', 'leap_back'], early)
    expect(placeOf(view)).toBe(-9.5)
    expect(frozenOf(view, 0)?.endUs).toBe(START - 9.5e6 + 60e6)
  })

  it('is what zooming keeps in its place, and goes when the chart runs again', () => {
    const view = viewAfter(['cursor', 'zoom_in'], { ...CONTEXT, oldestUs: START - 1000e6 })
    expect(spanMs(view)).toBe(30_000)
    // It stood at 31/60 of the span; it still does.
    expect((NEWEST - (view.cursorUs ?? 0)) / 60).toBeCloseTo(
      ((frozenOf(view, 0)?.endUs ?? 0) - (view.cursorUs ?? 0)) / 30,
    )
    for (const action of ['freeze', 'newest'] as const) {
      expect(viewAfter(['cursor', 'select', action])).toMatchObject({
        cursorUs: null,
        selection: null,
        anchorUs: null,
      })
    }
  })

  it('leaves the arrows to scrolling where there is none', () => {
    expect(frozenOf(viewAfter(['step_back']), 0)?.endUs).toBe(NEWEST)
    const long = { ...CONTEXT, oldestUs: START - 1000e6 }
    expect(frozenOf(viewAfter(['step_back'], long), 0)?.endUs).toBe(NEWEST - 6e6)
    expect(frozenOf(viewAfter(['leap_back'], long), 0)?.endUs).toBe(NEWEST - 60e6)
  })

  it('goes to any time that a pointer says', () => {
    const view = viewAfter([{ kind: 'cursor_at', timeUs: START + 12e6 }])
    expect(placeOf(view)).toBe(12)
    expect(frozenOf(view, 0)).not.toBeNull()
  })

  it('reads what a character of the chart holds', () => {
    // They begin at multiples of their length, as this trace does, wherever in one the cursor stands.
    expect(START % 4e6).toBe(0)
    for (const us of [28e6, 31e6, 31.9e6]) {
      const { count, channels } = columnReading(TRACE, START + us, 4e6)
      expect(count).toBe(2)
      expect(channels['v']).toEqual({ min: 5.3, max: 5.31 })
    }
    expect(columnReading(TRACE, START + 32e6, 4e6).channels['v']).toEqual({ min: 5.32, max: 5.33 })
    expect(columnReading(TRACE, START + 20e6, 1e6)).toEqual({ count: 0, channels: {} })
  })
})

describe('a selection', () => {
  it('goes from one sample to the other, both included, in whole milliseconds', () => {
    const view = viewAfter(['cursor', 'select', 'step_forward', 'step_forward', 'select'])
    expect(view.selection).toEqual({ fromUs: START + 30e6, toUs: START + 33e6 })
    expect(view.anchorUs).toBeNull()
    // It stays while the cursor goes on.
    expect(reduceView(view, 'leap_back', CONTEXT).selection).toEqual(view.selection)
    const backward = viewAfter(['cursor', 'select', 'step_back'])
    expect(backward.selection).toEqual({ fromUs: START + 10e6, toUs: START + 31e6 })
  })

  it('needs no cursor before, and goes with Esc, then the cursor', () => {
    const view = viewAfter(['select'])
    expect(view.selection).toEqual({ fromUs: START + 30e6, toUs: START + 31e6 })
    // While the trace of a longer span is still there: no more than a character of this one.
    const closer = viewAfter(['select'], { ...CONTEXT, cellUs: 250_000 })
    expect(closer.selection).toEqual({ fromUs: START + 30.375e6, toUs: START + 30.625e6 })
    const one = reduceView(view, 'dismiss', CONTEXT)
    expect([one.selection, placeOf(one)]).toEqual([null, 30.5])
    expect(reduceView(one, 'dismiss', CONTEXT).cursorUs).toBeNull()
  })

  it('is what a pointer was drawn over, in either direction', () => {
    const span = { fromUs: START + 5_000_400, toUs: START + 2_000_600 }
    expect(viewAfter([{ kind: 'select_span', ...span }]).selection).toEqual({
      fromUs: START + 2e6,
      toUs: START + 5_001_000,
    })
  })
})

const LOOK = lookOf({ ascii: false, colour: true })
const SNAPSHOT = sampleSnapshot({ sampleUs: NEWEST, nowUs: NEWEST, oldestUs: START })

function context(view: ViewState, columns = 80, rows = 24) {
  return { size: { columns, rows }, view, look: LOOK, trouble: null }
}

describe('the picture of a close look', () => {
  const OF_SELECTION = {
    device: 0,
    span: { kind: 'between', fromUs: START + 30e6, toUs: START + 31e6 },
  }
  const MOMENT: Moment = {
    timeUs: START + 30_104_000,
    withinUs: 0,
    kind: 'sample',
    text: 'ok',
    values: { v: 5.3215, a: 0.1, w: 0.53215 },
  }
  const view = viewAfter(['cursor'])
  const text = (shown: ViewState, moment: Moment | null, columns = 80, rows = 24): string[] => {
    const picture = buildPicture(SNAPSHOT, TRACE, context(shown, columns, rows), { moment })
    return Object.values(picture.blocks).flatMap(({ lines }) => lines.map(lineText))
  }

  it('has time and all digits of the sample, and what the column holds', () => {
    const lines = text(view, MOMENT).join('\n')
    expect(lines).toMatch(/cursor +col min +col max/)
    expect(lines).toMatch(/V +5\.3215 +5\.300 +5\.3[012]0/)
    expect(lines).toMatch(/ \d\d:\d\d:\d\d\.104 {2}5\.3215 V {2}100\.0 mA {2}532\.15 mW/)
  })

  it('says that a sample was not measured, or that there is none', () => {
    const lost: Moment = { ...MOMENT, text: 'nosensor', values: null }
    expect(text(view, lost).join('\n')).toMatch(/nosensor !/)
    expect(text(view, null).join('\n')).toMatch(/no sample at the cursor/)
  })

  it('says where a selection begins and ends at any width, in a second row where one is too narrow', () => {
    const between = / from \d\d:\d\d:\d\d\.\d{3} to \d\d:\d\d:\d\d\.\d{3}/
    const selected = viewAfter(['select'])
    for (const [columns, rows] of [
      [60, 15],
      [80, 24],
      [120, 30],
      [150, 40],
      [200, 50],
    ] as const) {
      expect(text(selected, MOMENT, columns, rows).join('\n')).toMatch(between)
    }
  })

  it('asks for the sample at the cursor and the figures of the selection, of a frozen chart alone', () => {
    expect(momentRequest(SNAPSHOT, context(view))).toMatchObject({
      what: 'sample',
      atUs: START + 30.5e6,
    })
    // The line of values has it where another panel stands alone.
    expect(momentRequest(SNAPSHOT, context({ ...view, expanded: 'histogram' }))).not.toBeNull()
    expect(momentRequest(SNAPSHOT, context({ ...view, frozen: {} }))).toBeNull()
    const selected = viewAfter(['select'])
    expect(selectionRequest(SNAPSHOT, context(selected))).toEqual(OF_SELECTION)
    expect(selectionRequest(SNAPSHOT, context({ ...selected, frozen: {} }))).toBeNull()
  })

  it('has the figures of the selection whatever statistics stand above them', () => {
    const selected = viewAfter(['select'])
    const minute: ViewState = { ...selected, statistics: '1m' }
    expect(statisticsRequest(SNAPSHOT, context(minute))?.span).toMatchObject({ seconds: 60 })
    expect(selectionRequest(SNAPSHOT, context(minute))).toEqual(OF_SELECTION)
    const answer = (value: number): SpanStatistics => {
      const values = new ChannelAccumulator(true)
      values.add(START, value)
      const channels = { v: values.read() }
      const [fromUs, toUs] = [START + 30e6, START + 31e6]
      return { version: 1, fromUs, toUs, channels, isExpired: false, isTooMany: false, total: null }
    }
    const answers = { selected: answer(5.4321), statistics: answer(5.9876) }
    const picture = buildPicture(SNAPSHOT, TRACE, context(minute), answers)
    const of = (region: 'table' | 'chart') => picture.blocks[region]?.lines.map(lineText).join('\n')
    expect(of('table')).toMatch(/V .*5\.432/)
    expect(of('table')).not.toMatch(/5\.98/)
    expect(of('chart')).toMatch(/5\.98/)
  })

  it.each([
    [60, 15, ['cursor', 'min', 'avg', 'max', 'p95']],
    [60, 14, ['cursor', 'min', 'avg', 'max', 'p95']],
    [40, 15, ['min', 'avg', 'max']],
    [80, 24, ['cursor', 'col min', 'col max', 'min', 'avg', 'max', 'p95']],
  ] as const)('has the figures of a selection at %dx%d, each whole', (columns, rows, titles) => {
    const values = new ChannelAccumulator(true)
    for (const each of [5.4321, -12.345, 5.5]) values.add(START, each)
    const channels = { v: values.read(), a: values.read(), w: values.read() }
    const [fromUs, toUs] = [START + 30e6, START + 31e6]
    const selected: SpanStatistics = {
      ...({ version: 1, fromUs, toUs, channels } as const),
      ...{ isExpired: false, isTooMany: false, total: null },
    }
    const shown = context(viewAfter(['select']), columns, rows)
    const picture = buildPicture(SNAPSHOT, TRACE, shown, { moment: MOMENT, selected })
    const [head = '', ...lines] = picture.blocks.table?.lines.map(lineText) ?? []
    const texts = head.trim().split(/ *[|│] *| {2,}/)
    expect(texts.map((each) => each.trim())).toEqual(titles)
    expect(lines).toHaveLength(3)
    for (const line of lines) {
      expect(line).toHaveLength(columns)
      expect(line).toMatch(/ -12\.3450? /)
    }
    expect(picture.layout.regions.chart?.height).toBeGreaterThanOrEqual(5)
    // Without a selection the gauges have their place.
    const gauges = buildPicture(SNAPSHOT, TRACE, context(INITIAL_VIEW, columns, rows))
    expect(gauges.layout.regions.gauges?.height).toBe(3)
  })

  it('reads the sample at the cursor and its column where no chart is shown, too', () => {
    for (const hidden of [
      { ...view, expanded: 'table' as const },
      { ...view, statistics: '1m' as const },
      { ...view, preset: 'numbers' as const },
    ]) {
      expect(momentRequest(SNAPSHOT, context(hidden))).toMatchObject({ what: 'sample' })
      expect(traceRequest(SNAPSHOT, context(hidden))?.endUs).toBe(frozenOf(hidden, 0)?.endUs)
    }
    const alone = viewAfter(['select'])
    expect(selectionRequest(SNAPSHOT, context({ ...alone, expanded: 'table' }))).toEqual(
      OF_SELECTION,
    )
  })
})

describe('jumps', () => {
  const request = (action: JumpAction, times = 0, view = INITIAL_VIEW) =>
    jumpRequest(action, times, view, SNAPSHOT)
  const MOMENT: Moment = {
    timeUs: START - 500_000_000,
    withinUs: 0,
    kind: 'sample',
    text: 'ok',
    values: { v: 5, a: 2.4137, w: 12 },
  }

  it('look for the largest current, then power, then voltage, of all the log or of what is shown', () => {
    const channels = [0, 1, 2, 3].map((times) => request('largest', times))
    expect(channels.map((each) => each && 'channel' in each && each.channel)).toEqual([
      'a',
      'w',
      'v',
      'a',
    ])
    expect(request('largest')).toMatchObject({ what: 'max', fromUs: 0 })
    expect(request('smallest')).toMatchObject({ what: 'min', channel: 'v' })
    const shown = { fromUs: NEWEST - 60e6, toUs: NEWEST + 1 }
    expect(request('largest_shown')).toMatchObject(shown)
    const selected = viewAfter(['select'])
    expect(request('smallest_shown', 0, selected)).toMatchObject({ ...selected.selection })
  })

  it('look for events from the cursor on, else from the edges of what is shown', () => {
    expect(request('previous_event')).toMatchObject({ direction: 'before', atUs: NEWEST + 1 })
    expect(request('next_event')).toMatchObject({ direction: 'after', atUs: NEWEST - 60e6 })
    expect(request('next_event', 0, viewAfter(['cursor']))).toMatchObject({ atUs: START + 30.5e6 })
  })

  it('put the cursor at what was found, near enough to see one sample, and say it', () => {
    const wish = request('largest')
    if (wish === null) throw new Error('no request')
    const far = { ...CONTEXT, oldestUs: START - 1e9 }
    const long = viewAfter(['zoom_out', 'zoom_out', 'zoom_out'], far)
    const { view, text } = jumped(long, wish, MOMENT, SNAPSHOT, far)
    expect(view.cursorUs).toBe(MOMENT.timeUs)
    expect(spanMs(view)).toBe(30_000)
    expect(frozenOf(view, 0)?.endUs).toBe(MOMENT.timeUs + 15e6)
    expect(text).toMatch(/^largest current: 2\.4137 A at .*\d\d:\d\d:\d\d\.\d{3}$/)
    const minute = jumped(long, wish, { ...MOMENT, withinUs: 60e6 }, SNAPSHOT, far)
    expect(minute.text).toMatch(/A in the minute from /)
    expect(jumped(long, wish, null, SNAPSHOT, far)).toEqual({
      view: long,
      text: 'nothing was measured there',
    })
  })

  it('leave the chart where it is for an event that it shows already', () => {
    const wish = request('next_event')
    if (wish === null) throw new Error('no request')
    const event: Moment = {
      timeUs: NEWEST - 20e6,
      withinUs: 0,
      kind: 'restart',
      text: 'the device restarted (boot 18)',
      values: null,
    }
    const { view, text } = jumped(INITIAL_VIEW, wish, event, SNAPSHOT, CONTEXT)
    expect(frozenOf(view, 0)?.endUs).toBe(NEWEST)
    expect(view.cursorUs).toBe(event.timeUs)
    expect(text).toMatch(/\d\d restart: the device restarted/)
  })

  it('know devices without voltage and current', () => {
    const extra = { ...ELECTRIC_CHANNELS[0], id: 'lux', quantity: null } as never
    const wish = jumpRequest('largest', 0, INITIAL_VIEW, { ...SNAPSHOT, channels: [extra] })
    expect(wish).toMatchObject({ channel: 'lux' })
  })
})
