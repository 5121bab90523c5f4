/** What every `LogClient` promises: the log behind its thread, and its twin in memory. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import type { DeviceLog, LogClient, LogEvent } from '../../src/storage/client/log.ts'
import { openLog } from '../../src/storage/client/log-client.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  HOURS_48_MS,
  query,
  START_US,
  sampleAt,
  series,
  WORKER_URL,
} from '../support/log-fixture.ts'
import { MemoryLog } from '../support/memory-log.ts'
import { until } from '../support/polling.ts'

/** A log, and how a test gets at it. */
interface Bench {
  readonly log: LogClient
  /** Resolves when all that was handed over is durable. */
  settle(): Promise<void>
  rows(sql: string): Record<string, unknown>[]
  /** The next run on the same log, after the close. */
  reopen(): Promise<Bench>
}

async function threadBench(file = join(temporaryFolder(), 'log.db')): Promise<Bench> {
  const log = await openLog({ file, retainMs: HOURS_48_MS }, WORKER_URL)
  return {
    log,
    settle: () => until('all is durable', () => log.state.queued === 0),
    rows: (sql) => query(file, sql),
    reopen: () => threadBench(file),
  }
}

async function memoryBench(before?: MemoryLog): Promise<Bench> {
  const log = new MemoryLog(before === undefined ? {} : { db: before.db })
  return {
    log,
    settle: async () => log.commit(),
    rows: (sql) => log.query(sql),
    reopen: () => memoryBench(log),
  }
}

/** What the log has reported, merged as a stream does. */
function heard(
  log: LogClient,
  own: DeviceLog,
): { readonly commits: Map<number, number>; events: LogEvent[] } {
  const commits = new Map<number, number>()
  const events: LogEvent[] = []
  own.onCommitted((epochId, seq) => commits.set(epochId, seq))
  log.onEvent((event) => events.push(event))
  return { commits, events }
}

const CHANNELS = 'SELECT channel, value, unit, sequence FROM channel_log ORDER BY time_us, channel'

