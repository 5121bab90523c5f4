import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Batch } from '../../src/sinks/sink.ts'
import { SinkCursor } from '../../src/sinks/sink-cursor.ts'
import { SinkLog } from '../../src/sinks/sink-log.ts'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { BEGINNING, CommitReader } from '../../src/storage/read/commit-reader.ts'
import type { LogBatch } from '../../src/storage/write/log-batch.ts'
import { piped } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, EPOCH, openWriter, query, START_US, series } from '../support/log-fixture.ts'
import { InfluxDouble } from '../support/servers/influx-double.ts'
import { lacksPostgres, PostgresServer } from '../support/servers/postgres.ts'
import { sendAll } from '../support/sink-rig.ts'

test('what has to go before a sink could take it is counted, and on record there, too', async () => {
  const server = await InfluxDouble.start()
  onTestFinished(() => server.close())
  const file = join(temporaryFolder(), 'log.db')
  const retainMs = 60_000
  const write = (from: number, count: number): void => {
    const log = openWriter(file, retainMs)
    for (const batch of batchesOf(series(count, 100_000, from))) log.writer.write([batch])
    log.end()
  }
  write(0, 100)
  const log = new SinkLog(file, 'other')
  // 100 samples past the retention.
  await new SinkCursor(log, 'x', 3200).begin()
  log.close()
  // Half an hour at 10 Hz: 600 samples are within the retention.
  write(100, 18_000)
  const missed = (): number | undefined => {
    const registry = ReaderRegistry.open(file)
    try {
      return registry.list()[0]?.missed
    } finally {
      registry.close()
    }
  }
  // What is still to send begins with what is still there.
  const reader = CommitReader.open(file)
  const oldestUs = query(file, 'SELECT min(id) AS us FROM sample')[0]?.['us'] as number
  expect(oldestUs).toBeGreaterThan(START_US + 100 * 100_000)
  expect(reader.unreadSpan(BEGINNING)).toEqual([oldestUs, START_US + 18_099 * 100_000])
  reader.close()
  const { length: events } = server.lines
  const status = await sendAll(file, `${server.sinkUrl}&name=x`)
  const samples = server.lines.filter((line) => line.startsWith('power_sample'))
  expect(missed()).toBeGreaterThan(16_000)
  expect(status.missed).toBe(missed())
  expect(samples.length + (missed() ?? 0)).toBe(18_100)
  expect(new Set(samples).size).toBe(samples.length)
  const said = server.lines.slice(events).filter((line) => /^power_event\S*,kind=sink /.test(line))
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(`${missed()}`)
  expect(samples.at(-1)).toMatch(new RegExp(` ${START_US + 18_099 * 100_000}$`))
})

test('what goes while it is on its way was not missed if it arrives', async () => {
  const file = join(temporaryFolder(), 'log.db')
  const retainMs = 60_000
  const { device } = EPOCH
  const write = (from: number, count: number): void => {
    const log = openWriter(file, retainMs)
    const timeUs = START_US + from * 100_000
    const events = [{ timeUs, device, kind: 'silent' as const, detail: `from ${from}` }]
    const [first, ...rest] = batchesOf(series(count, 100_000, from), { events })
    for (const batch of [first as LogBatch, ...rest]) log.writer.write([batch])
    log.end()
  }
  write(0, 100)
  const log = new SinkLog(file, 'other')
  onTestFinished(() => log.close())
  const cursor = new SinkCursor(log, 'x', 0)
  await cursor.begin()
  await log.use().registry.report('x', 'here')
  // Two batches on their way, of 40 and 60 samples, and the event.
  const [first, second] = [await cursor.next(40), await cursor.next(500)]
  expect([first?.samples.length, second?.samples.length]).toEqual([40, 60])
  const stored = (): (number | undefined)[] => {
    const registry = ReaderRegistry.open(file)
    const [info] = registry.list()
    registry.close()
    return [info?.missed, info?.missedEvents]
  }
  // Both are past the retention now, and 399 samples and an event that nobody has read.
  write(100, 1000)
  expect(stored()).toEqual([499, 2])
  expect(cursor.unsent().missed).toBe(400)
  await cursor.accept(first as Batch)
  expect(stored()).toEqual([459, 1])
  expect(cursor.unsent().missed).toBe(400)
  // The second one fails: it can't come again, and counts.
  cursor.rewind()
  expect(cursor.unsent().missed).toBe(460)
  const third = await cursor.next(10_000)
  expect(third?.samples).toHaveLength(601)
  await cursor.accept(third as Batch)
  expect(stored()).toEqual([459, 1])
})

test.skipIf(lacksPostgres !== null)(
  'what is counted as missed and what is there are all, where the retention goes past a sink that keeps up',
  { timeout: 60_000 },
  async () => {
    const server = await PostgresServer.start()
    onTestFinished(() => server.stop())
    const db = join(temporaryFolder(), 'log.db')
    const started = ['--start', `${Math.floor(Date.now() / 1000) - 3000}`]
    const device = ['mock', '--plain-frames', '--rate', '2500', '--interval', '100']
    const to = ['--sink', server.url(), '--sink-keep', '0', '--db', db, '--retain', '1m']
    const [, end] = await piped(
      [...device, '--count', '15000', ...started],
      ['monitor', '--stdin', '--keep-time', ...to],
    )
    expect(end.code).toBe(0)
    const registry = ReaderRegistry.open(db)
    const [info] = registry.list()
    registry.close()
    expect(info?.missed).toBeGreaterThan(0)
    const [[rows] = []] = await server.query('SELECT count(*) FROM power_sample')
    const reader = CommitReader.open(db)
    const queued = reader.backlog(info?.cursor ?? '').samples
    reader.close()
    expect(Number(rows) + queued + (info?.missed ?? 0)).toBe(15_000)
  },
)
