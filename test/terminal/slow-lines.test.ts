import { describe, expect, it } from 'vitest'
import { expectRestored, questionsOf, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('slow lines', () => {
  it('wraps large frames in synchronized output, and only those', async () => {
    const terminal = screen.open(['--rate=50'])
    await wholeScreen(terminal)
    const begins = (): number => terminal.output.split('\x1b[?2026h').length - 1
    terminal.press('?')
    await terminal.waitFor(/help - arrows scroll/)
    terminal.press('?')
    await terminal.waitFor((shown) => !shown.text.includes('help - arrows scroll'))
    terminal.press('q')
    await terminal.ended()
    expect(begins()).toBeGreaterThan(0)
    expect(terminal.output.split('\x1b[?2026l').length - 1).toBe(begins())
    for (const [frame] of terminal.output.matchAll(/\x1b\[\?2026h[\s\S]*?\x1b\[\?2026l/g)) {
      expect(frame.length).toBeGreaterThan(500)
    }
  })

  it('keeps the process going while the terminal stalls', async () => {
    const terminal = screen.open(['--rate=50'], { columns: 200, rows: 50 })
    await wholeScreen(terminal)
    terminal.stall()
    const end = performance.now() + 4000
    await terminal.waitFor(() => performance.now() > end)
    terminal.unstall()
    const before = terminal.output.length
    await terminal.waitFor(() => terminal.output.length > before + 20_000)
    terminal.press('q')
    await terminal.ended()
    expectRestored(terminal)
    const longest = Number(/stall=(\d+)ms/.exec(terminal.text)?.[1])
    // 4000 with writes that block; what a busy machine adds is far from that.
    expect(longest).toBeLessThan(2000)
  })

  it('sends the next piece only when the last one is acknowledged', async () => {
    const terminal = screen.open(['--rate=50'], { columns: 200, rows: 50, holdsAnswers: true })
    let answers = 0
    while (!terminal.lines.at(-1)?.startsWith(' q quit')) {
      await terminal.waitFor(() => questionsOf(terminal) > answers)
      terminal.press('z')
      terminal.press('x')
      const { length } = terminal.output
      await terminal.waitFor(() => terminal.held !== '')
      expect(questionsOf(terminal)).toBe(answers + 1)
      expect(terminal.output.endsWith('\x1b[5n')).toBe(true)
      expect(terminal.output.length).toBe(length)
      answers++
      terminal.answer()
    }
    terminal.press('q')
    await terminal.waitFor(() => terminal.held !== '' || terminal.exited !== null)
    terminal.answer()
    await terminal.ended()
  })

  it('goes on at once where the terminal is taken up again, after answers that got lost', async () => {
    const terminal = screen.open([], { holdsAnswers: true })
    let isAttached = true
    const whileAnswering = async (met: () => boolean, deadlineMs?: number): Promise<void> =>
      terminal.waitFor(() => {
        if (isAttached && terminal.held !== '') terminal.answer()
        // As dtach does without anybody attached.
        terminal.held = ''
        return met()
      }, deadlineMs)
    await whileAnswering(() => terminal.lines.at(-1)?.startsWith(' q quit') === true)
    isAttached = false
    const from = questionsOf(terminal)
    // The piece of a picture, and once more after 5 s; the next time would be after 10 s.
    await whileAnswering(() => questionsOf(terminal) >= from + 2)
    isAttached = true
    const before = questionsOf(terminal)
    terminal.press('o')
    await whileAnswering(() => /60 s strips/.test(terminal.text), 7000)
    expect(questionsOf(terminal)).toBeGreaterThan(before)
    terminal.press('q')
    await whileAnswering(() => terminal.exited !== null)
    expectRestored(terminal)
  })

  it('shows everything on a terminal that answers nothing', async () => {
    const terminal = screen.open([], { holdsAnswers: true })
    await wholeScreen(terminal)
    terminal.press('o')
    await terminal.waitFor(/60 s strips/)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored(terminal)
  })

  it.each([
    [' ', /FROZEN/],
    [':', /^:/m],
    [':s', /^:s/m],
    ['?', /help - /],
  ])(
    'answers the key %j on a line of 960 bytes a second before 0.5 s of it have passed',
    async (keys, answer) => {
      const terminal = screen.open(['--rate=50'], { bytesPerS: 960 })
      await wholeScreen(terminal)
      // Pieces get as short as the line is slow.
      const from = questionsOf(terminal)
      await terminal.waitFor(() => questionsOf(terminal) > from + 8)
      const before = terminal.output.length
      terminal.press(keys)
      await terminal.waitFor(answer)
      expect(Buffer.byteLength(terminal.output.slice(before))).toBeLessThan(480)
    },
  )
})
