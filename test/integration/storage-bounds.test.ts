import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { EventKind } from '../../src/domain/events.ts'
import type { LostRange } from '../../src/storage/client/log.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { EpochTable } from '../../src/storage/write/epoch-table.ts'
import { BURST, MAX_EVENTS } from '../../src/storage/write/event-table.ts'
import { EMPTY_BATCH, type LogBatch } from '../../src/storage/write/log-batch.ts'
import { SINGLE_RANGES } from '../../src/storage/write/loss-table.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { MAX_STATES } from '../../src/storage/write/status-table.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  ALL,
  batchesOf,
  EPOCH,
  HOURS_48_MS,
  openWriter,
  query,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'

const HOUR_US = 3600e6
const DAY_US = 24 * HOUR_US

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

function one(sql: string): unknown {
  return Object.values(query(file, sql)[0] ?? {})[0]
}

describe('one sample with a wrong time', () => {
  /** 40 h at 1/10 Hz. */
  const day = series(14_400, 10e6).map((each) => ({ ...each, timeUs: each.timeUs - 40 * HOUR_US }))
  const clock = (us: number) => ({ monoMs: () => us / 1000, wallMs: () => (START_US + us) / 1000 })

  test('in the middle deletes nothing of a log', () => {
    const log = openWriter(file, HOURS_48_MS, clock(0))
    log.writer.write(batchesOf(day, { epochs: [EPOCH] }))
    log.writer.write(batchesOf([sampleAt(START_US + 10 * DAY_US, 14_400)]))
    while (log.writer.maintain());
    log.writer.write(
      batchesOf(
        series(80, 10e6, 14_401).map((each, i) => ({ ...each, timeUs: START_US + i * 10e6 })),
      ),
    )
    while (log.writer.maintain());
    log.end()
    expect(one('SELECT count(*) FROM power_log')).toBe(14_481)
  })

  test('as the last one deletes nothing at the close, nor in the next run', () => {
    const log = openWriter(file, HOURS_48_MS, clock(0))
    log.writer.write(batchesOf(day, { epochs: [EPOCH] }))
    log.writer.write(batchesOf([sampleAt(START_US + 10 * DAY_US, 14_400)]))
    log.end()
    expect(one('SELECT count(*) FROM power_log')).toBe(14_401)
    const again = openWriter(file, HOURS_48_MS, clock(HOUR_US))
    again.writer.write(batchesOf([sampleAt(START_US + HOUR_US, 20_000)], { epochs: [EPOCH] }))
    while (again.writer.maintain());
    again.end()
    expect(one('SELECT count(*) FROM power_log')).toBe(14_402)
  })

  test('and an old capture after newer samples: what goes is said', () => {
    const log = openWriter(file, HOURS_48_MS, clock(0))
    log.writer.write(batchesOf(day, { epochs: [EPOCH] }))
    const old = series(500, 1e6).map((each) => ({ ...each, timeUs: each.timeUs - 30 * DAY_US }))
    log.writer.write(batchesOf(old))
    while (log.writer.maintain());
    expect(log.writer.takeNotes()).toEqual([])
    log.writer.write(batchesOf(series(100, 10e6)))
    const notes = log.writer.takeNotes()
    expect(notes).toMatchObject([{ device: 'bench', kind: 'retention' }])
    expect(notes[0]?.detail).toContain('500 samples are past the retention')
    log.end()
    expect(one('SELECT count(*) FROM power_log')).toBe(14_500)
    expect(one("SELECT count(*) FROM power_event WHERE kind = 'retention'")).toBe(1)
  })

  test('and so many samples that they are not all counted for the event', () => {
    const log = openWriter(file, HOURS_48_MS, clock(0))
    const old = series(100_001, 1e3).map((each) => ({ ...each, timeUs: each.timeUs - 30 * DAY_US }))
    log.writer.write(batchesOf(old, { epochs: [EPOCH] }))
    log.writer.write(batchesOf(series(100, 10e6)))
    expect(log.writer.takeNotes()[0]?.detail).toContain('at least 100000 samples are past')
    while (log.writer.maintain());
    log.end()
    expect(one('SELECT count(*) FROM power_log')).toBe(100)
  })
})

