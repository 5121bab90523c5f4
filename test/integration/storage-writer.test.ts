import { statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Epoch } from '../../src/domain/sample.ts'
import { estimateLogBytes } from '../../src/storage/file/log-size.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  ALL,
  batchesOf,
  EPOCH,
  HOURS_48_MS,
  makeLog,
  openWriter,
  query,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

function count(table: string): number {
  return query(file, `SELECT count(*) AS n FROM ${table}`)[0]?.['n'] as number
}

describe('rows', () => {
  test('the view shows what the contract promises', () => {
    makeLog(file, [
      sampleAt(START_US + 123_456, 5),
      sampleAt(START_US + 1e6, null, { status: 'clip' }),
    ])
    expect(
      query(
        file,
        'SELECT timestamp, voltage, current, power, sequence, status, device FROM power_log',
      ),
    ).toEqual([
      {
        timestamp: START_US / 1000 + 123,
        voltage: 5.02,
        current: 0.245,
        power: 1.23,
        sequence: 5,
        status: 'ok',
        device: 'bench',
      },
      {
        timestamp: START_US / 1000 + 1000,
        voltage: 5.02,
        current: 0.245,
        power: 1.23,
        sequence: null,
        status: 'clip',
        device: 'bench',
      },
    ])
  })

  test('equal times are all kept, in order', () => {
    const samples = Array.from({ length: 2000 }, (_, i) => sampleAt(START_US, i))
    makeLog(file, samples)
    const kept = query(file, 'SELECT sequence FROM power_log ORDER BY time_us')
    expect(kept.map((row) => row['sequence'])).toEqual(samples.map((each) => each.seq))
    expect(query(file, 'SELECT DISTINCT timestamp / 1000 AS s FROM power_log')).toHaveLength(1)
  })

  test('a sample takes about 30 bytes', () => {
    makeLog(file, series(100_000, 100_000))
    const perSample = statSync(file).size / 100_000
    expect(perSample).toBeLessThan(33)
    const estimated = estimateLogBytes(10, 10_000_000)
    expect(Math.abs(estimated / statSync(file).size - 1)).toBeLessThan(0.15)
  })

  test('two devices share a log', () => {
    const other: Epoch = { id: 2, device: 'other', boot: null, startedUs: START_US }
    const log = openWriter(file)
    const mixed = series(100, 1e6).flatMap((sample) => [
      sample,
      { ...sample, timeUs: sample.timeUs + 300, epochId: 2, voltage: 1 },
    ])
    log.writer.write(batchesOf(mixed, { epochs: [EPOCH, other] }))
    log.end()
    const reader = LogReader.open(file)
    const totals = reader.totals(ALL)
    expect(totals.map((each) => [each.device, each.samples, each.coveredUs])).toEqual([
      ['bench', 100, 99e6],
      ['other', 100, 99e6],
    ])
    expect(totals[1]?.voltage).toEqual({ min: 1, avg: 1, max: 1 })
    expect([...reader.samples({ ...ALL, device: 'other' })].flat()).toHaveLength(100)
    const minutes = [...reader.buckets(ALL, 60e6)].map((each) => [each.device, each.samples])
    expect(minutes).toEqual([
      ['bench', 60],
      ['other', 60],
      ['bench', 40],
      ['other', 40],
    ])
    reader.close()
  })

  test('a number that jumps is no neighbour: nothing is integrated over a gap', () => {
    const samples = series(10, 1e6).filter((_, i) => i !== 4 && i !== 5)
    makeLog(file, samples)
    const reader = LogReader.open(file)
    const [total] = reader.totals(ALL)
    expect(total?.coveredUs).toBe(6e6)
    reader.close()
  })

  test('where nothing is numbered, a silence counts as a gap, the usual pace does not', () => {
    const times = [0, 1, 2, 3, 4, 5, 6, 30, 31, 32, 33]
    makeLog(
      file,
      times.map((s) => sampleAt(START_US + s * 1e6, null)),
    )
    const reader = LogReader.open(file)
    expect(reader.totals(ALL)[0]?.coveredUs).toBe(9e6)
    reader.close()
  })

  test('what was not measured stays out of the figures, but counts as a row', () => {
    makeLog(file, [
      sampleAt(START_US, 0, { voltage: 5 }),
      sampleAt(START_US + 1e6, 1, { voltage: 99, status: 'out_of_range' }),
      sampleAt(START_US + 2e6, 2, { voltage: 7, status: 'clip' }),
    ])
    const reader = LogReader.open(file)
    const [total] = reader.totals(ALL)
    expect(total).toMatchObject({ samples: 3, measured: 2, coveredUs: 0, chargeMah: null })
    expect(total?.voltage).toEqual({ min: 5, avg: 6, max: 7 })
    reader.close()
  })
})

