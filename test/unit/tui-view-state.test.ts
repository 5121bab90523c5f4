import { describe, expect, it } from 'vitest'
import { BINDINGS } from '../../src/tui/view/key-bindings.ts'
import { actionOf } from '../../src/tui/view/keymap.ts'
import { type Frozen, frozenOf, showAt, spanMs, zoomAt } from '../../src/tui/view/time-window.ts'
import {
  INITIAL_VIEW,
  reduceView,
  type ViewAction,
  type ViewContext,
} from '../../src/tui/view/view-state.ts'

const NEWEST = 1_700_000_000_000_000
const CONTEXT: ViewContext = {
  ground: 'dark',
  hasColours: true,
  nowUs: NEWEST + 5e6,
  devices: [0],
  newestUs: NEWEST,
  oldestUs: NEWEST - 300e6,
  apart: false,
  cellUs: 1e6,
  trace: null,
  alone: [],
  panels: ['gauges', 'chart', 'table'],
  comparable: [],
  help: { lines: 30, room: 13 },
}

/** Where the selected device's chart stands. */
function placeOf(view: typeof INITIAL_VIEW): Frozen | null {
  return frozenOf(view, view.selected)
}

function viewAfter(actions: readonly ViewAction[], context = CONTEXT): typeof INITIAL_VIEW {
  return actions.reduce((view, action) => reduceView(view, action, context), INITIAL_VIEW)
}

describe('view state', () => {
  it('zooms from 10 s to 48 h and no further', () => {
    expect(spanMs(INITIAL_VIEW)).toBe(60_000)
    expect(spanMs(viewAfter(new Array(9).fill('zoom_in')))).toBe(10_000)
    expect(spanMs(viewAfter(new Array(12).fill('zoom_out')))).toBe(48 * 3_600_000)
  })

  it('freezes at the newest sample and goes on', () => {
    expect(placeOf(viewAfter(['freeze']))).toEqual({ endUs: NEWEST, sinceUs: CONTEXT.nowUs })
    expect(placeOf(viewAfter(['freeze', 'freeze']))).toBeNull()
  })

  it('can not freeze what is not there', () => {
    expect(placeOf(viewAfter(['freeze'], { ...CONTEXT, newestUs: null }))).toBeNull()
  })

  it('freezes before it scrolls back, by a tenth of the span', () => {
    expect(placeOf(viewAfter(['back', 'back']))?.endUs).toBe(NEWEST - 12e6)
    expect(placeOf(viewAfter(['back', 'page_back']))?.endUs).toBe(NEWEST - 66e6)
  })

  it('never scrolls past the samples there are', () => {
    expect(placeOf(viewAfter(new Array(20).fill('page_back')))?.endUs).toBe(NEWEST - 240e6)
    expect(placeOf(viewAfter(['oldest']))?.endUs).toBe(NEWEST - 240e6)
    expect(placeOf(viewAfter(['back', 'page_forward', 'forward']))?.endUs).toBe(NEWEST)
    expect(placeOf(viewAfter(['forward']))).toBeNull()
  })

  it('shows all there is where a longer span asks for more than that', () => {
    expect(placeOf(viewAfter(['oldest', 'zoom_out']))?.endUs).toBe(NEWEST - 180e6)
    expect(placeOf(viewAfter(['oldest', 'zoom_out', 'zoom_out', 'zoom_out']))?.endUs).toBe(NEWEST)
  })

  it('puts the curves together or apart, whichever they are not', () => {
    expect(viewAfter(['arrange']).arrangement).toBe('strips')
    expect(viewAfter(['arrange'], { ...CONTEXT, apart: true }).arrangement).toBe('overlay')
  })

  it('goes through the spans of the statistics, and back to the chart', () => {
    const choices = [1, 2, 3, 4, 5, 6].map(
      (times) => viewAfter(new Array(times).fill('statistics')).statistics,
    )
    expect(choices).toEqual(['1m', '5m', '15m', 'reset', 'span', null])
  })

  it('goes back to now with End', () => {
    expect(placeOf(viewAfter(['page_back', 'newest']))).toBeNull()
  })
})

