import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CLI, start } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { hasPty } from '../support/serial.ts'
import { ptyAvailable, type TerminalOptions, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal

afterEach(() => {
  terminal?.dispose()
})

/** `ina219 monitor` as a user has it on a terminal. */
function monitor(args: readonly string[], options: TerminalOptions = {}): TestTerminal {
  terminal = new TestTerminal(process.execPath, [CLI, 'monitor', ...args], {
    ...options,
    env: { HOME: temporaryFolder(), ...options.env },
  })
  return terminal
}

describe.skipIf(!ptyAvailable)('the palette', () => {
  it('tells the device another interval, and the rate follows', async () => {
    monitor(['--mock', '--no-log'])
    await terminal.waitFor(/LIVE +10\.\d S\/s/)
    terminal.press(':')
    await terminal.waitFor(/Tab completes[\s\S]*mark <note>[\s\S]*^: *$/m)
    terminal.press('inte\t')
    await terminal.waitFor(/interval=<ms> +time between samples[\s\S]*^:interval= *$/m)
    terminal.press('20\r')
    await terminal.waitFor(/interval=20: ok/)
    await terminal.waitFor(/LIVE +5\d\.\d S\/s/)
    // It is on record, too; the next key takes the word back away.
    terminal.press('\x1b')
    await terminal.waitFor(/command: set_interval 20: ok/)
    expect(terminal.text).not.toContain('Tab completes')
    // What was said before, and what the device refuses.
    terminal.press(':\x1b[A')
    await terminal.waitFor(/^:interval=20 *$/m)
    terminal.press('\x17interval=2h\r')
    await terminal.waitFor(/interval=2h: refused: range/)
    terminal.press(':hello\r')
    await terminal.waitFor(/answer[\s\S]*hello: ina219, fw mock[\s\S]*output.D\s+off/)
    // The next key is back at the picture.
    terminal.press('\x1b[A')
    await terminal.waitFor((shown) => !shown.text.includes('─ answer ─'))
  })

  it('keeps a line with a mistake, goes on drawing meanwhile, and takes any text', async () => {
    monitor(['--mock', '--no-log'])
    await terminal.waitFor(/LIVE/)
    terminal.press(':intervall=5\r')
    await terminal.waitFor(
      /not carried out[\s\S]*did you\s+mean 'interval'\?[\s\S]*^:intervall=5 *$/m,
    )
    const clock = terminal.lines[0]?.slice(-9)
    await terminal.waitFor(({ lines }) => lines[0]?.slice(-9) !== clock)
    // Delete one letter in the middle.
    terminal.press('\x1b[D\x1b[D\x7f')
    await terminal.waitFor(/time between samples[\s\S]*^:interval=5 *$/m)
    terminal.press('\x03')
    await terminal.waitFor((shown) => !shown.text.includes('time between samples'))
    expect(terminal.exited).toBeNull()
    // A `q` in it is a letter.
    terminal.press('mfrequência ½ q\r')
    await terminal.waitFor(/marked: frequência ½ q/)
    await terminal.waitFor(/marker: frequência ½ q/)
    terminal.press(':')
    await terminal.waitFor(/Tab completes/)
    terminal.press('\x1b')
    await terminal.waitFor((shown) => !shown.text.includes('Tab completes'))
    terminal.press(':quit\r')
    expect((await terminal.ended()).exitCode).toBe(0)
    expect(terminal.buffer).toBe('normal')
  })

  it.skipIf(!hasPty)('reaches a device at a port', async () => {
    const port = join(temporaryFolder(), 'board')
    const device = start(['mock', '--pty', port])
    await once(device.stdout as NodeJS.ReadableStream, 'data')
    monitor(['--port', port, '--no-log'], { columns: 60, rows: 15 })
    await terminal.waitFor(/LIVE/)
    terminal.press(':averaging=8 output.A=on\r')
    await terminal.waitFor(/averaging=8: ok; output\.A=on: ok/)
  })

  it('says so where there is no way to the device', async () => {
    const ina219 = `'${process.execPath}' '${CLI}'`
    const pipe = `${ina219} mock --rate 50 | ${ina219} monitor --stdin --no-log`
    terminal = new TestTerminal('/bin/sh', ['-c', pipe], { env: { HOME: temporaryFolder() } })
    await terminal.waitFor(/LIVE/)
    terminal.press(':interval=50\r')
    await terminal.waitFor(/nothing can be sent to stdin: its samples come one way/)
  })

  it('changes what the screen shows', async () => {
    monitor(['--mock', '--mock=motor', '--no-log'])
    await terminal.waitFor(/^>1 /m)
    terminal.press(':span 5m\r')
    await terminal.waitFor(/ 5 min overlay/)
    terminal.press(':curves strips\r')
    await terminal.waitFor(/ 5 min strips/)
    terminal.press(':device 2\r')
    await terminal.waitFor(/>2 /)
    terminal.press(':reset\r')
    await terminal.waitFor(/start again at 0/)
  })
})