describe('words of a device without end', () => {
  test('are put together past a limit, measured or not as before', () => {
    const log = openWriter(file)
    const count = 3 * MAX_STATES
    const samples = series(count, 1e6).map((each, i) => {
      const suffix = i % 3 === 0 ? ',out_of_range' : ''
      return { ...each, status: i === count - 1 ? 'nosensor' : `w${i}${suffix}` }
    })
    log.writer.write(batchesOf(samples, { epochs: [EPOCH] }))
    log.end()
    expect(one('SELECT count(*) FROM status')).toBe(MAX_STATES + 3)
    expect(one('SELECT count(*) FROM power_log')).toBe(count)
    expect(
      query(file, "SELECT text, measured FROM status WHERE text NOT LIKE 'w%' ORDER BY text"),
    ).toEqual([
      { text: 'nosensor', measured: 0 },
      { text: 'other', measured: 1 },
      { text: 'other,out_of_range', measured: 0 },
    ])
    const reader = LogReader.open(file)
    expect(reader.totals(ALL)[0]).toMatchObject({ samples: count, measured: count - count / 3 - 1 })
    reader.close()
  })

  test('are kept to the letter where few of their samples are within the retention', () => {
    const log = openWriter(file, 600_000)
    const samples = series(10_000, 10e6).map((each, i) => ({ ...each, status: `w${i}` }))
    for (const batch of batchesOf(samples, { epochs: [EPOCH] })) log.writer.write([batch])
    log.end()
    expect(query(file, 'SELECT status FROM power_log ORDER BY time_us')).toEqual(
      Array.from({ length: 61 }, (_, i) => ({ status: `w${9939 + i}` })),
    )
    expect(one('SELECT count(*) FROM status')).toBe(61)
  })
})

/** `count` ranges of one sample, every other second. */
function ranges(count: number, stepUs = 2e6): LostRange[] {
  return Array.from({ length: count }, (_, i) => ({
    epochId: 1,
    firstSeq: 2 * i + 1,
    count: 1,
    fromUs: START_US + i * stepUs,
    toUs: START_US + i * stepUs + 1e6,
    reason: 'gone' as const,
  }))
}

describe('lost ranges', () => {
  test('past the retention are put together by minute, and add up', () => {
    const log = openWriter(file, 600_000)
    const samples = series(20_000, 1e6).filter((each) => (each.seq as number) % 2 === 0)
    log.writer.write(batchesOf(samples, { epochs: [EPOCH], lost: ranges(10_000) }))
    log.end()
    expect(one('SELECT count(*) FROM lost')).toBeLessThan(20_000 / 60 + 310)
    expect(one('SELECT sum(count) FROM lost')).toBe(10_000)
    const reader = LogReader.open(file)
    expect(reader.totals(ALL)[0]?.lost).toBe(10_000)
    const minutes = [...reader.buckets({ ...ALL, toUs: START_US + 6000e6 }, 60e6)]
    expect(new Set(minutes.map(({ lost }) => lost))).toEqual(new Set([30]))
    reader.close()
  })

  test('within the retention are put together where there are too many of them', () => {
    const log = openWriter(file)
    const count = 3 * SINGLE_RANGES
    const lost = ranges(count, 1000)
    for (let at = 0; at < count; at += 500) {
      const block = at === 0 ? batchesOf(series(10, 1e6))[0]?.block : undefined
      const batch: LogBatch = {
        ...EMPTY_BATCH,
        epochs: at === 0 ? [EPOCH] : [],
        block: block ?? EMPTY_BATCH.block,
        lost: lost.slice(at, at + 500),
      }
      log.writer.write([batch])
      expect(
        log.db.prepare('SELECT count(*) FROM lost').pluck().get() as number,
      ).toBeLessThanOrEqual(2 * SINGLE_RANGES + 10)
    }
    // Its own range is gone; the sum still falls by one.
    const found = { ...(lost[100] as LostRange), reason: 'found' as const }
    const newest = { ...(lost.at(-1) as LostRange), reason: 'found' as const }
    const sum = () => log.db.prepare('SELECT sum(count) FROM lost').pluck().get()
    log.writer.write([{ ...EMPTY_BATCH, lost: [newest] }])
    expect(sum()).toBe(count - 1)
    log.writer.write([{ ...EMPTY_BATCH, lost: [found] }])
    log.end()
    expect(one('SELECT count(*) FROM lost')).toBeLessThanOrEqual(SINGLE_RANGES + 10)
    expect(one('SELECT sum(count) FROM lost')).toBe(count - 2)
  })
})

