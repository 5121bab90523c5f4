import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { APPLICATION_ID, MIGRATIONS } from '../../src/storage/file/schema.ts'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, EPOCH, query, START_US, series } from '../support/log-fixture.ts'
import {
  damaged,
  expectSound,
  idsIn,
  makeTwoDeviceLog,
  PAGE,
  random,
  repaired,
  SAMPLES,
} from '../support/repair-rig.ts'

describe('repair', () => {
  it('says of a sound log that it is, and leaves no trace', () => {
    const folder = temporaryFolder()
    const file = makeTwoDeviceLog(folder)
    const before = [readFileSync(file), readdirSync(folder)]
    expect(repaired(file)).toMatchObject({ repaired: null, leftovers: [] })
    expect([readFileSync(file), readdirSync(folder)]).toEqual(before)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'saves every sample outside of overwritten pages, seed %i',
    (seed) => {
      const folder = temporaryFolder()
      const file = makeTwoDeviceLog(folder)
      const original = readFileSync(file)
      const noise = random(seed)
      const last = original.length / PAGE
      const pages = Array.from({ length: 1 + seed }, () => 2 + Math.floor(noise() * (last - 1)))
      const zeros = seed % 2 === 0
      const copy = damaged(file, pages, () => (zeros ? 0 : Math.floor(noise() * 256)))
      const before = readFileSync(copy)
      const report = repaired(copy)
      expect(readFileSync(copy).equals(before)).toBe(true)
      const gone = new Set(pages.flatMap((page) => idsIn(original, page)))
      const all = query(file, SAMPLES)
      const left = all.filter((row) => !gone.has(row['id'] as number))
      if (report.repaired === null) {
        // Nothing but free pages was hit.
        expect(gone.size).toBe(0)
        return
      }
      // Ids of epochs and states may be others where their page is gone.
      const values = 'SELECT id, seq, typeof(v) AS t, v, a, w FROM sample ORDER BY id'
      const leftIds = new Set(left.map((row) => row['id']))
      expect(query(report.out, values)).toEqual(
        query(file, values).filter((row) => leftIds.has(row['id'])),
      )
      expect(report.samples).toBe(left.length)
      const numbered = all.filter((row) => gone.has(row['id'] as number) && row['seq'] !== null)
      const isEpochLeft = query(report.out, 'SELECT 1 FROM epoch WHERE boot = 7').length > 0
      const inside = numbered.filter(
        (row) => row['seq'] !== 0 && (isEpochLeft || row['seq'] !== 5999),
      )
      const [lost] = query(
        report.out,
        `SELECT coalesce(sum(count), 0) AS n FROM lost WHERE reason = 'damaged'`,
      )
      // What is missing at the very begin of a log looks like what has passed the retention.
      const atBegin = numbered.some((row) => row['seq'] === 0) ? numbered.length : inside.length
      expect(lost?.['n']).toBeLessThanOrEqual(atBegin)
      if (!numbered.some((row) => row['seq'] === 0 || row['seq'] === 5999)) {
        expect(lost?.['n']).toBe(numbered.length)
      }
      expectSound(report)
    },
  )

  it.each([
    ['header', 1],
    ['first map', 2],
  ])('does without the %s', (_what, page) => {
    const file = makeTwoDeviceLog(temporaryFolder())
    const report = repaired(damaged(file, [page], () => 0x5a))
    expect(query(report.out, SAMPLES)).toEqual(query(file, SAMPLES))
    expect(report).toMatchObject({ missing: 0, invented: [] })
    const others = [
      'SELECT * FROM power_log',
      'SELECT * FROM channel_log',
      'SELECT * FROM power_minute',
      `SELECT * FROM power_event WHERE kind <> 'log'`,
      'SELECT * FROM epoch',
    ]
    for (const sql of others) expect(query(report.out, sql)).toEqual(query(file, sql))
    expectSound(report)
  })

  it('does without any page but those of the samples', () => {
    const file = makeTwoDeviceLog(temporaryFolder())
    const bytes = readFileSync(file)
    const others = Array.from({ length: bytes.length / PAGE }, (_, i) => i + 1).filter(
      (page) => idsIn(bytes, page).length === 0,
    )
    const report = repaired(damaged(file, others, () => 0x5a))
    const values = 'SELECT id, seq, v, a, w FROM sample ORDER BY id'
    expect(query(report.out, values)).toEqual(query(file, values))
    expect(report.invented).not.toEqual([])
    expectSound(report)
  })

  it('saves what is left of a file that was cut', () => {
    const file = makeTwoDeviceLog(temporaryFolder())
    const bytes = readFileSync(file)
    const cut = file.replace('.db', '-cut.db')
    writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length / PAGE / 2) * PAGE + 100))
    const report = repaired(cut)
    expect(report.faults[0]).toContain('its end is missing')
    const there = new Set(
      Array.from({ length: Math.floor(bytes.length / PAGE / 2) }, (_, i) =>
        idsIn(bytes, i + 1),
      ).flat(),
    )
    const values = 'SELECT id, seq, v, a, w FROM sample ORDER BY id'
    expect(query(report.out, values)).toEqual(
      query(file, values).filter((row) => there.has(row['id'] as number)),
    )
    expectSound(report)
  })

  it('finds what a copy of another page overwrote', () => {
    const file = makeTwoDeviceLog(temporaryFolder())
    const bytes = readFileSync(file)
    const leaves = Array.from({ length: bytes.length / PAGE }, (_, i) => i + 1).filter(
      (page) => idsIn(bytes, page).length > 0,
    )
    const [from, to] = [leaves[10], leaves[20]] as [number, number]
    const gone = new Set(idsIn(bytes, to))
    bytes.copyWithin((to - 1) * PAGE, (from - 1) * PAGE, from * PAGE)
    const copy = file.replace('.db', '-twice.db')
    writeFileSync(copy, bytes)
    const report = repaired(copy)
    const all = query(file, SAMPLES)
    expect(query(report.out, SAMPLES)).toEqual(all.filter((row) => !gone.has(row['id'] as number)))
    expect(report.isSound).toBe(false)
    expect(report.faults).toEqual([expect.stringMatching(/^rows that stand there twice: \d+/)])
    const numbered = all.filter((row) => gone.has(row['id'] as number) && row['seq'] !== null)
    expect(report.missing).toBeGreaterThanOrEqual(numbered.length)
    const lost = `SELECT sum(count) AS n FROM power_lost WHERE reason = 'damaged'`
    expect(query(report.out, lost)).toEqual([{ n: numbered.length }])
    expectSound(report)
  })

  it('calls a log damaged whose pages have changed places, and saves all of it', () => {
    const file = makeTwoDeviceLog(temporaryFolder())
    const bytes = readFileSync(file)
    const leaves = Array.from({ length: bytes.length / PAGE }, (_, i) => i + 1).filter(
      (page) => idsIn(bytes, page).length > 0,
    )
    const [one, two] = [leaves[10], leaves[20]] as [number, number]
    const kept = Buffer.from(bytes.subarray((one - 1) * PAGE, one * PAGE))
    bytes.copyWithin((one - 1) * PAGE, (two - 1) * PAGE, two * PAGE)
    kept.copy(bytes, (two - 1) * PAGE)
    const copy = file.replace('.db', '-swapped.db')
    writeFileSync(copy, bytes)
    const report = repaired(copy)
    expect(report).toMatchObject({ isSound: false, missing: 0, damagedPages: 0 })
    expect(report.faults).toEqual([
      expect.stringMatching(/^its pages contradict each other \(SQLite: .*out of order\)$/),
    ])
    expect(query(report.out, SAMPLES)).toEqual(query(file, SAMPLES))
    expectSound(report)
  })

  it('does not bring back what was deleted', () => {
    const folder = temporaryFolder()
    const file = makeTwoDeviceLog(folder)
    const db = new Database(file)
    db.exec('DELETE FROM sample WHERE id < (SELECT id FROM sample ORDER BY id LIMIT 1 OFFSET 3000)')
    db.close()
    const report = repaired(damaged(file, [1], () => 0))
    expect(query(report.out, SAMPLES)).toEqual(query(file, SAMPLES))
  })

  it('brings a damaged log of layout 1 up to date', () => {
    const file = join(temporaryFolder(), 'old.db')
    const db = new Database(file)
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(MIGRATIONS[0] as string)
    db.pragma('user_version = 1')
    db.exec(`INSERT INTO device VALUES (1, 'bench');
      INSERT INTO status VALUES (1, 'ok', 1);
      INSERT INTO epoch VALUES (1, 1, 7, ${START_US}, NULL, NULL, NULL)`)
    const insert = db.prepare(
      'INSERT INTO sample VALUES (CAST(? AS INTEGER), 1, ?, CAST(? AS INTEGER), CAST(5 AS INTEGER), 0.1234567, 1)',
    )
    db.transaction(() => {
      for (let i = 0; i < 3000; i++) insert.run(START_US + i * 100_000, i, 5_000_000 + i)
    })()
    db.exec(
      'INSERT INTO minute WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 500) SELECT 1, 100 + value, 60, 60, 60000000, 1, 60, 1, 1, 60, 1, 1, 60, 1, 1, 1 FROM n',
    )
    db.close()
    const report = repaired(damaged(file, [1], () => 0x77))
    expect(query(report.out, SAMPLES)).toEqual(query(file, SAMPLES))
    expect(query(report.out, 'SELECT count(*) AS n FROM minute WHERE minute < 1000')).toEqual([
      { n: 500 },
    ])
    expect(query(report.out, 'PRAGMA user_version')).toEqual([{ user_version: MIGRATIONS.length }])
    expectSound(report)
  })
})

describe('repair --leftovers', () => {
  it('brings in spilled samples, each once', () => {
    const folder = temporaryFolder()
    const file = makeTwoDeviceLog(folder)
    const spill = new SpillFile(`${file}.spill.csv`)
    // Some of them had flowed back already.
    const samples = series(1000, 100_000, 5500)
    spill.append({ ...EMPTY_BATCH, epochs: [EPOCH] }, batchesOf(samples, { epochs: [] }))
    const before = readFileSync(spill.path)
    const report = repaired(file, true)
    expect(report.taken).toEqual([{ path: spill.path, samples: 500, known: 500, refused: 0 }])
    expect(readFileSync(spill.path).equals(before)).toBe(true)
    const bench = `SELECT sequence FROM power_log WHERE device = 'bench' ORDER BY time_us`
    expect(query(report.out, bench).map((row) => row['sequence'])).toEqual(
      Array.from({ length: 6500 }, (_, i) => i),
    )
    expect(query(report.out, 'SELECT count(*) AS n FROM epoch')).toEqual([{ n: 2 }])
    expectSound(report)
  })
})
