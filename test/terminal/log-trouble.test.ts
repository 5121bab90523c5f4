import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, it } from 'vitest'
import { CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { until } from '../support/polling.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

let terminal: TestTerminal

afterEach(() => {
  terminal?.dispose()
})

it.skipIf(!ptyAvailable)(
  'a log that is not written is said until somebody takes notice',
  async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'log.db')
    terminal = new TestTerminal(process.execPath, [CLI, 'monitor', '--mock', '--db', file], {
      env: { HOME: folder },
    })
    await terminal.waitFor(/LIVE .* \| REC log/)
    const other = new Database(file)
    try {
      other.exec('BEGIN IMMEDIATE')
      await terminal.waitFor(/LOG WAITS \d+ !/)
      await terminal.waitFor(/FAULT ! LOG NOT WRITTEN 1x \d\d:\d\d:\d\d/)
      await terminal.waitFor(/log: the log is not being written: it is locked by another program/)
      other.exec('COMMIT')
    } finally {
      other.close()
    }
    // It is written again, and what was is not forgotten.
    await terminal.waitFor(/LIVE .* \| REC ! log/)
    await terminal.waitFor(/LATCHED LOG NOT WRITTEN 1x \d\d:\d\d:\d\d/)
    await terminal.waitFor(/log: the log is being written again|spill/)
    terminal.press('a')
    await terminal.waitFor(/acknowledged: that the log was not written/)
    await terminal.waitFor(/LIVE .* \| REC log/)
    await until('nothing of it is shown', () => !terminal.text.includes('LOG NOT WRITTEN'))
  },
)