describe('events', () => {
  const batchOf = (events: LogBatch['events']): LogBatch => ({
    ...EMPTY_BATCH,
    epochs: [EPOCH],
    events,
  })
  const event = (i: number, stepUs: number, kind: EventKind = 'hello') => ({
    timeUs: START_US + i * stepUs,
    device: 'bench',
    kind,
    detail: `boot ${i}`,
  })

  test('that come as a storm are one row with a count', () => {
    const log = openWriter(file)
    const storm = Array.from({ length: 50_000 }, (_, i) => event(i, 100))
    log.writer.write([batchOf([...storm, event(0, 1, 'restart')])])
    log.writer.write([batchOf([event(1, HOUR_US)])])
    log.end()
    const rows = query(
      file,
      "SELECT detail FROM power_event WHERE kind = 'hello' ORDER BY timestamp",
    )
    expect(rows.slice(0, BURST)).toEqual(storm.slice(0, BURST).map(({ detail }) => ({ detail })))
    expect(rows.slice(BURST)).toEqual([
      {
        detail: `${50_000 - BURST} times until 2026-11-20T20:13:04.999Z, the last: boot 49999`,
      },
      { detail: 'boot 1' },
    ])
    expect(one("SELECT count(*) FROM power_event WHERE kind = 'restart'")).toBe(1)
  })

  test('of different parts of a device are folded apart, by way of the spill file, too', () => {
    const storm = Array.from({ length: 100 }, (_, i) => ({
      ...event(i, 100, 'poll'),
      about: `g${i % 2}`,
    }))
    const spill = new SpillFile(`${file}.parts`)
    spill.append(EMPTY_BATCH, [batchOf(storm)])
    const spilled = spill.readChunk(0)?.batches ?? []
    expect(spilled.flatMap(({ events }) => events)).toEqual(storm)
    const log = openWriter(file)
    log.writer.write(spilled)
    log.end()
    const rows = query(file, "SELECT detail FROM power_event WHERE detail LIKE '% times until %'")
    expect(rows).toEqual([
      { detail: expect.stringMatching(/^30 times .* boot 98$/) },
      { detail: expect.stringMatching(/^30 times .* boot 99$/) },
    ])
  })

  test.each<EventKind>([
    'poll_sums',
    'alarm_on',
    'alarm_off',
    'alarm_ack',
    'totals',
    'output',
    'calibration',
  ])('of kind %s are kept one by one in a storm, too', (kind) => {
    const log = openWriter(file)
    const count = 10 * BURST
    log.writer.write([batchOf(Array.from({ length: count }, (_, i) => event(i, 100, kind)))])
    log.end()
    expect(one('SELECT count(*) FROM event')).toBe(count)
    expect(one('SELECT detail FROM event ORDER BY id DESC LIMIT 1')).toBe(`boot ${count - 1}`)
  })

  test('are kept up to a number of them', () => {
    const log = openWriter(file)
    const count = MAX_EVENTS + 5000
    const events = Array.from({ length: count }, (_, i) => event(i, 60e6, 'reconnect'))
    for (let at = 0; at < count; at += 500) log.writer.write([batchOf(events.slice(at, at + 500))])
    log.end()
    expect(one('SELECT count(*) FROM event')).toBe(MAX_EVENTS)
    expect(one('SELECT detail FROM event ORDER BY id DESC LIMIT 1')).toBe(`boot ${count - 1}`)
  })
})

test('epochs that nothing is left of go, but for those that a run may go on with', () => {
  const log = openWriter(file, 600_000)
  const count = 5000
  for (let id = 1; id <= count; id++) {
    const epoch = { ...EPOCH, id, boot: id, startedUs: START_US + id * 10e6 }
    const sample = sampleAt(epoch.startedUs, 0, { epochId: id })
    const lost = id === 7 ? ranges(1).map((range) => ({ ...range, epochId: 7 })) : []
    log.writer.write(batchesOf([sample], { epochs: [epoch], lost }))
    log.writer.forgetEpochs()
    if (id % 100 === 0) log.writer.maintain()
  }
  expect(log.db.prepare('SELECT count(*) FROM epoch').pluck().get()).toBeLessThan(1200)
  log.end()
  // Those of the last ten minutes, and the one with a loss.
  expect(one('SELECT count(*) FROM epoch')).toBe(62)
  expect(one('SELECT count(*) FROM power_log')).toBe(61)
  expect(one('SELECT count(*) FROM power_lost')).toBe(1)
  const again = openWriter(file)
  expect(new EpochTable(again.db).loggedRuns()).toMatchObject([{ epoch: { id: count } }])
  expect(again.writer.nextEpochId).toBe(count + 1)
})

test('a log of many devices is read in about one pass, not in one for each of them', () => {
  const log = openWriter(file)
  const devices = 1000
  const epochs = Array.from({ length: devices }, (_, i) => ({
    ...EPOCH,
    id: i + 1,
    device: `bench ${i}`,
  }))
  const samples = series(10 * devices, 1000).map((each, i) => ({
    ...each,
    epochId: (i % devices) + 1,
    seq: Math.floor(i / devices),
  }))
  log.writer.write(batchesOf(samples, { epochs }))
  log.end()
  const reader = LogReader.open(file)
  expect(reader.span(null)).toEqual({ fromUs: START_US, toUs: START_US + 9_999_000 })
  const totals = reader.totals({ ...ALL, fromUs: START_US, toUs: START_US + 9_999_001 })
  const minutes = [...reader.buckets(ALL, 60e6)]
  reader.close()
  expect(totals).toHaveLength(devices)
  for (const each of [...totals, ...minutes])
    expect(each).toMatchObject({ samples: 10, coveredUs: 9e6 })
})
