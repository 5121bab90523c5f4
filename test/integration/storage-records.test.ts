import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { migrate } from '../../src/storage/file/new-log.ts'
import type { LogEvent, LostRange } from '../../src/storage/file/records.ts'
import { CommitReader, type LogRecord } from '../../src/storage/read/commit-reader.ts'
import { EMPTY_BATCH, type LogBatch } from '../../src/storage/write/log-batch.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  type OpenLog,
  openWriter,
  query,
  START_US,
  series,
} from '../support/log-fixture.ts'
import { toLayout4 } from '../support/old-layouts.ts'
import { random as seededRandom } from '../support/repair-rig.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

function lostAt(firstSeq: number, count: number, reason: LostRange['reason']): LostRange {
  const fromUs = START_US + firstSeq * 1e6
  return { epochId: 1, firstSeq, count, fromUs, toUs: fromUs + count * 1e6, reason }
}

function eventAt(seconds: number, detail: string, kind: LogEvent['kind'] = 'marker'): LogEvent {
  return { timeUs: START_US + seconds * 1e6, device: 'bench', kind, detail }
}

function write(log: OpenLog, more: Partial<LogBatch>): void {
  log.writer.write([{ ...EMPTY_BATCH, epochs: [EPOCH], ...more }])
}

/** What somebody has who applies what changes: the same tables, kept elsewhere. */
class Copy {
  readonly losses = new Map<number, unknown>()
  readonly events = new Map<number, unknown>()
  readonly runs = new Map<number, unknown>()
  n = 0

  follow(reader: CommitReader, limit: number): void {
    for (;;) {
      const { records, n, isComplete } = reader.records(this.n, limit)
      for (const record of records) this.#apply(record)
      this.n = n
      if (isComplete) return
    }
  }

  #apply(record: LogRecord): void {
    const { id } = record
    if (record.kind === 'loss') this.losses.set(id, record)
    else if (record.kind === 'loss_gone') this.losses.delete(id)
    else if (record.kind === 'event') this.events.set(id, record)
    else this.runs.set(id, record)
  }
}

/** The same from the log itself. */
function expectEqual(copy: Copy): void {
  const losses = query(
    file,
    `SELECT l.id, first_seq AS firstSeq, count, from_us AS fromUs, to_us AS toUs, reason, epoch_id AS runId, 7 AS boot, 'bench' AS device, 'loss' AS kind FROM lost l`,
  )
  const events = query(
    file,
    `SELECT id, time_us AS timeUs, kind AS event, detail, 'bench' AS device, 'event' AS kind FROM event`,
  )
  const byId = (a: unknown, b: unknown): number =>
    (a as { id: number }).id - (b as { id: number }).id
  expect([...copy.losses.values()].sort(byId)).toEqual(losses.sort(byId))
  expect([...copy.events.values()].sort(byId)).toEqual(events.sort(byId))
}