describe.each([
  ['in its thread', () => threadBench()],
  ['in memory', () => memoryBench()],
] as const)('the log %s', (_name, open) => {
  test('numbers the runs, each with an id of its own, also in the next run', async () => {
    const { log, reopen } = await open()
    const own = log.forDevice()
    const a = own.begin('a', 7, START_US)
    const b = own.begin('b', null, START_US)
    expect(a).toEqual({ id: a.id, device: 'a', boot: 7, startedUs: START_US })
    expect(b.id).not.toBe(a.id)
    own.append(sampleAt(START_US, 0, { epochId: a.id }))
    own.append(sampleAt(START_US + 1, 0, { epochId: b.id }))
    await log.close()
    const next = await reopen()
    const nextOwn = next.log.forDevice()
    expect([a.id, b.id]).not.toContain(nextOwn.begin('a', 8, START_US + 1e6).id)
    await next.log.close()
  })

  test('a run resumes where the one before left off; devices without a boot number do not', async () => {
    const { log, reopen } = await open()
    const own = log.forDevice()
    expect(log.loggedRuns).toEqual([])
    const a = own.begin('a', 7, START_US)
    const b = own.begin('b', null, START_US)
    for (const each of series(10, 1e6)) {
      own.append({ ...each, epochId: a.id })
      own.append({ ...each, timeUs: each.timeUs + 1, epochId: b.id })
    }
    own.append(sampleAt(START_US + 5.5e6, 3, { epochId: a.id, origin: 'late' }))
    await log.close()
    const next = await reopen()
    const nextOwn = next.log.forDevice()
    expect(next.log.loggedRuns).toEqual([{ epoch: a, lastSeq: 9, lastUs: START_US + 9e6 }])
    nextOwn.epoch(a)
    nextOwn.append(sampleAt(START_US + 10e6, 10, { epochId: a.id }))
    await next.log.close()
    expect(next.rows(`SELECT count(*) AS n FROM epoch`)).toEqual([{ n: 2 }])
    expect(
      next.rows(`SELECT count(*) AS n, max(sequence) AS last FROM power_log WHERE device = 'a'`),
    ).toEqual([{ n: 12, last: 10 }])
  })

  test('a boot number that comes later belongs to the run that has begun', async () => {
    const { log, reopen, settle } = await open()
    const own = log.forDevice()
    const epoch = own.begin('a', null, START_US)
    own.append(sampleAt(START_US, 5, { epochId: epoch.id }))
    await settle()
    own.epoch({ ...epoch, boot: 3 })
    own.append(sampleAt(START_US + 1e6, 6, { epochId: epoch.id }))
    await log.close()
    const next = await reopen()
    expect(next.log.loggedRuns[0]).toMatchObject({ epoch: { ...epoch, boot: 3 }, lastSeq: 6 })
    expect(next.rows('SELECT id, boot FROM epoch')).toEqual([{ id: epoch.id, boot: 3 }])
    expect(next.rows('SELECT coverage * 60 AS s FROM power_minute')).toEqual([{ s: 1 }])
    await next.log.close()
  })

  test('a commit says by run how far its samples in order are durable', async () => {
    const { log, settle } = await open()
    const own = log.forDevice()
    const { commits } = heard(log, own)
    const a = own.begin('a', 1, START_US)
    const b = own.begin('b', 1, START_US)
    const c = own.begin('c', 1, START_US)
    const append = (epochId: number, seq: number | null, origin: Sample['origin']): void =>
      own.append(sampleAt(START_US + 1000 * (seq ?? 0), seq, { epochId, origin }))
    append(a.id, 10, 'live')
    append(b.id, 500, 'live')
    append(a.id, 11, 'healed')
    append(c.id, null, 'live')
    // The last of the batch is a late one: those in order count all the same.
    append(a.id, 4, 'late')
    await settle()
    expect(commits).toEqual(
      new Map([
        [a.id, 11],
        [b.id, 500],
      ]),
    )
    commits.clear()
    append(a.id, 5, 'late')
    await settle()
    expect(commits.size).toBe(0)
    append(b.id, 0xffff_ffff, 'live')
    append(b.id, 0, 'live')
    await settle()
    expect(commits).toEqual(new Map([[b.id, 0]]))
    await log.close()
  })

  test('more than a batch is durable in order', async () => {
    const { log, settle, rows } = await open()
    const own = log.forDevice()
    const { commits } = heard(log, own)
    const { id } = own.begin('a', 1, START_US)
    for (const each of series(1234, 1000)) own.append({ ...each, epochId: id })
    await settle()
    expect(commits.get(id)).toBe(1233)
    expect(rows('SELECT count(*) AS n FROM power_log')).toEqual([{ n: 1234 }])
    expect(log.state).toMatchObject({ kind: 'recording', queued: 0, logged: 1234 })
    expect(log.state.bytes).toBeGreaterThan(30_000)
    await log.close()
  })

  test('values of extra channels stand beside their sample, exactly, with their unit', async () => {
    const { log, rows } = await open()
    const own = log.forDevice()
    const { id } = own.begin('a', 1, START_US)
    const info = { device: 'a' }
    own.channel({ ...info, id: 'soc', unit: '%' })
    own.append(sampleAt(START_US, 0, { epochId: id, extras: { soc: 85, t: 23.5 } }))
    own.append(sampleAt(START_US + 1e6, 1, { epochId: id }))
    own.append(sampleAt(START_US + 2e6, 2, { epochId: id, extras: { t: 0.1 + 0.2, soc: 1e16 } }))
    own.channel({ ...info, id: 't', unit: 'degC' })
    await log.close()
    expect(rows(CHANNELS)).toEqual([
      { channel: 'soc', value: 85, unit: '%', sequence: 0 },
      { channel: 't', value: 23.5, unit: 'degC', sequence: 0 },
      { channel: 'soc', value: 1e16, unit: '%', sequence: 2 },
      { channel: 't', value: 0.1 + 0.2, unit: 'degC', sequence: 2 },
    ])
    expect(rows('SELECT count(*) AS n FROM power_log')).toEqual([{ n: 3 }])
  })

  test('a sample without voltage and current is in channel_log, not in power_log', async () => {
    const { log, rows, settle } = await open()
    const own = log.forDevice()
    const { commits } = heard(log, own)
    const { id } = own.begin('a', 1, START_US)
    const none = { voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
    own.append(sampleAt(START_US, 0, { epochId: id }))
    own.append(
      sampleAt(START_US + 1e6, 1, {
        epochId: id,
        electric: false,
        ...none,
        extras: { lux: 35000 },
      }),
    )
    await settle()
    expect(commits.get(id)).toBe(1)
    await log.close()
    expect(rows('SELECT sequence FROM power_log')).toEqual([{ sequence: 0 }])
    expect(rows(CHANNELS)).toEqual([{ channel: 'lux', value: 35000, unit: '', sequence: 1 }])
    expect(rows('SELECT v, a, w FROM sample WHERE seq = 1')).toEqual([
      { v: null, a: null, w: null },
    ])
    expect(rows('SELECT samples, measured FROM power_minute')).toEqual([
      { samples: 2, measured: 1 },
    ])
  })

  test('lost ranges and events are on record; a sample found leaves its range', async () => {
    const { log, rows } = await open()
    const own = log.forDevice()
    const { id } = own.begin('a', 1, START_US)
    const range = { epochId: id, firstSeq: 5, count: 3, fromUs: START_US, toUs: START_US + 4e6 }
    own.append(sampleAt(START_US, 4, { epochId: id }))
    own.append(sampleAt(START_US + 4e6, 8, { epochId: id }))
    own.lost({ ...range, reason: 'gone' })
    own.event({ timeUs: START_US, device: 'a', kind: 'restart', detail: 'x' })
    own.append(sampleAt(START_US + 1e6, 5, { epochId: id, origin: 'late' }))
    const foundUs = START_US + 1e6
    own.lost({ ...range, count: 1, fromUs: foundUs, toUs: foundUs, reason: 'found' })
    await log.close()
    expect(rows('SELECT first_sequence, count, reason FROM power_lost')).toEqual([
      { first_sequence: 6, count: 2, reason: 'gone' },
    ])
    expect(rows('SELECT kind, device, detail FROM power_event')).toEqual([
      { kind: 'restart', device: 'a', detail: 'x' },
    ])
  })

  test('reports what the log itself records', async () => {
    const { log, settle } = await open()
    const own = log.forDevice()
    const { events } = heard(log, own)
    const a = own.begin('a', 1, START_US)
    for (const each of series(10, 1e6)) own.append({ ...each, epochId: a.id })
    const again = own.begin('a', 2, START_US + 4e6)
    own.append(sampleAt(START_US + 4e6, 0, { epochId: again.id }))
    await settle()
    expect(events).toMatchObject([{ device: 'a', kind: 'overlap' }])
    await log.close()
  })
})

test('in memory, a log commits by itself at each N', () => {
  const log = new MemoryLog({ commitEvery: 10 })
  const own = log.forDevice()
  const { commits } = heard(log, own)
  const { id } = own.begin('a', 1, START_US)
  for (const each of series(25, 1e6)) own.append({ ...each, epochId: id })
  expect(commits.get(id)).toBe(19)
  expect(log.state).toMatchObject({ logged: 20, queued: 5 })
  log.commit()
  expect(commits.get(id)).toBe(24)
})
