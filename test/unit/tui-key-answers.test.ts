import { describe, expect, it } from 'vitest'
import { isJump } from '../../src/tui/jump.ts'
import { type AnswerContext, answered } from '../../src/tui/view/key-answers.ts'
import { type Action, BINDINGS } from '../../src/tui/view/key-bindings.ts'
import { layoutFor, type Region } from '../../src/tui/view/layout.ts'
import { PRESETS } from '../../src/tui/view/panel-choice.ts'
import { SPANS_MS } from '../../src/tui/view/time-window.ts'
import { INITIAL_VIEW, type ViewAction, type ViewState } from '../../src/tui/view/view-state.ts'

const NEWEST = 1_700_000_000_000_000
const ALL: readonly Region[] = ['header', 'gauges', 'chart', 'table', 'totals', 'events', 'keys']
const CONTEXT: AnswerContext = {
  ground: 'dark',
  hasColours: true,
  nowUs: NEWEST + 5e6,
  devices: [0],
  newestUs: NEWEST,
  oldestUs: NEWEST - 300e6,
  apart: false,
  stripsFit: true,
  regions: ALL,
  cellUs: 1e6,
  trace: null,
  alone: [],
  panels: ['gauges', 'chart', 'table'],
  comparable: [],
  help: { lines: 30, room: 13 },
}
const NO_CHART: AnswerContext = {
  ...CONTEXT,
  regions: ALL.filter((each) => each !== 'chart'),
  panels: ['gauges', 'table'],
}

/** What is said, and what has changed beside that. */
function said(
  action: ViewAction,
  changes: Partial<AnswerContext> = {},
  view: Partial<ViewState> = {},
): string | null {
  const before = { ...INITIAL_VIEW, ...view }
  const { notice, ...after } = answered(before, action, { ...CONTEXT, ...changes })
  if (notice !== null) expect({ ...after, notice: null }).toEqual({ ...before, notice: null })
  return notice?.text ?? null
}

describe('a key that can change nothing', () => {
  it.each([
    [
      'statistics',
      "statistics stand in the chart's place, and there is no chart here: p shows other panels",
    ],
    ['arrange', 'there is no chart here: p shows other panels'],
    ['zoom_in', 'there is no chart here: p shows other panels'],
    ['freeze', 'there is no chart here: p shows other panels'],
    ['page_back', 'there is no chart here: p shows other panels'],
    ['compare', 'there is no chart here: p shows other panels'],
    [{ kind: 'toggle_channel', channel: 'v' }, 'there is no chart here: p shows other panels'],
  ] as const)('without a chart says so: %j', (action, text) => {
    expect(said(action, NO_CHART)).toBe(text)
    const expanded = { expanded: 'table' } as const
    expect(said(action, NO_CHART, expanded)).toBe(
      text.replace('p shows other panels', 'e brings everything back'),
    )
  })

  it('moves the cursor where its values are shown without a chart', () => {
    const view = { cursorUs: NEWEST - 5e6, frozen: { 0: { endUs: NEWEST, sinceUs: NEWEST } } }
    expect(said('step_back', NO_CHART, view)).toBeNull()
    expect(said('cursor', NO_CHART)).toBeNull()
    expect(said('cursor', { regions: ['header', 'gauges', 'keys'] })).toMatch(/no chart/)
  })

  it('says where the end is', () => {
    expect(said('zoom_in', {}, { spanIndex: 0 })).toBe('10 s is the shortest time span')
    expect(said('zoom_out', {}, { spanIndex: SPANS_MS.length - 1 })).toBe(
      '48 h is the longest time span',
    )
    const oldest = { frozen: { 0: { endUs: NEWEST - 240e6, sinceUs: NEWEST } } }
    expect(said('back', {}, oldest)).toBe('the chart shows the oldest sample')
    expect(said('oldest', {}, oldest)).toBe('the chart shows the oldest sample')
    expect(said('forward', {}, oldest)).toBeNull()
    // The cursor, which is elsewhere, goes there; the chart alone can't be scrolled further back.
    const within = { ...oldest, cursorUs: NEWEST - 250e6 }
    const atOldest = { ...oldest, cursorUs: NEWEST - 300e6 }
    expect(said('oldest', {}, within)).toBeNull()
    expect(answered({ ...INITIAL_VIEW, ...within }, 'oldest', CONTEXT).cursorUs).toBe(
      NEWEST - 300e6,
    )
    expect(said('oldest', {}, atOldest)).toBe('the cursor is at the oldest sample')
    expect(said('page_back', {}, within)).toBe('the chart shows the oldest sample')
    const newest = { frozen: { 0: { endUs: NEWEST, sinceUs: NEWEST } } }
    expect(said('forward', {}, newest)).toBe('the chart shows the newest sample: space goes on')
    expect(said('step_forward', {}, { ...newest, cursorUs: NEWEST })).toBe(
      'the cursor is at the newest sample: space goes on',
    )
    expect(said('forward')).toBe('the chart runs already')
    expect(said('newest')).toBe('the chart runs already')
  })

  it.each(['freeze', 'cursor', 'select', 'back', 'oldest', 'forward'] as const)(
    'says that there are no samples yet: %s',
    (action) => {
      expect(said(action, { newestUs: null, oldestUs: null })).toBe('there are no samples yet')
    },
  )

  it('says which devices and panels there are', () => {
    expect(said('device_2')).toBe('there is one device alone; Alt-2 goes to a panel')
    expect(said('device_3', { devices: [0, 1] })).toBe('there is no device 3: they are 1 to 2')
    expect(said('device_2', { devices: [0, 1] })).toBeNull()
    expect(said('panel_6')).toBe('there are no alarms: rules come from --limit and --alarm')
    expect(said('compare')).toMatch(/one device alone/)
  })

  it('says why curves stay in one chart', () => {
    expect(said('arrange', { stripsFit: false })).toBe('the chart is too low for strips')
    expect(said('arrange', {}, { statistics: '1m' })).toMatch(/^statistics are in the chart/)
    expect(said('arrange', {}, { compare: 'v' })).toMatch(/^what is compared shares one chart/)
    expect(said('arrange')).toBeNull()
  })

  it('is none at all but for Esc and the device that is shown: every other one acts or speaks', () => {
    const actions = BINDINGS.flatMap(({ action }) => (isOfView(action) ? [action] : []))
    for (const [columns, rows] of [
      [60, 15],
      [80, 24],
      [200, 50],
    ] as const) {
      for (const preset of PRESETS) {
        const { regions } = layoutFor(
          { columns, rows },
          {
            preset,
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
          },
        )
        const context = { ...CONTEXT, regions: Object.keys(regions) as Region[] }
        const before = { ...INITIAL_VIEW, preset }
        for (const action of actions) {
          if (action === 'dismiss' || action === 'device_1') continue
          const after = answered(before, action, context)
          expect(after, `${preset} ${action}`).not.toEqual(before)
        }
      }
    }
  })
})

/** Those of the monitor, of files and of the terminal answer by themselves. */
const OTHERS: readonly Action[] = [
  ...(['quit', 'suspend', 'redraw', 'totals_reset', 'save_csv', 'save_chart'] as const),
  ...(['save_screen', 'alarm_ack', 'alarm_snooze', 'burst'] as const),
]

function isOfView(action: Action): action is Extract<ViewAction, string> {
  return !isJump(action) && !OTHERS.includes(action)
}
