import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type KeysState, keysLine } from '../../src/tui/panels/keys.ts'
import { BINDINGS } from '../../src/tui/view/key-bindings.ts'
import { actionOf, strangeKey } from '../../src/tui/view/keymap.ts'
import { lineText, lineWidth } from '../../src/tui/view/styled.ts'
import { RUNNING_KEYS } from '../support/snapshots.ts'

const OFFER = { several: false, alarms: true }

function keys(state: Partial<KeysState>, width = 80, offer = OFFER): string {
  const line = keysLine({ ...RUNNING_KEYS, ...state }, offer, width)
  expect(lineWidth(line)).toBe(width)
  return lineText(line).trim()
}

describe('a key that means nothing', () => {
  it.each([
    ['f5', null, 'F5'],
    ['M-z', null, 'Alt-z'],
    ['b', 'b', 'b'],
    ['S-x', 'X', 'X'],
    ['delete', null, 'delete'],
    ['return', '\r', null],
    ['M-[', null, null],
    ['undefined', null, null],
  ])('%s is called by its name', (key, char, name) => {
    expect(strangeKey(key, char)).toBe(name)
  })
})

describe('the line of keys', () => {
  it('has what is of use next', () => {
    expect(keys({})).toMatch(/^q quit {2}\? help {2}: command {2}space freeze {2}/)
    expect(keys({ frozen: true })).toMatch(
      /^q quit {2}\? help {2}space go on {2}<-\/-> scroll {2}c cursor/,
    )
    expect(keys({ frozen: true, cursor: true })).toMatch(/help {2}<-\/-> move {2}v select/)
    expect(keys({ frozen: true, cursor: true, selection: true })).toMatch(/help {2}Esc unselect/)
    expect(keys({ pressing: true })).toMatch(/^q quit {2}\? help {2}a acknowledge/)
    expect(keys({ pressing: true, selection: true })).toContain('a acknowledge  Esc')
    expect(keys({ mouse: false })).toContain('? help  M mouse is off')
    expect(keys({}, 120)).toContain('a acknowledge')
    expect(keys({}, 200, { several: true, alarms: false })).not.toContain('acknowledge')
  })

  it('has first words for who is new to it', () => {
    expect(keys({ isNew: true })).toBe(
      'New here?  ? shows all keys  : what the device can be told  space freezes',
    )
    expect(keys({ isNew: true }, 60)).toMatch(/shows all keys {2}: what the device can be told$/)
  })

  it('names keys that do what a click on them does', () => {
    const names: Record<string, string> = {
      '<-': 'left',
      '->': 'right',
      Esc: 'escape',
      Tab: 'tab',
      M: 'S-m',
    }
    const states = [
      {},
      { frozen: true },
      { cursor: true },
      { selection: true },
      { pressing: true },
      { mouse: false },
      { isNew: true },
    ]
    for (const state of states) {
      const line = keysLine({ ...RUNNING_KEYS, ...state }, { several: true, alarms: true }, 250)
      const aimedAt = line.filter(({ style, target }) => style === 'bold' && target !== undefined)
      expect(aimedAt.length).toBeGreaterThan(3)
      for (const { text, target } of aimedAt) {
        expect(target).toEqual({ kind: 'key', action: actionOf(names[text] ?? text) })
      }
    }
  })
})

describe('the table of keys in docs/screen.md', () => {
  const text = readFileSync(new URL('../../docs/screen.md', import.meta.url), 'utf8')
  const table = text.slice(text.indexOf('## Keys'), text.indexOf('Esc never quits'))

  it('has every key that is bound', () => {
    const words: Readonly<Record<string, string>> = {
      'C-c': 'Ctrl-C',
      'C-l': 'Ctrl-L',
      'C-z': 'Ctrl-Z',
      'S-tab': 'Shift-Tab',
      'S-left': 'Shift',
      'S-right': 'Shift',
      pageup: 'PgUp',
      pagedown: 'PgDn',
      escape: 'Esc',
      tab: 'Tab',
      home: 'Home',
      end: 'End',
    }
    // Said of another key, or of no use to know.
    const unsaid = new Set(['f1', 'S-q', '=', '_', ...'2345678'])
    const missing = BINDINGS.flatMap((binding) => binding.keys).filter((key) => {
      const digit = /^M-\d$/.test(key)
      if (digit) return !/\bAlt\b/.test(table)
      const letter = /^S-([a-z])$/.exec(key)?.[1]?.toUpperCase() ?? key
      const shown = words[key] ?? (letter.length === 1 ? `\`${letter}\`` : letter)
      return !unsaid.has(key) && !table.includes(shown)
    })
    expect(missing).toEqual([])
  })
})