describe('scrolling', () => {
  /** A chart of 40 s, less than the span of 60 s. */
  const YOUNG = { ...CONTEXT, oldestUs: NEWEST - 40e6 }
  const later = (view: typeof INITIAL_VIEW, action: ViewAction, byUs: number, context = CONTEXT) =>
    reduceView(view, action, { ...context, newestUs: NEWEST + byUs })

  it('does not move a young chart, neither back nor forward', () => {
    const frozen = viewAfter(['freeze'], YOUNG)
    for (const action of ['oldest', 'back', 'page_back'] as const) {
      expect(placeOf(later(frozen, action, 5e6, YOUNG))?.endUs).toBe(NEWEST)
    }
    expect(placeOf(later(frozen, 'page_forward', 5e6, YOUNG))?.endUs).toBe(NEWEST + 5e6)
  })

  it('never moves forward on the way back, however long a young chart has been frozen', () => {
    const frozen = viewAfter(['freeze'], YOUNG)
    for (const action of ['oldest', 'back', 'page_back'] as const) {
      expect(placeOf(later(frozen, action, 25e6, YOUNG))?.endUs).toBe(NEWEST)
    }
    // Nor where what it shows has passed the retention meanwhile.
    const passed = { ...CONTEXT, oldestUs: NEWEST + 10e6 }
    expect(placeOf(later(frozen, 'back', 300e6, passed))?.endUs).toBe(NEWEST)
    expect(placeOf(later(frozen, 'forward', 300e6, passed))?.endUs).toBe(NEWEST + 6e6)
  })

  it('never moves back on the way forward, where the clock was set back', () => {
    const frozen = viewAfter(['freeze'])
    expect(placeOf(later(frozen, 'forward', -3600e6))?.endUs).toBe(NEWEST)
    expect(placeOf(later(frozen, 'back', -3600e6))?.endUs).toBe(NEWEST - 300e6 + 60e6)
  })

  it('keeps the chart full when a frozen one is zoomed out, as far as there is something', () => {
    const oldest = viewAfter(['oldest'])
    expect(placeOf(viewAfter(['oldest', 'zoom_out']))?.endUs).toBe(NEWEST - 180e6)
    const far = reduceView(oldest, 'zoom_out', { ...CONTEXT, oldestUs: NEWEST - 270e6 })
    expect(placeOf(far)?.endUs).toBe(NEWEST - 150e6)
    // Five minutes are more than there is: nothing to gain by moving.
    const all = ['zoom_out', 'zoom_out', 'zoom_out'] as const
    expect(placeOf(viewAfter(['oldest', ...all]))?.endUs).toBe(NEWEST)
  })
})

describe('zooming', () => {
  const MIDDLE = NEWEST - 150e6
  const frozen = reduceView(INITIAL_VIEW, 'freeze', { ...CONTEXT, newestUs: MIDDLE + 30e6 })

  it('keeps the middle of a frozen chart where it is, in and out again', () => {
    expect(placeOf(reduceView(frozen, 'zoom_in', CONTEXT))?.endUs).toBe(MIDDLE + 15e6)
    const out = reduceView(frozen, 'zoom_out', CONTEXT)
    expect(placeOf(out)?.endUs).toBe(MIDDLE + 60e6)
    expect(placeOf(reduceView(out, 'zoom_in', CONTEXT))).toEqual(placeOf(frozen))
  })

  it('keeps what is under the pointer where it is', () => {
    const context = { ...CONTEXT, selected: 0 }
    const at = (atUs: number, by: -1 | 1): number | undefined =>
      placeOf(zoomAt(frozen, by, atUs, context))?.endUs
    // Three quarters of the chart's width.
    expect(at(MIDDLE + 15e6, -1)).toBe(MIDDLE + 22.5e6)
    expect(at(MIDDLE + 15e6, 1)).toBe(MIDDLE + 45e6)
    expect(at(MIDDLE - 30e6, -1)).toBe(MIDDLE)
    expect(at(MIDDLE + 30e6, -1)).toBe(MIDDLE + 30e6)
    // Beside the chart there is nothing to keep but its middle.
    expect(at(MIDDLE + 31e6, -1)).toBe(MIDDLE + 15e6)
  })

  it('leaves a running chart running, and does nothing at the shortest and the longest span', () => {
    const context = { ...CONTEXT, selected: 0 }
    expect(placeOf(zoomAt(INITIAL_VIEW, -1, NEWEST - 50e6, context))).toBeNull()
    const shortest = reduceView(reduceView(frozen, 'zoom_in', CONTEXT), 'zoom_in', CONTEXT)
    expect(zoomAt(shortest, -1, MIDDLE, context)).toBe(shortest)
  })

  it('shows a moment in the middle, or as near to it as there are samples', () => {
    const context = { ...CONTEXT, selected: 0 }
    const shown = showAt({ ...INITIAL_VIEW, spanIndex: 7 }, MIDDLE, context, 60_000)
    expect([spanMs(shown), placeOf(shown)?.endUs]).toEqual([60_000, MIDDLE + 30e6])
    expect(placeOf(showAt(INITIAL_VIEW, NEWEST - 5e6, context))?.endUs).toBe(NEWEST)
    expect(placeOf(showAt(INITIAL_VIEW, NEWEST - 299e6, context))?.endUs).toBe(NEWEST - 240e6)
  })
})

