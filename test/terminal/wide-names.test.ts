import { afterEach, expect, it } from 'vitest'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal

afterEach(() => {
  terminal?.dispose()
})

function open(env: Record<string, string> = {}): void {
  const args = [
    'monitor',
    '--no-log',
    '--mock',
    '--mock',
    'radio',
    '--device',
    '電源',
    '--device',
    '電池',
  ]
  terminal = new TestTerminal(process.execPath, ['bin/ina219.js', ...args], { env })
}

it.skipIf(!ptyAvailable)(
  'wide names keep the columns behind them, and help covers half of one',
  async () => {
    open()
    await terminal.waitFor(/>1 電源 LIVE .* │ 2 電池 LIVE/)
    const header = await lineWith(/ina219 電源@mock:normal LIVE/)
    // Two characters of two cells each: the clock ends one cell before the right edge all the same.
    expect(header).toMatch(/ \d\d:\d\d:\d\d$/)
    expect(header).toHaveLength(79 - 2)
    terminal.press('?')
    await terminal.waitFor(/general/)
    terminal.press('\x1b')
    await terminal.waitFor(/>1 電源 LIVE .* │ 2 電池 LIVE/)
  },
)

it.skipIf(!ptyAvailable)('in ASCII, two names stay two', async () => {
  open({ LANG: 'C', LC_ALL: 'C' })
  await terminal.waitFor(/>1 U\+96FBU\+6E90 LIVE .* \| 2 U\+96FBU\+6C60 LIVE/)
})

async function lineWith(pattern: RegExp): Promise<string> {
  await terminal.waitFor(pattern)
  return (terminal.lines.find((line) => pattern.test(line)) ?? '').trimEnd()
}
