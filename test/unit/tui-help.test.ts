import { describe, expect, it } from 'vitest'
import { helpExtent, helpLines } from '../../src/tui/panels/help.ts'
import { helpAfter, helpTop } from '../../src/tui/view/help-place.ts'
import { BINDINGS, KEY_GROUPS } from '../../src/tui/view/key-bindings.ts'
import { helpEntries, type KeyOffer } from '../../src/tui/view/keymap.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { INITIAL_VIEW, reduceView, type ViewContext } from '../../src/tui/view/view-state.ts'

const ALL: KeyOffer = { several: true, alarms: true }
const NONE: KeyOffer = { several: false, alarms: false }
const look = lookOf({ ascii: true, colour: false })
const area = (width: number, height: number) => ({ width, height, look })

function helpText(offer: KeyOffer, at: number, width: number, height: number): string[] {
  return helpLines(offer, at, area(width, height)).map(lineText)
}

/** Every line of help, page by page. */
function wholeHelp(offer: KeyOffer, width: number, height: number): string[] {
  const extent = helpExtent(offer, area(width, height))
  const seen: string[] = []
  for (let at = 0; at < extent.lines; at += extent.room) {
    const fresh = Math.min(extent.room, extent.lines - at)
    seen.push(...helpText(offer, at, width, height).slice(1, -1).slice(-fresh))
  }
  return seen
}

describe('help', () => {
  it.each([
    [60, 15],
    [80, 24],
    [120, 30],
    [250, 70],
  ])('has every key at %dx%d, and nothing cut', (width, height) => {
    const lines = wholeHelp(ALL, width, height)
    const text = lines.join(' ').replaceAll(/[|\s]+/g, ' ')
    const entries = KEY_GROUPS.flatMap((group) => helpEntries(group, ALL))
    expect(entries.length).toBeGreaterThan(15)
    for (const { shown, help } of entries) {
      expect(lines.some((line) => line.includes(` ${shown} `))).toBe(true)
      expect(text).toContain(help)
    }
    expect(text).toContain('something needs a look')
    for (const line of helpText(ALL, 0, width, height)) {
      expect(line.length).toBeLessThanOrEqual(width)
    }
  })

  it('leaves no strip of what is below at its sides', () => {
    for (const width of [60, 78, 79, 80, 85]) {
      for (const line of helpText(ALL, 0, width, 24)) expect(line).toHaveLength(width)
    }
    expect(helpText(ALL, 0, 120, 24)[0]).toHaveLength(78)
  })

  it('says which lines are shown of how many', () => {
    const { lines, room } = helpExtent(NONE, area(60, 15))
    expect(room).toBe(13)
    expect(helpText(NONE, 0, 60, 15).at(-1)).toContain(` 1-13 of ${lines} `)
    expect(helpText(NONE, 5, 60, 15).at(-1)).toContain(` 6-18 of ${lines} `)
    expect(helpText(NONE, 999, 60, 15).at(-1)).toContain(` ${lines - 12}-${lines} of ${lines} `)
    expect(helpText(NONE, 0, 80, 70).join()).toContain('any key closes')
    expect(helpText(NONE, 0, 80, 70).at(-1)).not.toContain(' of ')
  })

  it('names keys only where they are of use', () => {
    expect(wholeHelp(NONE, 80, 24).join()).not.toMatch(/Shift-Tab|acknowledge/)
    expect(wholeHelp(ALL, 80, 24).join()).toMatch(/Shift-Tab: the one before.*alarms/)
  })

  it('says what each key does, or has another key say it', () => {
    for (const { shown, help } of BINDINGS) expect(help === '').toBe(shown === '')
  })
})

describe('scrolling help', () => {
  const extent = { lines: 31, room: 13 }

  it('stays within what there is', () => {
    expect(helpAfter(0, 'up', extent)).toBe(0)
    expect(helpAfter(0, 'down', extent)).toBe(1)
    expect(helpAfter(0, 'page_down', extent)).toBe(12)
    expect(helpAfter(12, 'page_down', extent)).toBe(18)
    expect(helpAfter(18, 'page_up', extent)).toBe(6)
    expect(helpAfter(3, 'last', extent)).toBe(18)
    expect(helpAfter(18, 'first', extent)).toBe(0)
    // The terminal has become larger meanwhile.
    expect(helpTop(18, { lines: 31, room: 40 })).toBe(0)
    expect(helpAfter(18, 'up', { lines: 31, room: 20 })).toBe(10)
  })

  it('begins at the top each time', () => {
    const context: ViewContext = {
      ground: 'dark',
      hasColours: true,
      nowUs: 0,
      devices: [0],
      newestUs: null,
      oldestUs: null,
      apart: false,
      cellUs: 1e6,
      trace: null,
      alone: [],
      panels: [],
      comparable: [],
      help: extent,
    }
    const open = reduceView(INITIAL_VIEW, 'help', context)
    expect(open.help).toBe(0)
    const scrolled = reduceView(open, 'help_page_down', context)
    expect(scrolled.help).toBe(12)
    const closed = reduceView(scrolled, 'dismiss', context)
    expect(closed.help).toBeNull()
    expect(reduceView(closed, 'help_down', context)).toBe(closed)
    expect(reduceView(closed, 'help', context).help).toBe(0)
  })
})