describe('several devices', () => {
  const THREE = { ...CONTEXT, devices: [0, 1, 2] }
  const selected = (...actions: ViewAction[]): number => viewAfter(actions, THREE).selected

  it('are selected one after the other, round and round, or by their number', () => {
    expect(selected('next_device')).toBe(1)
    expect(selected('next_device', 'next_device', 'next_device')).toBe(0)
    expect(selected('previous_device')).toBe(2)
    expect(selected('device_2')).toBe(1)
    expect(selected('device_2', 'device_9')).toBe(1)
  })

  it('each keep their place, and share span and arrangement', () => {
    const view = viewAfter(['freeze', 'next_device', 'zoom_out', 'arrange'], THREE)
    expect(placeOf(view)).toBeNull()
    expect(frozenOf(view, 0)?.endUs).toBe(NEWEST)
    const back = reduceView(view, 'previous_device', THREE)
    expect(placeOf(back)?.endUs).toBe(NEWEST)
    expect(spanMs(back)).toBe(120_000)
    expect(back.arrangement).toBe('strips')
    expect(placeOf(reduceView(back, 'newest', THREE))).toBeNull()
  })

  it('change nothing where there is one', () => {
    for (const action of ['device_1', 'device_2'] as const) {
      expect(viewAfter([action])).toEqual(INITIAL_VIEW)
    }
  })
})

describe('keys', () => {
  it('never quit on Esc', () => {
    expect(actionOf('escape')).toBe('dismiss')
    expect(BINDINGS.filter(({ action }) => action === 'quit').flatMap(({ keys }) => keys)).toEqual([
      'q',
      'S-q',
      'C-c',
    ])
  })

  it('are bound once each', () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('panels', () => {
  const several = { ...CONTEXT, devices: [0, 1] }

  it('are gone through in turn; with one device, Tab does so too', () => {
    expect(viewAfter(['next_panel']).focus).toBe('gauges')
    expect(viewAfter(['next_panel', 'next_panel', 'next_panel', 'next_panel']).focus).toBe('gauges')
    expect(viewAfter(['previous_panel']).focus).toBe('table')
    expect(viewAfter(['next_device', 'next_device']).focus).toBe('chart')
    expect(viewAfter(['next_device'], several)).toMatchObject({ focus: null, selected: 1 })
    expect(viewAfter(['next_panel', 'dismiss']).focus).toBeNull()
  })

  it('are shown alone: the one with the focus, else the chart', () => {
    expect(viewAfter(['expand']).expanded).toBe('chart')
    expect(viewAfter(['previous_panel', 'expand']).expanded).toBe('table')
    expect(viewAfter(['expand', 'expand']).expanded).toBeNull()
    expect(viewAfter(['expand', 'next_panel'])).toMatchObject({ focus: 'table', expanded: 'table' })
    expect(viewAfter(['expand', 'dismiss']).expanded).toBeNull()
    const gone = { ...CONTEXT, panels: ['chart'] as const }
    expect(reduceView(viewAfter(['next_panel']), 'expand', gone).expanded).toBe('chart')
  })

  it('are shown alone by number where they have no place, until the same key', () => {
    const context = { ...CONTEXT, alone: ['histogram'] as const }
    const shown = reduceView(INITIAL_VIEW, 'panel_8', context)
    expect(shown).toMatchObject({ focus: 'histogram', expanded: 'histogram' })
    expect(reduceView(shown, 'panel_8', context)).toMatchObject({ focus: null, expanded: null })
    expect(reduceView(shown, 'expand', context).expanded).toBeNull()
    expect(reduceView(INITIAL_VIEW, 'panel_9', context)).toEqual(INITIAL_VIEW)
  })

  it('come in presets, which begin anew', () => {
    expect(viewAfter(['preset']).preset).toBe('chart')
    expect(viewAfter(['next_panel', 'expand', 'preset', 'preset'])).toMatchObject({
      preset: 'numbers',
      focus: null,
      expanded: null,
    })
    expect(viewAfter(['preset', 'preset', 'preset']).preset).toBe('wall')
    expect(viewAfter(['preset', 'preset', 'preset', 'preset']).preset).toBe('all')
  })
})
