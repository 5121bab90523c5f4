import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkTerminal, type TerminalStreams } from '../../src/doctor/terminal.ts'
import { temporaryFolder } from '../support/folder.ts'

it('has a note on a terminal that nobody knows, and on it alone', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'm'))
  writeFileSync(join(folder, 'm', 'made-up'), '')
  const level = async (term: string): Promise<string | undefined> => {
    const streams = {
      stdin: { isTTY: false },
      stdout: { isTTY: true, columns: 80, rows: 24 },
      env: { TERM: term, TERMINFO: folder, LANG: 'C.UTF-8' },
    } as unknown as TerminalStreams
    const found = await checkTerminal(streams)
    return found.find(({ text }) => text.includes(`TERM=${term}`))?.level
  }
  expect(await level('made-up')).toBe('ok')
  expect(await level('bogus-9')).toBe('note')
})
