import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { hasTable, layoutOf } from '../../src/storage/file/layout.ts'
import { openForWriting } from '../../src/storage/file/log-file.ts'
import { migrate } from '../../src/storage/file/new-log.ts'
import { MIGRATIONS, SCHEMA_VERSION } from '../../src/storage/file/schema.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { LogKeeper } from '../../src/storage/write/log-keeper.ts'
import { systemClock } from '../../src/util/clock.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  ALL,
  batchesOf,
  HOURS_48_MS,
  openWriter,
  query,
  START_US,
  sampleAt,
} from '../support/log-fixture.ts'
import { makeLogV1 } from '../support/log-v1.ts'

const TABLES = ['device', 'epoch', 'status', 'sample', 'lost', 'event', 'spill']
const VIEWS = ['power_log', 'power_lost', 'power_event']
/** What layout 1 had of these; later ones add columns, and have minutes computed again. */
const MINUTE = `device_id, minute, samples, measured, covered_us, v_min, v_sum, v_max, a_min, a_sum,
  a_max, w_min, w_sum, w_max, charge_pc, energy_pj`
const POWER_MINUTE = `timestamp, device, samples, measured, coverage, voltage_min, voltage_avg,
  voltage_max, current_min, current_avg, current_max, power_min, power_avg, power_max, charge_mah,
  energy_mwh`

let file: string

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
})

/** All rows of tables and views, with the type of each stored value. */
function contentOf(path: string): unknown {
  const samples = query(path, 'SELECT id, typeof(v), typeof(a), typeof(w) FROM sample ORDER BY id')
  const minutes = query(path, `SELECT ${MINUTE} FROM minute`)
  const shown = query(path, `SELECT ${POWER_MINUTE} FROM power_minute`)
  const rest = [...TABLES, ...VIEWS].map((name) => query(path, `SELECT * FROM ${name}`))
  return [samples, minutes, shown, ...rest]
}

function open(): Database.Database {
  const db = openForWriting(file)
  onTestFinished(() => void db.close())
  return db
}

test('the statements of layout 1 are those that made the logs in the field', () => {
  const digest = createHash('sha256').update(MIGRATIONS[0] as string)
  expect(digest.digest('hex')).toBe(
    'ab591b213ed27ca30ad130396058144b585c2ac0e96f2bf9c9e59b203fdea64c',
  )
})

test('a log of layout 1 is brought over: not a row is lost or changed', () => {
  makeLogV1(file, 20_000)
  const before = contentOf(file)
  expect(query(file, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 20_000 }])
  const db = open()
  expect(layoutOf(db)).toBe(SCHEMA_VERSION)
  expect(db.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
  expect(contentOf(file)).toEqual(before)
  expect(db.pragma('writable_schema', { simple: true })).toBe(0)
})

