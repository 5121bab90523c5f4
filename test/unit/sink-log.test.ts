import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SinkLog } from '../../src/sinks/sink-log.ts'
import { canSeeLocks, locksOn } from '../support/file-locks.ts'
import { temporaryFolder } from '../support/folder.ts'
import { makeLog, series } from '../support/log-fixture.ts'

/** Without it, `sqlite3 log.db` takes itself for the last one, and deletes the WAL that this process writes to. */
test.skipIf(!canSeeLocks)('a log that is read on keeps its lock on the file', async () => {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(10, 1000))
  const log = new SinkLog(file, 'other')
  onTestFinished(() => log.close())
  const { reader, registry } = log.use()
  reader.since('0', 10)
  await registry.register('x', 1000)
  log.use()
  expect(locksOn(file)).toBeGreaterThan(0)
})