describe('the next run', () => {
  test('knows where the last one left off', () => {
    makeLog(file, series(10, 1e6))
    const log = openWriter(file)
    expect(log.writer.nextEpochId).toBe(2)
    expect(log.writer.loggedRuns()).toEqual([{ epoch: EPOCH, lastSeq: 9, lastUs: START_US + 9e6 }])
    // It goes on in the same epoch, so the samples on either side are neighbours.
    log.writer.write(batchesOf(series(10, 1e6, 10), { epochs: [EPOCH] }))
    log.end()
    const reader = LogReader.open(file)
    expect(reader.totals(ALL)[0]).toMatchObject({ samples: 20, coveredUs: 19e6 })
    reader.close()
    expect(count('epoch')).toBe(1)
  })

  test('an epoch whose number is taken by another gets a new one', () => {
    makeLog(file, series(10, 1e6))
    const log = openWriter(file)
    const mine: Epoch = { id: 1, device: 'bench', boot: 8, startedUs: START_US + 100e6 }
    log.writer.write(batchesOf([sampleAt(START_US + 100e6, 0)], { epochs: [mine] }))
    log.end()
    expect(query(file, 'SELECT epoch, boot FROM power_log ORDER BY time_us DESC LIMIT 1')).toEqual([
      { epoch: 2, boot: 8 },
    ])
  })
})

