import { afterEach, expect, it } from 'vitest'
import { ptyAvailable, type TerminalOptions, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal

afterEach(() => {
  terminal?.dispose()
})

function open(names: readonly [string, string], options: TerminalOptions = {}): void {
  const devices = names.flatMap((name) => ['--device', name])
  const args = ['monitor', '--no-log', '--mock', '--mock', 'radio', ...devices]
  terminal = new TestTerminal(process.execPath, ['bin/ina219.js', ...args], options)
}

const TWO = ['電源', '電池'] as const

it.skipIf(!ptyAvailable)('wide names keep the columns behind them', async () => {
  open(TWO)
  await terminal.waitFor(/>1 電源 LIVE .* │ 2 電池 LIVE/)
  const header = await lineWith(/ina219 電源@mock:normal LIVE/)
  // Two characters of two cells each: the clock ends one cell before the right edge all the same.
  expect(header).toMatch(/ \d\d:\d\d:\d\d$/)
  expect(header).toHaveLength(79 - 2)
})

it.skipIf(!ptyAvailable)('help covers half of a wide character, and gives it back', async () => {
  const wide = '電源電池'.repeat(6)
  // One begins at an even column, the other at an odd one: one of them lies across the edge of help.
  open([wide, `b${wide}`], { columns: 120, rows: 30 })
  const halves: string[] = []
  for (const name of [wide, `b${wide}`]) {
    const header = new RegExp(`ina219 ${name}@mock:\\w+ LIVE`)
    await terminal.waitFor(header)
    const before = cellsOf(0)
    terminal.press('?')
    // Row by row: a large frame arrives in pieces.
    await terminal.waitFor(() => edgeOfHelp() !== null)
    const edge = edgeOfHelp() ?? 0
    expect(edge).toBeGreaterThan(8)
    if (before[edge] === '') halves.push(name)
    // What is left of the character is blank, and what stands left of it is as it was.
    expect(cellsOf(0)[edge - 1]?.trim()).toBe('')
    expect(cellsOf(0).slice(0, edge - 2)).toEqual(before.slice(0, edge - 2))
    terminal.press('\x1b')
    await terminal.waitFor(header)
    expect(cellsOf(0).slice(0, 60)).toEqual(before.slice(0, 60))
    terminal.press('\t')
  }
  expect(halves).toHaveLength(1)
})

it.skipIf(!ptyAvailable)('in ASCII, two names stay two', async () => {
  open(TWO, { env: { LANG: 'C', LC_ALL: 'C' } })
  await terminal.waitFor(/>1 U\+96FBU\+6E90 LIVE .* \| 2 U\+96FBU\+6C60 LIVE/)
})

async function lineWith(pattern: RegExp): Promise<string> {
  await terminal.waitFor(pattern)
  return (terminal.lines.find((line) => pattern.test(line)) ?? '').trimEnd()
}

/** The characters of a row by cells; the right half of a wide one is empty. */
function cellsOf(y: number): string[] {
  return Array.from({ length: 120 }, (_, x) => terminal.cell(x, y).char)
}

/** The column of its left side, from its upper corner to its lower one; null: not all of that is there. */
function edgeOfHelp(): number | null {
  const edge = cellsOf(0).indexOf('┌')
  if (edge < 0) return null
  const side = terminal.lines.map((_, y) => terminal.cell(edge, y).char).join('')
  return /^┌│{10,}└/.test(side) ? edge : null
}
