import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import type { LogClient, LogEvent, LogState } from '../../src/storage/client/log.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { temporaryFolder } from '../support/folder.ts'
import { EPOCH, HOURS_48_MS, query, series, WORKER_URL } from '../support/log-fixture.ts'
import { until } from '../support/polling.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

function open(): Promise<LogClient> {
  return openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
}

test('hands over, says what is durable, and flushes all at the close', async () => {
  const log = await open()
  const own = log.forDevice()
  expect(log.loggedRuns).toEqual([])
  const committed: number[] = []
  const states: LogState[] = []
  own.onCommitted((_epochId, seq) => committed.push(seq))
  log.onState((state) => states.push(state))
  expect(own.begin(EPOCH.device, EPOCH.boot, EPOCH.startedUs)).toEqual(EPOCH)
  const samples = series(1234, 10_000)
  for (const sample of samples) own.append(sample)
  expect(log.state).toMatchObject({ kind: 'recording', queued: 1234, logged: 0 })
  await until('all is durable', () => log.state.queued === 0)
  expect(committed.at(-1)).toBe(samples.at(-1)?.seq)
  expect(query(file, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 1234 }])
  expect(states.at(-1)).toMatchObject({ logged: 1234, queued: 0 })
  expect(states.at(-1)?.bytes).toBeGreaterThan(10_000)

  own.append({ ...(samples[0] as Sample), seq: 1234, timeUs: EPOCH.startedUs - 1 })
  own.lost({ epochId: 1, firstSeq: 9, count: 2, fromUs: 5, toUs: 6, reason: 'gone' })
  own.event({ timeUs: 7, device: 'bench', kind: 'restart', detail: 'x' })
  await log.close()
  await log.close()
  expect(query(file, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 1235 }])
  expect(query(file, 'SELECT count FROM power_lost')).toEqual([{ count: 2 }])
  expect(query(file, 'SELECT kind FROM power_event')).toEqual([{ kind: 'restart' }])

  const again = await open()
  expect(again.loggedRuns[0]).toMatchObject({ epoch: EPOCH, lastSeq: 1234 })
  await again.close()
})

test('a sample that comes alone is handed over within 250 ms, and durable once it is taken', async () => {
  const log = await open()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const own = log.forDevice()
  const committed: number[] = []
  own.onCommitted((_epochId, seq) => committed.push(seq))
  own.epoch(EPOCH)
  const [sample] = series(1, 1)
  own.append(sample as Sample)
  await log.answer()
  expect(committed).toEqual([])
  vi.advanceTimersByTime(250)
  await log.answer()
  expect(committed).toEqual([sample?.seq])
  await log.close()
})

test('a source that can wait is paused and resumed', async () => {
  const log = await open()
  const own = log.forDevice()
  own.epoch(EPOCH)
  let pauses = 0
  for (const sample of series(200_000, 1000)) {
    own.append(sample)
    if (!log.congested) continue
    pauses++
    await log.drained()
    expect(log.congested).toBe(false)
  }
  expect(pauses).toBeGreaterThan(3)
  await log.close()
  expect(log.state).toMatchObject({ logged: 200_000, queued: 0 })
})

test('its errors come with their code', async () => {
  const log = await open()
  await expect(open()).rejects.toMatchObject({ code: 'log_in_use', name: 'InaError' })
  await log.close()
  const foreign = new Database(file.replace('log.db', 'foreign.db'))
  foreign.exec('CREATE TABLE t(x)')
  foreign.close()
  file = file.replace('log.db', 'foreign.db')
  await expect(open()).rejects.toMatchObject({ code: 'log_foreign' })
})

test('while the log is locked, the state says so, and nothing is lost', async () => {
  const log = await open()
  const own = log.forDevice()
  own.epoch(EPOCH)
  const other = new Database(file)
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  for (const sample of series(1000, 1000)) own.append(sample)
  await until('the state says so', () => log.state.kind === 'spilling')
  expect(log.state).toMatchObject({ queued: 1000, logged: 0 })
  expect(log.state.reason).toContain('locked')
  other.close()
  await until('it records again', () => log.state.kind === 'recording')
  await log.close()
  expect(query(file, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 1000 }])
})

test('a disk that hangs: samples are kept up to a bound, then the log has failed', async () => {
  const hung = join(temporaryFolder(), 'hung.mjs')
  writeFileSync(
    hung,
    `import { parentPort } from 'node:worker_threads'
     parentPort.postMessage({ type: 'open', reply: { nextEpochId: 1, loggedRuns: [], bytes: 0 } })
     parentPort.on('message', () => {})`,
  )
  const log = await openLog({ file, retainMs: HOURS_48_MS }, pathToFileURL(hung))
  const own = log.forDevice()
  own.epoch(EPOCH)
  const [sample] = series(1, 1)
  for (let i = 1; i < 550_000; i++) own.append(sample as Sample)
  expect(log.state).toMatchObject({ kind: 'recording', queued: 549_999 })
  own.append(sample as Sample)
  expect(log.state).toMatchObject({ kind: 'failed', queued: 550_000 })
  own.append(sample as Sample)
  expect(log.state.queued).toBe(550_000)
  expect(log.state.reason).toContain('does not answer')
  await expect(log.close()).rejects.toMatchObject({ code: 'log_unwritable' })
})

test('a thread that ends before it has said anything does not hang the start', async () => {
  const gone = join(temporaryFolder(), 'gone.mjs')
  writeFileSync(gone, 'process.exit(3)')
  const start = openLog({ file, retainMs: HOURS_48_MS }, pathToFileURL(gone))
  await expect(start).rejects.toMatchObject({ code: 'log_unwritable', name: 'InaError' })
})

test('a thread that fails before it has said anything is an error of the log', async () => {
  const failing = join(temporaryFolder(), 'failing.mjs')
  writeFileSync(failing, `throw new RangeError('out of memory')`)
  const start = openLog({ file, retainMs: HOURS_48_MS }, pathToFileURL(failing))
  await expect(start).rejects.toMatchObject({
    code: 'log_unwritable',
    name: 'InaError',
    message: expect.stringContaining('out of memory'),
    cause: expect.objectContaining({ name: 'RangeError' }),
  })
})

test('says what the log itself records: samples that go by more than the passing of time', async () => {
  const log = await open()
  const own = log.forDevice()
  const events: LogEvent[] = []
  log.onEvent((event) => events.push(event))
  expect(own.begin(EPOCH.device, EPOCH.boot, EPOCH.startedUs)).toEqual(EPOCH)
  const samples = series(300, 1e6)
  const old = samples
    .slice(100, 200)
    .map((each) => ({ ...each, timeUs: each.timeUs - 30 * 86_400e6 }))
  for (const each of [...samples.slice(0, 100), ...old, ...samples.slice(200)]) own.append(each)
  await until('it is said', () => events.length > 0)
  await log.close()
  expect(events).toMatchObject([{ device: 'bench', kind: 'retention' }])
  expect(events[0]?.detail).toContain('100 samples are past the retention')
  expect(query(file, 'SELECT kind FROM power_event')).toEqual([{ kind: 'retention' }])
  expect(query(file, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 200 }])
})
