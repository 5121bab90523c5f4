import { describe, expect, it } from 'vitest'
import { expectRestored, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('kinds of terminals', () => {
  it('has colours, and none with NO_COLOR', async () => {
    let terminal = screen.open()
    await wholeScreen(terminal)
    const coloured = (): number => {
      let cells = 0
      for (let y = 0; y < 24; y++) {
        for (let x = 0; x < 80; x++) if (terminal.cell(x, y).foreground >= 0) cells++
      }
      return cells
    }
    expect(coloured()).toBeGreaterThan(100)
    expect(terminal.cell(1, 0)).toMatchObject({ char: 'i', bold: true })
    terminal.dispose()
    terminal = screen.open([], { env: { NO_COLOR: '1' } })
    await wholeScreen(terminal)
    expect(coloured()).toBe(0)
    expect(terminal.cell(1, 0)).toMatchObject({ char: 'i', bold: true })
  })

  it.each([
    ['--ascii', ['--ascii'], {}],
    ['LANG=C', [], { LANG: 'C' }],
    ['the Linux console', [], { TERM: 'linux' }],
    ['a VT220', [], { TERM: 'vt220' }],
  ])('is ASCII alone with %s', async (_, flags, env) => {
    const terminal = screen.open(flags, { env })
    await wholeScreen(terminal)
    await terminal.waitFor(/[avw]{2}/)
    expect(terminal.text).toMatch(/^[ -~\n]*$/)
    terminal.press('q')
    await terminal.ended()
    expect(terminal.cursorShown).toBe(true)
    expect(terminal.mouse).toBe('none')
  })

  it.each(['tmux-256color', 'screen-256color', 'alacritty', 'xterm-kitty', 'foot', 'nonsense'])(
    'is the same with TERM=%s',
    async (term) => {
      const terminal = screen.open([], { env: { TERM: term } })
      await wholeScreen(terminal)
      // Grey until the first sample is there.
      await terminal.waitFor(() => terminal.cell(1, 1).foreground === 75)
      expect(terminal.text).toContain('┌─ 60 s')
      terminal.press('q')
      await terminal.ended()
      expectRestored(terminal)
    },
  )
})