describe('events, lost ranges and runs as they change', () => {
  test('whoever applies the changes has what the log has, at any moment', async () => {
    const log = openWriter(file)
    log.writer.write(batchesOf(series(1, 1e6), { epochs: [EPOCH] }))
    const registry = ReaderRegistry.open(file, 'this process')
    await registry.register('copy', 1e9)
    const reader = CommitReader.open(file, 'this process')
    const copy = new Copy()
    const random = seededRandom(5)
    const missing = new Set<number>()
    let seq = 1
    for (let turn = 0; turn < 300; turn++) {
      const count = 1 + Math.floor(random() * 4)
      const found = [...missing].filter(() => random() < 0.1)
      write(log, {
        lost: [lostAt(seq, count, 'gone'), ...found.map((each) => lostAt(each, 1, 'found'))],
        // A storm of one kind changes the detail of one event again and again.
        events: [eventAt(seq, `number ${turn}`, turn % 3 === 0 ? 'marker' : 'hello')],
      })
      for (let i = 0; i < count; i++) missing.add(seq + i)
      for (const each of found) missing.delete(each)
      seq += count + 1
      if (random() < 0.2) {
        copy.follow(reader, 1 + Math.floor(random() * 20))
        expectEqual(copy)
        if (random() < 0.5) await registry.acknowledge('copy', '0', copy.n)
      }
    }
    copy.follow(reader, 7)
    expectEqual(copy)
    const left = [...copy.losses.values()] as { count: number }[]
    expect(left.reduce((sum, { count }) => sum + count, 0)).toBe(missing.size)
    expect([...copy.runs.values()]).toEqual([
      { kind: 'run', id: 1, device: 'bench', boot: 7, startedUs: START_US },
    ])
    expect(reader.recordBacklog(copy.n)).toBe(0)
    await registry.acknowledge('copy', '0', copy.n)
    expect(
      query(file, 'SELECT count(*) AS n FROM record_change WHERE gone_from_us IS NOT NULL'),
    ).toEqual([{ n: 0 }])
    reader.close()
    registry.close()
  })

  test('a boot number that comes to be known later changes the run', () => {
    const log = openWriter(file)
    const unknown = { ...EPOCH, boot: null }
    log.writer.write(batchesOf(series(3, 1e6), { epochs: [unknown] }))
    const reader = CommitReader.open(file, 'this process')
    const first = reader.records(0, 10)
    expect(first.records).toMatchObject([{ kind: 'run', boot: null }])
    log.writer.write(batchesOf(series(3, 1e6, 3), { epochs: [EPOCH] }))
    expect(reader.records(first.n, 10).records).toMatchObject([{ kind: 'run', id: 1, boot: 7 }])
    reader.close()
  })

  test('events that are deleted before a reader has taken them are counted for it', async () => {
    const log = openWriter(file)
    write(log, { events: [eventAt(1, 'a'), eventAt(2, 'b'), eventAt(3, 'c')] })
    const registry = ReaderRegistry.open(file, 'this process')
    await registry.register('late', 1000)
    await registry.claim('late', '{}', () => true)
    await registry.register('quick', 1000)
    await registry.acknowledge('quick', '0', 4)
    await registry.register('of samples', 1000)
    log.db.exec(`DELETE FROM event WHERE detail <> 'c'`)
    expect(registry.list().map(({ name, missedEvents }) => [name, missedEvents])).toEqual([
      ['late', 2],
      ['of samples', 0],
      ['quick', 0],
    ])
    registry.close()
  })

  test('without a registered reader nothing is kept of what is gone', () => {
    const log = openWriter(file)
    write(log, { lost: [lostAt(1, 1, 'gone')] })
    write(log, { lost: [lostAt(1, 1, 'found')] })
    expect(query(file, `SELECT kind FROM record_change`)).toEqual([{ kind: 'run' }])
  })

  test('ids of events and losses are not used twice', () => {
    const log = openWriter(file)
    for (let i = 0; i < 3; i++) {
      write(log, { lost: [lostAt(1, 1, 'gone')], events: [eventAt(i, 'x')] })
      write(log, { lost: [lostAt(1, 1, 'found')] })
      log.db.exec('DELETE FROM event')
    }
    write(log, { lost: [lostAt(1, 1, 'gone')], events: [eventAt(9, 'x')] })
    expect(query(file, 'SELECT id FROM lost UNION ALL SELECT id FROM event')).toEqual([
      { id: 4 },
      { id: 4 },
    ])
  })

  test('a log of layout 4 hands out what it had, in order of time', () => {
    const log = openWriter(file)
    log.writer.write(batchesOf(series(1, 1e6), { epochs: [EPOCH] }))
    write(log, { lost: [lostAt(5, 2, 'gone')], events: [eventAt(9, 'b'), eventAt(3, 'a')] })
    log.end()
    toLayout4(file)
    expect(() => {
      const reader = CommitReader.open(file)
      try {
        reader.records(0, 10)
      } finally {
        reader.close()
      }
    }).toThrow(/layout 4/)
    const { db } = openWriter(file)
    migrate(db)
    const reader = CommitReader.open(file, 'this process')
    expect(reader.records(0, 10).records.map(({ kind }) => kind)).toEqual([
      'run',
      'event',
      'loss',
      'event',
    ])
    expect(reader.identity).toMatch(/^[0-9a-f]{32}$/)
    reader.close()
  })
})

test('what a reader says of itself is there for others', async () => {
  openWriter(file)
  const registry = ReaderRegistry.open(file, 'this process')
  await registry.report('nobody', 'x')
  await registry.register('copy', 1000)
  expect(registry.list()).toMatchObject([{ name: 'copy', report: null, recordN: 0 }])
  await registry.report('copy', '{"state":"sending"}')
  await registry.acknowledge('copy', '0', 3)
  await registry.acknowledge('copy', '0', 2)
  expect(registry.list()).toMatchObject([
    { name: 'copy', report: '{"state":"sending"}', recordN: 3 },
  ])
  await registry.remove('copy')
  await registry.register('copy', 1000)
  expect(registry.list()).toMatchObject([{ name: 'copy', report: null, recordN: 0 }])
  registry.close()
})
