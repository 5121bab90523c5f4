import { describe, expect, it } from 'vitest'
import { pointerMap } from '../../src/tui/pointer-map.ts'
import { mouseReport } from '../../src/tui/terminal/mouse-report.ts'
import type { Action } from '../../src/tui/view/key-bindings.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import {
  type Held,
  type MouseReport,
  type PointerMap,
  pointed,
} from '../../src/tui/view/pointer.ts'
import {
  INITIAL_VIEW,
  reduceView,
  type ViewContext,
  type ViewState,
} from '../../src/tui/view/view-state.ts'
import { briefOf, electric, sampleSnapshot, traceOf } from '../support/snapshots.ts'

describe('a mouse report', () => {
  it.each<[string, MouseReport | null]>([
    ['\x1b[<0;1;1M', { kind: 'press', button: 'left', x: 0, y: 0 }],
    ['\x1b[<0;250;70m', { kind: 'release', button: 'left', x: 249, y: 69 }],
    ['\x1b[<32;12;5M', { kind: 'drag', button: 'left', x: 11, y: 4 }],
    ['\x1b[<2;12;5M', { kind: 'press', button: 'right', x: 11, y: 4 }],
    // With Shift, Alt and Ctrl held.
    ['\x1b[<28;12;5M', { kind: 'press', button: 'left', x: 11, y: 4 }],
    ['\x1b[<64;500;5M', { kind: 'wheel_up', button: 'unknown', x: 499, y: 4 }],
    ['\x1b[<65;12;5M', { kind: 'wheel_down', button: 'unknown', x: 11, y: 4 }],
    // A wheel to the side, a further button.
    ['\x1b[<66;12;5M', null],
    ['\x1b[<128;12;5M', null],
    ['\x1b[<0;0;5M', null],
    // Terminals that know no SGR.
    ['\x1b[M !!', { kind: 'press', button: 'left', x: 0, y: 0 }],
    ['\x1b[M#,%', { kind: 'release', button: 'unknown', x: 11, y: 4 }],
    ['\x1b[M`,%', { kind: 'wheel_up', button: 'unknown', x: 11, y: 4 }],
    ['\x1b[A', null],
    ['q', null],
  ])('%j', (sequence, wanted) => {
    expect(mouseReport(sequence)).toEqual(wanted)
  })
})

/** A plot from column 10 to 19 of row 5, a second a cell; a key at 0, 9; a panel elsewhere. */
const MAP: PointerMap = {
  targetAt: (x, y) => (x === 0 && y === 9 ? { kind: 'key', action: 'quit' } : null),
  regionAt: (_, y) => (y === 5 ? 'chart' : y === 9 ? 'keys' : 'table'),
  timeAt: (x, y) => (y === 5 && x >= 10 && x < 20 ? x * 1e6 : null),
}

/** `press 10 5` and so on, one after the other. */
function gestures(...reports: string[]): { held: Held | null; actions: Action[] } {
  let held: Held | null = null
  const actions: Action[] = []
  for (const text of reports) {
    const [kind, x, y, button = 'left'] = text.split(' ')
    const report = { kind, x: Number(x), y: Number(y), button } as MouseReport
    const after = pointed(held, report, MAP)
    held = after.held
    actions.push(...after.actions)
  }
  return { held, actions }
}

const FOCUS: Action = { kind: 'focus', panel: 'chart' }

describe('a gesture', () => {
  it('is a click in the chart: focus, and the cursor where the button was pressed', () => {
    expect(gestures('press 12 5', 'release 12 5')).toEqual({
      held: null,
      actions: [FOCUS, { kind: 'cursor_at', timeUs: 12e6 }],
    })
  })

  it('is a drag: the span from there to here, in either direction, and no cursor', () => {
    const { held, actions } = gestures('press 12 5', 'drag 12 5', 'drag 14 7', 'drag 11 5')
    expect(actions).toEqual([
      FOCUS,
      { kind: 'select_span', fromUs: 12e6, toUs: 14e6 },
      { kind: 'select_span', fromUs: 12e6, toUs: 11e6 },
    ])
    expect(held?.hasMoved).toBe(true)
    expect(gestures('press 12 5', 'drag 14 5', 'release 14 5').actions.at(-1)).toMatchObject({
      kind: 'select_span',
    })
    // Out of the plot nothing changes.
    expect(gestures('press 12 5', 'drag 14 5', 'drag 40 5').actions).toHaveLength(2)
  })

  it('zooms about what is under the pointer', () => {
    expect(gestures('wheel_up 12 5').actions).toEqual([{ kind: 'zoom_at', by: -1, timeUs: 12e6 }])
    expect(gestures('wheel_down 12 5').actions).toEqual([{ kind: 'zoom_at', by: 1, timeUs: 12e6 }])
    expect(gestures('wheel_up 0 9').actions).toEqual(['zoom_in'])
  })

  it('presses a key that is shown, focuses a panel, and is nothing with another button', () => {
    expect(gestures('press 0 9', 'release 0 9').actions).toEqual(['quit'])
    expect(gestures('press 3 1').actions).toEqual([{ kind: 'focus', panel: 'table' }])
    expect(gestures('press 3 9').actions).toEqual([])
    expect(gestures('press 12 5 right', 'drag 14 5 right').actions).toEqual([])
    expect(gestures('drag 14 5', 'release 14 5').actions).toEqual([])
  })
})

