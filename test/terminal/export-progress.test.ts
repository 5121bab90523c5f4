import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CLI } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, series } from '../support/log-fixture.ts'
import { ptyAvailable, TestTerminal } from '../support/terminal.ts'

describe.skipIf(!ptyAvailable)('an export that takes longer than a second', () => {
  test('says how far it is, and leaves nothing of that behind', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'log.db')
    makeLog(file, series(6000, 10_000))
    // The reader of the pipe is slow until the line has been seen, so that the export is: a pipe holds less than the rows.
    const slowly = 'while [ ! -e seen ]; do dd bs=4096 count=1 2>/dev/null; sleep 0.1; done; cat'
    const script = `'${process.execPath}' '${CLI}' export --db '${file}' | { ${slowly}; } | wc -l; echo done`
    const terminal = new TestTerminal('sh', ['-c', script], { cwd: folder })
    onTestFinished(() => terminal.dispose())
    await terminal.waitFor(/ left/)
    writeFileSync(join(folder, 'seen'), '')
    await terminal.waitFor(/^done/m)
    expect(terminal.output).toMatch(
      /\d+ %, [\d ]+ rows, \d\.\d MB, [\d ]+ rows\/s, 00:00:\d\d left/,
    )
    expect(terminal.text.trim()).toBe('6001\ndone')
  })
})
