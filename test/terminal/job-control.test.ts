import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectRestored, HEADER, screenBench, wholeScreen } from '../support/screen-bench.ts'
import { ptyAvailable } from '../support/terminal.ts'

const screen = screenBench()

describe.skipIf(!ptyAvailable)('job control', () => {
  it('goes to the shell on Ctrl-Z and comes back', async () => {
    // An interactive shell does job control; its prompt tells when it has the terminal.
    const inputrc = join(screen.folder, 'inputrc')
    writeFileSync(inputrc, 'set enable-bracketed-paste off\n')
    const terminal = screen.start('/bin/bash', ['--norc', '--noprofile', '-i'], {
      // This shell would have its own pastes bracketed.
      env: { PS1: 'READY> ', INPUTRC: inputrc },
    })
    await terminal.waitFor(/READY> /)
    terminal.press(`yes | ${screen.command}\r`)
    await wholeScreen(terminal)
    terminal.press('\x1a')
    await terminal.waitFor(/Stopped/)
    expectRestored(terminal)
    terminal.press('fg\r')
    await terminal.waitFor((shown) => shown.buffer === 'alternate' && HEADER.test(shown.text))
    await terminal.waitFor(() => terminal.mouse === 'drag')
    terminal.press('o')
    await terminal.waitFor(/60 s strips/)
    terminal.press('q')
    await terminal.waitFor(/ended resets=0/)
    expectRestored(terminal)
    terminal.press('exit\r')
    await terminal.ended()
  })

  it('comes back by itself where nothing stops it', async () => {
    const terminal = screen.open()
    await wholeScreen(terminal)
    const screens = (): number => terminal.output.split('\x1b[?1049h').length - 1
    terminal.press('\x1a')
    await terminal.waitFor(() => screens() === 2)
    await wholeScreen(terminal)
    terminal.press('q')
    expect((await terminal.ended()).exitCode).toBe(0)
    expectRestored(terminal)
  })
})