test('a log of layout 1 that was brought over has the schema of a new one', () => {
  const schemaOf = (path: string): unknown =>
    query(path, 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
  makeLogV1(file, 100)
  open()
  const fresh = join(temporaryFolder(), 'new.db')
  openForWriting(fresh).close()
  expect(schemaOf(file)).toEqual(schemaOf(fresh))
})

test('a run goes on in a log that was brought over, with extra channels', () => {
  makeLogV1(file, 1000)
  const counted = query(file, 'SELECT count(*) AS n FROM power_log')
  const log = openWriter(file)
  const [point] = log.writer.loggedRuns()
  expect(point).toMatchObject({ epoch: { device: 'bench', boot: 7 }, lastSeq: 499 })
  const timeUs = START_US + 100_000_000
  const samples = [
    sampleAt(timeUs, 500),
    sampleAt(timeUs + 1, 501, {
      electric: false,
      voltage: Number.NaN,
      current: Number.NaN,
      power: Number.NaN,
      extras: { soc: 85 },
    }),
  ]
  log.writer.write(batchesOf(samples, { epochs: point === undefined ? [] : [point.epoch] }))
  log.end()
  expect(query(file, 'SELECT count(*) AS n FROM power_log')).toEqual([
    { n: (counted[0]?.['n'] as number) + 1 },
  ])
  expect(query(file, 'SELECT channel, value, sequence FROM channel_log')).toEqual([
    { channel: 'soc', value: 85, sequence: 501 },
  ])
  expect(query(file, 'SELECT seq, v, a, w FROM sample ORDER BY id DESC LIMIT 1')).toEqual([
    { seq: 501, v: null, a: null, w: null },
  ])
  expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
})

test('where the way to layout 2 breaks off, the log is whole in layout 1', () => {
  makeLogV1(file, 1000)
  const before = contentOf(file)
  const schema = query(file, 'SELECT * FROM sqlite_schema')
  const db = new Database(file)
  onTestFinished(() => void db.close())
  // A view in the way of one of the last statements.
  db.exec('CREATE VIEW channel_log AS SELECT 1')
  expect(() => migrate(db)).toThrow(/channel_log/)
  db.exec('DROP VIEW channel_log')
  db.close()
  expect(query(file, 'PRAGMA user_version')).toEqual([{ user_version: 1 }])
  expect(query(file, 'SELECT * FROM sqlite_schema')).toEqual(schema)
  expect(contentOf(file)).toEqual(before)
  expect(layoutOf(open())).toBe(SCHEMA_VERSION)
  expect(contentOf(file)).toEqual(before)
})

test('a power cut on the way to layout 2 leaves layout 1 whole', () => {
  makeLogV1(file, 20_000)
  const before = contentOf(file)
  const db = new Database(file)
  onTestFinished(() => void db.close())
  // So that all of it is in the WAL before the commit, which never comes.
  db.pragma('cache_size = 1')
  db.pragma('cache_spill = 1')
  db.unsafeMode(true)
  db.exec('BEGIN IMMEDIATE')
  db.exec(MIGRATIONS[1] as string)
  db.pragma('user_version = 2')
  const cut = join(temporaryFolder(), 'cut.db')
  for (const suffix of ['', '-wal']) copyFileSync(file + suffix, cut + suffix)
  expect(statSync(`${cut}-wal`).size).toBeGreaterThan(0)
  expect(query(cut, 'PRAGMA user_version')).toEqual([{ user_version: 1 }])
  expect(contentOf(cut)).toEqual(before)
  openForWriting(cut).close()
  expect(query(cut, 'PRAGMA user_version')).toEqual([{ user_version: SCHEMA_VERSION }])
  expect(contentOf(cut)).toEqual(before)
})

test('what is written to bring a log over does not depend on how many samples it has', () => {
  const pages = [5000, 100_000].map((samples, i) => {
    const path = join(temporaryFolder(), `${i}.db`)
    makeLogV1(path, samples)
    const db = new Database(path)
    migrate(db)
    const [{ log }] = db.pragma('wal_checkpoint(PASSIVE)') as [{ log: number }]
    db.close()
    return log
  }) as [number, number]
  expect(pages[0]).toBeGreaterThan(0)
  expect(pages[1]).toBeLessThanOrEqual(pages[0] + 5)
})

test('a log of layout 1 that is only read stays as it is, to the byte', () => {
  makeLogV1(file, 1000)
  const bytes = readFileSync(file)
  const reader = LogReader.open(file)
  expect([...reader.samples(ALL)].flat()).toHaveLength(1000)
  expect(reader.totals(ALL).map(({ device }) => device)).toEqual(['bench', 'other'])
  expect([...reader.losses(ALL)]).toHaveLength(30)
  expect([...reader.events(ALL)]).toHaveLength(20)
  expect([...reader.buckets(ALL, 60e6)].length).toBeGreaterThan(3)
  reader.close()
  expect(readFileSync(file).equals(bytes)).toBe(true)
  expect(existsSync(`${file}-wal`)).toBe(false)
  const db = new Database(file, { readonly: true })
  expect([hasTable(db, 'sample'), hasTable(db, 'channel')]).toEqual([true, false])
  db.close()
})

test('a spill file of layout 1 flows back into the log that is brought over', () => {
  makeLogV1(file, 1000)
  const sampleUs = START_US + 200_000_000
  // As the program before wrote it: no units, no values of extra channels.
  const spill = [
    'spill,8d0b1d66-6f4c-4b3e-9b0e-0f5b6a2b7c11',
    `epoch,1,bench,7,${START_US}`,
    `sample,${sampleUs},1,500,5.02,-0.1,1.25,"clip,bad_time"`,
    `lost,1,501,2,${sampleUs},${sampleUs + 1000},gone`,
    `event,${sampleUs},bench,restart,"said ""a, b"""`,
    '',
  ].join('\n')
  writeFileSync(`${file}.spill.csv`, spill)
  const keeper = new LogKeeper({ file, retainMs: HOURS_48_MS, clock: systemClock, report() {} })
  keeper.open()
  keeper.close()
  expect(
    query(
      file,
      `SELECT sequence, voltage, current, power, status, epoch FROM power_log
      WHERE time_us = ${sampleUs}`,
    ),
  ).toEqual([
    { sequence: 500, voltage: 5.02, current: -0.1, power: 1.25, status: 'clip,bad_time', epoch: 1 },
  ])
  expect(query(file, 'SELECT count FROM power_lost WHERE first_sequence = 501')).toHaveLength(1)
  expect(
    query(file, `SELECT detail FROM power_event WHERE timestamp = ${sampleUs / 1000}`),
  ).toEqual([{ detail: 'said "a, b"' }])
})
