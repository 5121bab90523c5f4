import { describe, expect, it } from 'vitest'
import { expectRestored, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('a screen whose standard streams are no terminal', () => {
  it('takes keys from the terminal while standard input is a pipe', async () => {
    const terminal = screen.openInShell('yes | SCREEN; echo done')
    await wholeScreen(terminal)
    terminal.press('o')
    await terminal.waitFor(/60 s strips/)
    terminal.press('q')
    await terminal.waitFor(/^done/m)
    expectRestored(terminal)
  })

  it('draws on the terminal while standard output is a file', async () => {
    const terminal = screen.openInShell('SCREEN > /dev/null; echo done')
    await wholeScreen(terminal)
    terminal.resize(100, 30)
    await terminal.waitFor((shown) => shown.lines[29]?.startsWith(' q quit') === true)
    terminal.press('q')
    await terminal.waitFor(/^done/m)
    expectRestored(terminal)
  })

  it('refuses where there is no terminal at all, and says what to do', async () => {
    const script =
      'setsid -w SCREEN < /dev/null 2>&1 | grep -o "there is no terminal.*\\|hint:.*plain.*"; echo done'
    const terminal = screen.openInShell(script)
    await terminal.waitFor(/done/)
    expect(terminal.text).toContain('there is no terminal for')
    expect(terminal.buffer).toBe('normal')
  })
})
