import { describe, expect, it } from 'vitest'
import { CLI, temporaryFolder } from '../support/cli.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

describe.skipIf(!ptyAvailable)('mock | monitor --stdin', () => {
  it('obeys keys after the mock has ended, too', async () => {
    const ina219 = `'${process.execPath}' '${CLI}'`
    const pipe = `${ina219} mock --rate 50 --count 20 | ${ina219} monitor --stdin --no-log; echo left $?`
    const terminal = new TestTerminal('/bin/sh', ['-c', pipe], {
      env: { HOME: temporaryFolder() },
    })
    try {
      await terminal.waitFor(/ENDED/)
      // No Enter: the key alone has to do.
      terminal.press('q')
      await terminal.waitFor(/left 0/)
      expect(terminal.buffer).toBe('normal')
    } finally {
      terminal.dispose()
    }
  })
})
