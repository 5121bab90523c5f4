import { describe, expect, it } from 'vitest'
import { expectRestored, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('the mouse in a terminal', () => {
  it('obeys the mouse: cursor, selection, hidden curves, keys and panels', async () => {
    const terminal = screen.open(['--rate=50', '--age=600'], { columns: 250, rows: 70 })
    await wholeScreen(terminal)
    await terminal.waitFor(/60 s strips/)
    await terminal.waitFor(/[\u2801-\u28ff]{3}/)
    expect(terminal.mouse).toBe('drag')
    // A key in the last line.
    const click = (x: number, y: number): void => {
      terminal.press(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`)
    }
    click(terminal.lines[69]?.indexOf('freeze') ?? 0, 69)
    await terminal.waitFor(/FROZEN/)
    // The pieces of a picture come one after the other: the last line may be later than the title.
    await terminal.waitFor(() => terminal.lines[69]?.includes('go on') ?? false)
    click(terminal.lines[69]?.indexOf('go on') ?? 0, 69)
    await terminal.waitFor((shown) => !shown.text.includes('FROZEN'))
    const plotRow = terminal.lines.findIndex((line) => /[\u2801-\u28ff]{3}/.test(line))
    click(40, plotRow)
    await terminal.waitFor(/v select {2}l largest/)
    // A minute lies between the corners of the plot, and a character more.
    const corner = terminal.lines.find((line) => / 60 s strips/.test(line)) ?? ''
    const cellS = 60 / (corner.indexOf('┐') - corner.indexOf('┌') - 2)
    const selected = (cells: number) => (): boolean => {
      const seconds = Number(/selected (\d+\.?\d*) s/.exec(terminal.text)?.[1])
      return Math.abs(seconds - cells * cellS) < cellS
    }
    terminal.press(`\x1b[<0;41;${plotRow + 1}M\x1b[<32;61;${plotRow + 1}M`)
    await terminal.waitFor(/Esc unselect/)
    await terminal.waitFor(selected(20))
    terminal.press(`\x1b[<32;91;${plotRow + 1}M\x1b[<0;91;${plotRow + 1}m`)
    await terminal.waitFor(selected(50))
    terminal.press('\x1b')
    await terminal.waitFor((shown) => !/selected/.test(shown.text))
    // The wheel about the pointer: a frozen chart is shorter, and still frozen.
    terminal.press(`\x1b[<64;60;${plotRow + 1}M`)
    await terminal.waitFor(/30 s strips.*FROZEN/)
    const head = terminal.lines.findIndex((line) => / 30 s strips/.test(line))
    const letter = /strips.*?\bW\b/.exec(terminal.lines[head] ?? '')
    click((letter?.index ?? 0) + (letter?.[0].length ?? 1) - 1, head)
    await terminal.waitFor(/strips.*\(W\)/)
  })

  it('leaves the mouse to the terminal and takes it again', async () => {
    const terminal = screen.open()
    await wholeScreen(terminal)
    terminal.press('M')
    await terminal.waitFor(() => terminal.mouse === 'none')
    await terminal.waitFor(/M mouse is off/)
    terminal.press('M')
    await terminal.waitFor(() => terminal.mouse === 'drag')
    terminal.press('q')
    await terminal.ended()
    expectRestored(terminal)
  })

  it('zooms with the wheel, and leaves the mouse alone with --no-mouse', async () => {
    let terminal = screen.open()
    await wholeScreen(terminal)
    terminal.press('\x1b[<64;10;10M')
    await terminal.waitFor(/ 30 s overlay/)
    terminal.dispose()
    terminal = screen.open(['--no-mouse'])
    await wholeScreen(terminal)
    expect(terminal.mouse).toBe('none')
  })
})
