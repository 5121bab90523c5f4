import { describe, expect, it } from 'vitest'
import { canOpenScreen } from '../../src/tui/terminal/can-open.ts'
import { capabilitiesOf } from '../../src/tui/terminal/capabilities.ts'

describe('capabilities', () => {
  it.each([
    ['xterm', 'xterm-256color'],
    ['tmux-256color', 'xterm-256color'],
    ['alacritty', 'xterm-256color'],
    [undefined, 'xterm-256color'],
    ['linux', 'linux'],
    ['vt100', 'vt100'],
  ])('of TERM=%s name the description %s', (term, terminal) => {
    expect(capabilitiesOf({ TERM: term }, false).terminal).toBe(terminal)
  })

  it.each([
    [{}, false],
    [{ LANG: 'en_US.UTF-8' }, false],
    [{ LANG: 'C.utf8' }, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, true],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, false],
    [{ TERM: 'linux' }, true],
  ])('of %j: ASCII only is %s', (env, ascii) => {
    expect(capabilitiesOf(env, false).ascii).toBe(ascii)
    expect(capabilitiesOf(env, true).ascii).toBe(true)
  })

  it('need a terminal for the screen', () => {
    expect(canOpenScreen({ isTTY: true }, { isTTY: true }, {})).toBe(true)
    expect(canOpenScreen({ isTTY: true }, {}, {})).toBe(false)
    expect(canOpenScreen({ isTTY: true }, { isTTY: true }, { TERM: 'dumb' })).toBe(false)
  })
})
