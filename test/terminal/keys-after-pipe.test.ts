import { describe, expect, it } from 'vitest'
import { CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

const ina219 = `'${process.execPath}' '${CLI}'`
const mock = `${ina219} mock --rate 50 --count 20`

describe.skipIf(!ptyAvailable)('mock | monitor --stdin', () => {
  it.each([
    ['a mock', mock],
    // The answers to frames are held back for a whole line then, and shown by the terminal itself.
    [
      'a writer that brings back line mode before its end',
      `{ ${mock}; stty sane </dev/tty; ${mock}; }`,
    ],
  ])('obeys keys after the end of %s', async (_, writer) => {
    const pipe = `${writer} | ${ina219} monitor --stdin --no-log; echo left $?`
    const terminal = new TestTerminal('/bin/sh', ['-c', pipe], {
      env: { HOME: temporaryFolder() },
    })
    try {
      await terminal.waitFor(
        () => terminal.text.includes('ENDED') && !terminal.text.includes('^[['),
      )
      // No Enter: the key alone has to do.
      terminal.press('q')
      await terminal.waitFor(/left 0/)
      expect(terminal.buffer).toBe('normal')
    } finally {
      terminal.dispose()
    }
  })
})
