import { afterEach, expect, it } from 'vitest'
import { CLI } from '../support/cli.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal | undefined

afterEach(() => terminal?.dispose())

it.skipIf(!ptyAvailable)(
  'a port that is the terminal of the user is refused: keys stay keys, and nothing is written to it',
  async () => {
    const run = `"${process.execPath}" "${CLI}" monitor --no-log --port "$(tty)"`
    const script = `${run}; echo "code $?"; echo done`
    terminal = new TestTerminal('/bin/sh', ['-c', script], { columns: 200 })
    await terminal.waitFor(/^done/m)
    expect(terminal.text).toMatch(
      /ina219: '\/dev\/\S+' is the terminal that this runs in, not a serial port; /,
    )
    expect(terminal.text).toMatch(/^code 3$/m)
    expect(terminal.text).not.toContain('{"cmd"')
    expect(terminal.buffer).toBe('normal')
  },
)
