import { afterEach, describe, expect, it } from 'vitest'
import { CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal

afterEach(() => {
  terminal?.dispose()
})

describe.skipIf(!ptyAvailable)('a burst on the screen', () => {
  it('is told, and shown as a picture over the chart until it is closed', async () => {
    const args = ['monitor', '--mock', 'radio', '--no-log']
    terminal = new TestTerminal(process.execPath, [CLI, ...args], {
      env: { HOME: temporaryFolder() },
    })
    await terminal.waitFor(/LIVE/)
    terminal.press('b')
    await terminal.waitFor(/no burst yet: :trigger=1\.5 arms it/)
    // It never takes so much.
    terminal.press(':trigger=3,fall\r')
    await terminal.waitFor(/ARMED fall to 3 A/)
    terminal.press(':trigger=off\r')
    await terminal.waitFor(/LIVE/)
    // It falls asleep every 10 s.
    terminal.press(':trigger=5mA,fall,50\r')
    await terminal.waitFor(/trigger: burst of 200 readings in 16\.8 ms/, 30_000)
    terminal.press('b')
    await terminal.waitFor(/burst of .* fall to 0\.005 A - Esc closes[\s\S]* ms +-8 .* 0 .* 8 /)
    await terminal.waitFor(/200 readings in 16\.8 ms, peak/)
    terminal.press('\x1b')
    await terminal.waitFor((shown) => !shown.text.includes('Esc closes'))
    terminal.press(':burst\r')
    await terminal.waitFor(/Esc closes/)
    terminal.press('b')
    await terminal.waitFor((shown) => !shown.text.includes('Esc closes'))
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
  }, 60_000)
})
