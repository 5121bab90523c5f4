import { describe, expect, it } from 'vitest'
import { screenBench } from '../support/screen-bench.ts'
import { ptyAvailable, type TestTerminal } from '../support/terminal.ts'

/** Of the palette: V of the themes dark and light. */
const DARK_V = 75
const LIGHT_V = 27

const screen = screenBench()

/** The colour of the first V on the screen: the name of its gauge. */
function colourOfV(terminal: TestTerminal): number {
  const y = terminal.lines.findIndex((line) => line.startsWith(' V '))
  return y < 0 ? Number.NaN : terminal.cell(1, y).foreground
}

describe.skipIf(!ptyAvailable)('themes in a terminal', () => {
  it('ask for the background before the first frame, and follow the answer', async () => {
    const terminal = screen.open()
    await terminal.waitFor(() => colourOfV(terminal) === DARK_V)
    const { output } = terminal
    expect(output.indexOf('\x1b]11;?\x07')).toBeGreaterThan(0)
    expect(output.indexOf('\x1b]11;?\x07')).toBeLessThan(output.indexOf('\x1b[5n'))
    // In two pieces, as over a slow line, and with letters in it that are keys.
    terminal.press('\x1b]11;rgb:fdfd/f6')
    terminal.press('f6/e3e3\x1b\\')
    await terminal.waitFor(() => colourOfV(terminal) === LIGHT_V)
    expect(terminal.text).not.toMatch(/FROZEN|fdfd/)
    terminal.press('t')
    await terminal.waitFor(/theme dark/)
    await terminal.waitFor(() => colourOfV(terminal) === DARK_V)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
  })

  it('never let the answer out to the shell', async () => {
    const script = 'SCREEN; echo done; read line; echo "line:$line:"'
    const terminal = screen.openInShell(script, { holdsAnswers: true })
    await terminal.waitFor(() => terminal.output.includes('\x1b[5n'))
    // Quit before the terminal has answered anything; it answers in the order of the questions.
    terminal.press('q')
    await terminal.waitFor(() => terminal.buffer === 'normal')
    terminal.press('\x1b]11;rgb:ffff/ffff/ffff\x07')
    await terminal.waitFor(() => terminal.held !== '')
    terminal.answer()
    await terminal.waitFor(/^done/m)
    terminal.press('typed\r')
    await terminal.waitFor(/^line:typed:$/m)
    expect(terminal.text).not.toContain('rgb')
  })

  it.each([
    [[], { COLORFGBG: '0;15' }, LIGHT_V],
    [[], { COLORFGBG: '15;0' }, DARK_V],
    [['--theme=light'], { COLORFGBG: '15;0' }, LIGHT_V],
    [['--theme=contrast-light'], { COLORTERM: 'truecolor' }, 21],
    [['--theme=mono'], {}, -1],
    [['--theme=light'], { NO_COLOR: '1' }, -1],
    // The bright ones of 16.
    [[], { TERM: 'xterm' }, 14],
    [['--theme=light'], { TERM: 'xterm' }, 4],
  ] as const)('%j with %j', async (flags, env, colour) => {
    const terminal = screen.open(flags, { env })
    await terminal.waitFor(({ lines }) => lines.at(-1)?.startsWith(' q quit') === true)
    await terminal.waitFor(() => colourOfV(terminal) === colour)
  })

  it('ask nothing of terminals that would print the question', async () => {
    const terminal = screen.open([], { env: { TERM: 'linux' } })
    await terminal.waitFor(() => colourOfV(terminal) === 6)
    const y = terminal.lines.findIndex((line) => line.startsWith(' V '))
    expect(terminal.cell(1, y).bold).toBe(true)
    expect(terminal.output).not.toContain('\x1b]11')
  })
})
