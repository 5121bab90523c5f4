import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { openLog } from '../../src/storage/client/log-client.ts'
import {
  type LogHistory,
  type LogHistoryOptions,
  openLogHistory,
} from '../../src/storage/client/log-history.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { canSeeLocks, locksOn } from '../support/file-locks.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  HISTORY_WORKER_URL,
  HOURS_48_MS,
  makeLog,
  START_US,
  series,
  WORKER_URL,
} from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

function historyOf(file: string, options: LogHistoryOptions = {}): LogHistory {
  const history = openLogHistory(file, { workerUrl: HISTORY_WORKER_URL, ...options })
  onTestFinished(() => history.close())
  return history
}

/** Samples in each slot around ten samples, 20 ms apart. */
async function countsOf(history: LogHistory): Promise<number[]> {
  return [...(await history.series('bench', START_US - 20_000, 20_000, 12)).count]
}

const TEN = [0, ...new Array(10).fill(1), 0]

test('looks back while the log goes on being written, and holds nothing back', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const log = await openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
  const own = log.forDevice()
  const epoch = own.begin('bench', 7, START_US)
  const history = historyOf(file)
  expect(history.isAwake).toBe(false)
  let counted = 0
  for (const part of [0, 1, 2, 3]) {
    for (const sample of series(1000, 10_000, part * 1000)) {
      own.append({ ...sample, epochId: epoch.id, extras: { soc: 50 } })
    }
    await until('the part is committed', () => log.state.queued === 0)
    const trace = await history.series('bench', START_US, 1e6, 60)
    const sum = trace.count.reduce((total, each) => total + each, 0)
    expect(sum).toBe((part + 1) * 1000)
    expect(Object.keys(trace.channels).toSorted()).toEqual(['a', 'soc', 'v', 'w'])
    counted++
  }
  expect(counted).toBe(4)
  const { count } = await history.series('bench', START_US - 10_000, 10_000, 4002)
  expect([...count]).toEqual([0, ...new Array(4000).fill(1), 0])
  const other = await history.series('other', START_US, 1e6, 60)
  expect([...other.count]).toEqual(new Array(60).fill(0))
  // No read transaction is left that the WAL would have to be kept for.
  const db = new Database(file)
  const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
  db.close()
  expect(result?.busy).toBe(0)
  await log.close()
})

test('the answer is that of a reader in this thread', async () => {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(7000, 20_000))
  const reader = LogReader.open(file)
  onTestFinished(() => reader.close())
  const history = historyOf(file)
  const asked: Parameters<LogHistory['series']>[] = [
    ['bench', START_US + 7, 500_000, 300],
    ['bench', START_US, 60e6, 10],
    ['nobody', START_US, 60e6, 10],
  ]
  const answers = await Promise.all(asked.map((each) => history.series(...each)))
  expect(answers).toEqual(asked.map((each) => reader.series(...each)))
})

test('the thread ends by itself, and the next question starts another one', async () => {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(10, 20_000))
  const history = historyOf(file, { idleMs: 1 })
  expect(await countsOf(history)).toEqual(TEN)
  await until('it has ended', () => !history.isAwake)
  expect(await countsOf(history)).toEqual(TEN)
})

test('a log that can not be read is an InaError, and one that comes is read', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const history = historyOf(file)
  await expect(countsOf(history)).rejects.toMatchObject({ code: 'log_missing' })
  makeLog(file, series(10, 20_000))
  expect(await countsOf(history)).toEqual(TEN)
  const other = join(temporaryFolder(), 'other.db')
  writeFileSync(other, 'no database at all, but a text of some length '.repeat(10))
  await expect(historyOf(other).series('bench', 0, 1, 1)).rejects.toMatchObject({
    name: 'InaError',
    code: 'log_damaged',
  })
})

test('a question under way fails when it is closed', async () => {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(10, 20_000))
  const history = historyOf(file)
  const failed = expect(countsOf(history)).rejects.toMatchObject({ code: 'log_unreadable' })
  await history.close()
  await failed
  await expect(countsOf(history)).rejects.toMatchObject({ code: 'log_unreadable' })
})

test.skipIf(!canSeeLocks)(
  'a look back leaves the writer of this process its locks on the log',
  async () => {
    const file = join(temporaryFolder(), 'log.db')
    const log = await openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
    const own = log.forDevice()
    const { id } = own.begin('bench', 7, START_US)
    for (const sample of series(100, 10_000)) own.append({ ...sample, epochId: id })
    await until('all is durable', () => log.state.queued === 0)
    const before = locksOn(file)
    expect(before).toBeGreaterThan(0)
    const history = historyOf(file, { owner: 'this process' })
    const trace = await history.series('bench', START_US, 1e6, 1)
    expect([...trace.count]).toEqual([100])
    expect(locksOn(file)).toBe(before)
    await history.close()
    expect(locksOn(file)).toBe(before)
    await log.close()
  },
)
