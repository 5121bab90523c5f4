import { describe, expect, it } from 'vitest'
import { HEADER, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('the screen at each size', () => {
  it.each([
    [80, 24],
    [120, 30],
    [200, 50],
  ])('shows everything at %dx%d', async (columns, rows) => {
    const terminal = screen.open([], { columns, rows })
    await wholeScreen(terminal)
    await terminal.waitFor(/\d\.\d+ A /)
    expect(terminal.buffer).toBe('alternate')
    expect(terminal.cursorShown).toBe(false)
    expect(terminal.text).toMatch(/60 s/)
    expect(terminal.text).toMatch(/1m +min +avg +max/)
    expect(terminal.text).toMatch(/Q [\d.]+ mAh +E [\d.]+ mWh/)
    expect(terminal.lines.at(-1)).toMatch(/^ q quit/)
    expect(terminal.text).toMatch(/[\u2801-\u28ff]{3}/)
  })

  it('has big digits at 200x50', async () => {
    const terminal = screen.open([], { columns: 200, rows: 50 })
    await terminal.waitFor(/┌ 1 values {2}Voltage ─+ ok ┐┌ Current ─+ ok ┐┌ Power ─+ ok ┐/)
    await terminal.waitFor(/[█▀▄]+ .*peak 1\.2040 A/)
  })

  it("draws the bars of the wall with blessed-contrib's gauge, below help", async () => {
    const terminal = screen.open([], { columns: 120, rows: 40 })
    await wholeScreen(terminal)
    terminal.press('ppp')
    const bar = () => terminal.lines.findIndex((line) => line.startsWith(' Voltage')) + 1
    const ground = () => terminal.cell(1, bar()).background
    await terminal.waitFor(() => bar() > 0 && ground() !== -1)
    // A background of its own where the value reaches, dots below what is empty.
    const cells = Array.from({ length: 118 }, (_, x) => terminal.cell(1 + x, bar()).background)
    const full = cells.filter((each) => each !== -1).length
    expect(full).toBeGreaterThan(60)
    expect(full).toBeLessThan(118)
    expect(cells.slice(0, full).every((each) => each === cells[0])).toBe(true)
    terminal.press('?')
    await terminal.waitFor(/help - /)
    const title = terminal.lines.findIndex((line) => line.includes('help - '))
    const left = terminal.lines[title]?.indexOf('┌') ?? 0
    for (let y = title; y < title + 20; y++) {
      expect(terminal.cell(left + 5, y).background).toBe(-1)
    }
  })

  it('shows values that live', async () => {
    const terminal = screen.open(['--rate=50'])
    const current = (): string => terminal.lines[2]?.slice(4, 13) ?? ''
    await wholeScreen(terminal)
    const seen = new Set<string>()
    await terminal.waitFor(() => seen.add(current()).size > 4)
  })

  it('follows the size of the terminal, down to one line and back', async () => {
    const terminal = screen.open()
    await wholeScreen(terminal)
    terminal.resize(200, 50)
    await terminal.waitFor((shown) => shown.lines[49]?.startsWith(' q quit') === true)
    await terminal.waitFor(/┌ 1 values {2}Voltage ─/)
    terminal.resize(30, 5)
    await terminal.waitFor(/^m?V -?[\d.]+ m?A -?[\d.]+ W -?[\d.]+/)
    expect(terminal.exited).toBeNull()
    terminal.resize(39, 5)
    await terminal.waitFor(/needs 40x8/)
    terminal.resize(80, 24)
    await terminal.waitFor((shown) => shown.lines[23]?.startsWith(' q quit') === true)
    expect(terminal.lines[0]).toMatch(HEADER)
    expect(terminal.text).not.toContain('needs 40x8')
  })
})