describe('what lies where', () => {
  const points = Array.from({ length: 60 }, (_, slot) => ({ slot, values: electric(5, 1) }))
  const base = sampleSnapshot()
  const snapshot = sampleSnapshot({
    devices: [briefOf(base), briefOf(base, { number: 1, device: 'rack' })],
  })
  const mapAt = (columns: number, rows: number, view: ViewState = INITIAL_VIEW): PointerMap =>
    pointerMap(snapshot, traceOf(60, points), {
      size: { columns, rows },
      view,
      look: lookOf({ ascii: true, colour: true }),
      trouble: null,
    })

  /** All targets of the screen, by what they are about. */
  function targets(columns: number, rows: number): Set<string> {
    const map = mapAt(columns, rows)
    const seen = new Set<string>()
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const target = map.targetAt(x, y)
        if (target !== null) seen.add(JSON.stringify(Object.values(target)))
      }
    }
    return seen
  }

  it.each([
    [80, 24],
    [120, 30],
    [200, 50],
    [250, 70],
  ])('has keys, devices and channels to click at %dx%d', (columns, rows) => {
    const seen = targets(columns, rows)
    for (const wanted of [
      ['key', 'quit'],
      ['key', 'help'],
      ['key', 'command'],
      ['key', 'zoom_in'],
      ['key', 'zoom_out'],
      ['device', 0],
      ['device', 1],
      ['channel', 'v'],
      ['channel', 'a'],
      ['channel', 'w'],
    ]) {
      expect(seen).toContain(JSON.stringify(wanted))
    }
  })

  it('has the time of each character of the chart, from the left to the newest', () => {
    const map = mapAt(80, 24)
    const rows = Array.from({ length: 24 }, (_, y) => y)
    const row = rows.find((y) => map.timeAt(40, y) !== null) ?? -1
    const times = Array.from({ length: 80 }, (_, x) => map.timeAt(x, row))
    const known = times.filter((each) => each !== null)
    expect(known.length).toBeGreaterThan(40)
    expect(known).toEqual([...known].sort((one, other) => one - other))
    const { sampleUs } = snapshot
    expect(Math.abs((known.at(-1) ?? 0) - (sampleUs ?? 0))).toBeLessThan(3e6)
    expect(Math.abs((known.at(-1) ?? 0) - (known[0] ?? 0) - 60e6)).toBeLessThan(3e6)
    expect(map.timeAt(0, row)).toBeNull()
    expect(mapAt(80, 24, { ...INITIAL_VIEW, statistics: '1m' }).timeAt(40, row)).toBeNull()
  })

  it.each([
    ['below the chart', 200, 50, INITIAL_VIEW],
    ['alone', 80, 24, { ...INITIAL_VIEW, expanded: 'overview', focus: 'overview' } as ViewState],
  ])('has the time of each character of the overview %s', (_, columns, rows, view) => {
    const hour = 3600e6
    const log = traceOf(48, points.slice(0, 48), hour)
    const newestUs = log.startUs + 48 * hour - 1
    const long = sampleSnapshot({ sampleUs: newestUs, oldestUs: log.startUs })
    const context = { size: { columns, rows }, view, look: lookOf({ ascii: true, colour: true }) }
    const map = pointerMap(long, null, { ...context, trouble: null }, log)
    const y = Array.from({ length: rows }, (_each, i) => i).find(
      (row) => map.regionAt(20, row) === 'overview' && map.timeAt(20, row) !== null,
    )
    const times = Array.from({ length: columns }, (_each, x) => map.timeAt(x, y ?? -1))
    const known = times.filter((each) => each !== null)
    expect(known).toEqual([...known].sort((one, other) => one - other))
    expect(Math.abs((known[0] ?? 0) - log.startUs)).toBeLessThan(2 * hour)
    expect(Math.abs((known.at(-1) ?? 0) - newestUs)).toBeLessThan(2 * hour)
  })
})

describe('what the mouse changes in the view', () => {
  const context: ViewContext = {
    nowUs: 0,
    devices: [0, 1],
    newestUs: 0,
    oldestUs: 0,
    apart: false,
    alone: [],
    panels: ['gauges', 'chart', 'table'],
    comparable: [],
    help: { lines: 0, room: 0 },
    trace: null,
    cellUs: 1e6,
    ground: 'dark',
    hasColours: true,
  }
  const viewAfter = (...actions: Parameters<typeof reduceView>[1][]): ViewState =>
    actions.reduce((view, action) => reduceView(view, action, context), INITIAL_VIEW)

  it('is the focus, the device, a curve, and whose the mouse is', () => {
    expect(viewAfter({ kind: 'focus', panel: 'table' }).focus).toBe('table')
    expect(viewAfter({ kind: 'show_device', device: 1 }).selected).toBe(1)
    const hide = { kind: 'toggle_channel', channel: 'w' } as const
    expect(viewAfter(hide).hidden).toEqual(['w'])
    expect(viewAfter(hide, hide).hidden).toEqual([])
    expect(viewAfter('mouse').mouse).toBe(false)
    expect(viewAfter('mouse', 'mouse').mouse).toBe(true)
  })
})