describe('retention', () => {
  const HOUR_MS = 3_600_000

  test('old samples go in small steps, their minutes stay', () => {
    const log = openWriter(file, HOUR_MS)
    log.writer.write(batchesOf([], { epochs: [EPOCH] }))
    let most = 0
    const samples = series(20_000, 1e6)
    for (const batch of batchesOf(samples)) {
      const before = log.db.prepare('SELECT count(*) FROM sample').pluck().get() as number
      log.writer.write([batch])
      const after = log.db.prepare('SELECT count(*) FROM sample').pluck().get() as number
      most = Math.max(most, before + batch.block.count - after)
    }
    expect(most).toBeLessThanOrEqual(2000)
    log.end()
    const oldest = query(file, 'SELECT min(time_us) AS us FROM power_log')[0]?.['us']
    const newest = START_US + 19_999e6
    expect(oldest).toBe(newest - HOUR_MS * 1000)
    expect(query(file, 'SELECT sum(samples) AS n FROM power_minute')).toEqual([{ n: 20_000 }])
    const reader = LogReader.open(file)
    expect(reader.totals(ALL)[0]).toMatchObject({ samples: 20_000, coveredUs: 19_999e6 })
    reader.close()
  })

  test('samples that come after a clock that was far ahead are kept', () => {
    const log = openWriter(file, HOUR_MS)
    const ahead = series(100, 1e6).map((each) => ({
      ...each,
      timeUs: each.timeUs + 365 * 86_400e6,
    }))
    log.writer.write(batchesOf(ahead, { epochs: [EPOCH] }))
    log.end()
    const later = openWriter(file, HOUR_MS)
    const epoch = { ...EPOCH, id: 2, boot: 8 }
    const right = series(100, 1e6).map((each) => ({ ...each, epochId: 2 }))
    later.writer.write(batchesOf(right, { epochs: [epoch] }))
    later.end()
    const again = openWriter(file, HOUR_MS)
    while (again.writer.maintain());
    again.end()
    expect(query(file, 'SELECT count(*) AS n FROM power_log WHERE epoch = 2')).toEqual([{ n: 100 }])
  })

  test('a shorter retention is caught up with step by step, and the file shrinks', () => {
    makeLog(file, series(200_000, 100_000))
    const before = statSync(file).size
    const log = openWriter(file, HOUR_MS)
    let steps = 0
    while (log.writer.maintain()) steps++
    expect(steps).toBeGreaterThan(100)
    log.end()
    expect(count('sample')).toBe(36_001)
    expect(statSync(file).size).toBeLessThan(before * 0.6)
    expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  test('each device is counted back from its own newest sample', () => {
    makeLog(file, series(100, 1e6))
    const log = openWriter(file, HOUR_MS)
    const later: Epoch = { id: 2, device: 'later', boot: 1, startedUs: START_US }
    const samples = series(100, 1e6).map((sample) => ({
      ...sample,
      epochId: 2,
      timeUs: sample.timeUs + 30 * 24 * HOUR_MS * 1000,
    }))
    log.writer.write(batchesOf(samples, { epochs: [later] }))
    log.end()
    expect(count('sample')).toBe(200)
  })
})

test('an old capture after newer samples of the same device lands in its place', () => {
  const old = series(500, 1e6)
  const log = openWriter(file)
  const newer = series(100, 1e6, 10_000)
  log.writer.write(batchesOf(newer, { epochs: [EPOCH] }))
  for (const batch of batchesOf(old)) log.writer.write([batch])
  log.end()
  const reader = LogReader.open(file)
  const seen = [...reader.samples(ALL)].flat().map((each) => each.seq)
  expect(seen).toEqual([...old, ...newer].map((each) => each.seq))
  expect(reader.totals(ALL)[0]).toMatchObject({ samples: 600, coveredUs: 598e6 })
  reader.close()
})

test('buckets from the roll-ups are those from the raw rows', () => {
  const samples = series(30_000, 250_000).filter((_, i) => i % 97 !== 0)
  makeLog(file, samples)
  const reader = LogReader.open(file)
  // Deleting the roll-ups and marking all dirty makes the reader compute everything.
  const every = [60e6, 300e6, 3600e6]
  const range = { ...ALL, fromUs: START_US + 12_345_678, toUs: START_US + 7_000e6 + 1 }
  const kept = every.map((us) => [...reader.buckets(range, us)])
  const db = new Database(file)
  db.exec('INSERT INTO dirty SELECT device_id, minute FROM minute; DELETE FROM minute')
  db.close()
  const computed = every.map((us) => [...reader.buckets(range, us)])
  reader.close()
  expect(computed).toEqual(kept)
  expect(kept[0]?.length).toBeGreaterThan(100)
})

test('lost samples are spread over the buckets they would have lain in', () => {
  const samples = [...series(60, 1e6), ...series(60, 1e6, 180)]
  makeLog(file, samples, {
    lost: [
      {
        epochId: 1,
        firstSeq: 60,
        count: 120,
        fromUs: START_US + 59e6,
        toUs: START_US + 180e6,
        reason: 'gone',
      },
    ],
  })
  const reader = LogReader.open(file)
  const rows = [...reader.buckets(ALL, 60e6)]
  expect(rows.map((row) => [row.samples, row.lost])).toEqual([
    [60, 0],
    [0, 60],
    [0, 60],
    [60, 0],
  ])
  expect(rows[1]).toMatchObject({ coverage: 0, voltage: null, chargeMah: null })
  const odd = [...reader.buckets(ALL, 7_777_777)]
  expect(odd.reduce((sum, row) => sum + row.lost, 0)).toBe(120)
  expect(odd.reduce((sum, row) => sum + row.samples, 0)).toBe(120)
  expect([...reader.losses(ALL)]).toMatchObject([{ count: 120, firstSeq: 60, reason: 'gone' }])
  reader.close()
})

test('retention of 48 h keeps 48 h', () => {
  const log = openWriter(file, HOURS_48_MS)
  const samples = series(3000, 120e6)
  for (const batch of batchesOf(samples, { epochs: [EPOCH] })) log.writer.write([batch])
  log.end()
  expect(count('sample')).toBe(1441)
})
