import { describe, expect, it } from 'vitest'
import { actionOf, BINDINGS } from '../../src/tui/view/keymap.ts'
import {
  frozenOf,
  INITIAL_VIEW,
  reduceView,
  spanMs,
  type ViewAction,
  type ViewContext,
} from '../../src/tui/view/view-state.ts'

const NEWEST = 1_700_000_000_000_000
const CONTEXT: ViewContext = {
  nowUs: NEWEST + 5e6,
  devices: [0],
  newestUs: NEWEST,
  oldestUs: NEWEST - 300e6,
  apart: false,
}

function viewAfter(actions: readonly ViewAction[], context = CONTEXT): typeof INITIAL_VIEW {
  return actions.reduce((view, action) => reduceView(view, action, context), INITIAL_VIEW)
}

describe('view state', () => {
  it('zooms from 15 s to 48 h and no further', () => {
    expect(spanMs(INITIAL_VIEW)).toBe(60_000)
    expect(spanMs(viewAfter(new Array(9).fill('zoom_in')))).toBe(15_000)
    expect(spanMs(viewAfter(new Array(9).fill('zoom_out')))).toBe(48 * 3_600_000)
  })

  it('freezes at the newest sample and goes on', () => {
    expect(frozenOf(viewAfter(['freeze']))).toEqual({ endUs: NEWEST, sinceUs: CONTEXT.nowUs })
    expect(frozenOf(viewAfter(['freeze', 'freeze']))).toBeNull()
  })

  it('can not freeze what is not there', () => {
    expect(frozenOf(viewAfter(['freeze'], { ...CONTEXT, newestUs: null }))).toBeNull()
  })

  it('freezes before it scrolls back, by a tenth of the span', () => {
    expect(frozenOf(viewAfter(['back', 'back']))?.endUs).toBe(NEWEST - 12e6)
    expect(frozenOf(viewAfter(['back', 'page_back']))?.endUs).toBe(NEWEST - 66e6)
  })

  it('never scrolls past the samples there are', () => {
    expect(frozenOf(viewAfter(new Array(20).fill('page_back')))?.endUs).toBe(NEWEST - 240e6)
    expect(frozenOf(viewAfter(['oldest']))?.endUs).toBe(NEWEST - 240e6)
    expect(frozenOf(viewAfter(['back', 'page_forward', 'forward']))?.endUs).toBe(NEWEST)
    expect(frozenOf(viewAfter(['forward']))).toBeNull()
  })

  it('puts the curves together or apart, whichever they are not', () => {
    expect(viewAfter(['arrange']).arrangement).toBe('strips')
    expect(viewAfter(['arrange'], { ...CONTEXT, apart: true }).arrangement).toBe('overlay')
  })

  it('goes back to now with End', () => {
    expect(frozenOf(viewAfter(['page_back', 'newest']))).toBeNull()
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
