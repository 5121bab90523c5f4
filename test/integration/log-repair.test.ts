import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { APPLICATION_ID, MIGRATIONS } from '../../src/storage/file/schema.ts'
import { type RepairReport, repairLog } from '../../src/storage/repair/repair-log.ts'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { systemClock } from '../../src/util/clock.ts'
import { ina219 } from '../support/cli.ts'
import {
  batchesOf,
  EPOCH,
  openWriter,
  query,
  START_US,
  sampleAt,
  series,
  tempFolder,
} from '../support/log-fixture.ts'

const PAGE = 4096
const SAMPLES = 'SELECT id, epoch_id, seq, v, a, w, status_id FROM sample ORDER BY id'
const OTHER = { id: 2, device: 'solar', boot: null, startedUs: START_US }

/** A log of two devices, one of them with numbers, the other with an extra channel. */
function makeLog(folder: string, name = 'log.db', samples = 6000): string {
  const file = join(folder, name)
  const log = openWriter(file)
  const numbered = series(samples, 100_000)
  const solar = Array.from({ length: samples / 10 }, (_, i) =>
    sampleAt(START_US + 500 + i * 1_000_000, null, {
      epochId: OTHER.id,
      voltage: 12 + (i % 7) / 1000,
      extras: { soc: i / 8 },
      status: i % 50 === 0 ? 'clip' : 'ok',
    }),
  )
  const events = Array.from({ length: 200 }, (_, i) => ({
    timeUs: START_US + i * 60_000_000,
    device: 'bench',
    kind: 'restart' as const,
    detail: `restart ${i}`,
  }))
  log.writer.write([
    ...batchesOf(numbered, { epochs: [EPOCH], events }),
    ...batchesOf(solar, {
      epochs: [OTHER],
      channels: [{ device: 'solar', id: 'soc', unit: '%' }],
    }),
  ])
  log.end()
  return file
}

function repaired(file: string, withLeftovers = false): RepairReport & { readonly out: string } {
  const out = `${file}.repaired`
  const progress = (): void => {}
  return { ...repairLog({ file, out, withLeftovers, clock: systemClock, progress }), out }
}

/** Overwrites pages of a copy. @returns its name */
function damaged(file: string, pages: readonly number[], fill: () => number): string {
  const bytes = readFileSync(file)
  for (const page of pages) {
    for (let at = (page - 1) * PAGE; at < page * PAGE; at++) bytes[at] = fill()
  }
  const copy = file.replace('.db', `-${pages.length}-${pages[0]}.db`)
  writeFileSync(copy, bytes)
  return copy
}

/** 0 to 1, the same for a seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The ids of the rows in a leaf of `sample`, read by nothing but the file format. */
function idsIn(file: Buffer, page: number): number[] {
  const leaf = file.subarray((page - 1) * PAGE, page * PAGE)
  if (page === 1 || leaf[0] !== 0x0d) return []
  const varint = (at: number): [value: bigint, next: number] => {
    let value = 0n
    for (let i = 0; ; i++) {
      const byte = leaf[at + i] as number
      if (i === 8) return [(value << 8n) | BigInt(byte), at + 9]
      value = (value << 7n) | BigInt(byte & 0x7f)
      if (byte < 0x80) return [value, at + i + 1]
    }
  }
  return Array.from({ length: leaf.readUInt16BE(3) }, (_, i) => {
    const [, next] = varint(leaf.readUInt16BE(8 + 2 * i))
    return Number(varint(next)[0])
  }).filter((id) => id >= START_US)
}

function expectSound(report: RepairReport & { readonly out: string }): void {
  expect(query(report.out, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  const log = openWriter(report.out)
  log.end()
}

describe('repair', () => {
  it('says of a sound log that it is, and leaves no trace', () => {
    const folder = tempFolder()
    const file = makeLog(folder)
    const before = [readFileSync(file), readdirSync(folder)]
    expect(repaired(file)).toMatchObject({ repaired: null, leftovers: [] })
    expect([readFileSync(file), readdirSync(folder)]).toEqual(before)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'saves every sample outside of overwritten pages, seed %i',
    (seed) => {
      const folder = tempFolder()
      const file = makeLog(folder)
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
    const file = makeLog(tempFolder())
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
    const file = makeLog(tempFolder())
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
    const file = makeLog(tempFolder())
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

  it('takes what is in the WAL, and nothing of a commit that did not end', () => {
    const folder = tempFolder()
    const file = join(folder, 'live.db')
    const log = openWriter(file)
    log.writer.write(batchesOf(series(2000, 100_000), { epochs: [EPOCH] }))
    const rows = log.db.prepare(SAMPLES).all()
    const copy = join(folder, 'copy.db')
    copyFileSync(file, copy)
    const wal = readFileSync(`${file}-wal`)
    // The last page of a further commit is torn.
    log.writer.write(batchesOf(series(500, 100_000, 2000)))
    const more = readFileSync(`${file}-wal`)
    expect(more.length).toBeGreaterThan(wal.length)
    writeFileSync(`${copy}-wal`, more.subarray(0, more.length - 700))
    const main = readFileSync(copy)
    main.fill(0x5a, 0, 100)
    writeFileSync(copy, main)
    const report = repaired(copy)
    expect(query(report.out, SAMPLES)).toEqual(rows)
    expectSound(report)
    log.end()
  })

  it('finds what a copy of another page overwrote', () => {
    const file = makeLog(tempFolder())
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
    const file = makeLog(tempFolder())
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

  it('leaves out a WAL that is not that of the log, and says so', () => {
    const folder = tempFolder()
    const file = makeLog(folder)
    const other = openWriter(join(folder, 'other.db'))
    other.writer.write(batchesOf(series(700, 100_000), { epochs: [EPOCH] }))
    copyFileSync(`${join(folder, 'other.db')}-wal`, `${file}-wal`)
    other.end()
    const report = repaired(file)
    expect(report).toMatchObject({
      isSound: false,
      faults: ['its WAL is that of another file: left out'],
      missing: 0,
    })
    rmSync(`${file}-wal`)
    expect(query(report.out, SAMPLES)).toEqual(query(file, SAMPLES))
    expectSound(report)
  })

  it.each([
    ['head', 0, /^the head of its WAL is damaged$/],
    ['middle', 4096 * 6, /^its WAL is damaged: \d+ of its pages can't be used$/],
  ])('does not call a log sound whose WAL has lost its %s', (_what, at, fault) => {
    const folder = tempFolder()
    const log = openWriter(join(folder, 'live.db'))
    log.writer.write(batchesOf(series(1000, 100_000), { epochs: [EPOCH] }))
    log.db.pragma('wal_checkpoint(TRUNCATE)')
    log.writer.write(batchesOf(series(1000, 100_000, 1000), { epochs: [] }))
    const copy = join(folder, 'copy.db')
    copyFileSync(join(folder, 'live.db'), copy)
    copyFileSync(`${join(folder, 'live.db')}-wal`, `${copy}-wal`)
    log.end()
    // SQLite does without what it can't read of a WAL, and says nothing.
    const wal = readFileSync(`${copy}-wal`)
    wal.fill(0x5a, at, at + 600)
    writeFileSync(`${copy}-wal`, wal)
    const report = repaired(copy)
    expect(report).toMatchObject({ isSound: false, faults: [expect.stringMatching(fault)] })
    expectSound(report)
  })

  it('does not bring back what was deleted', () => {
    const folder = tempFolder()
    const file = makeLog(folder)
    const db = new Database(file)
    db.exec('DELETE FROM sample WHERE id < (SELECT id FROM sample ORDER BY id LIMIT 1 OFFSET 3000)')
    db.close()
    const report = repaired(damaged(file, [1], () => 0))
    expect(query(report.out, SAMPLES)).toEqual(query(file, SAMPLES))
  })

  it('brings a damaged log of layout 1 up to date', () => {
    const file = join(tempFolder(), 'old.db')
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
    const folder = tempFolder()
    const file = makeLog(folder)
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

describe('the command repair', () => {
  it('says what it saved, and what it could not', async () => {
    const folder = tempFolder()
    const file = makeLog(folder)
    const bytes = readFileSync(file)
    const leaves = Array.from({ length: bytes.length / PAGE }, (_, i) => i + 1).filter(
      (page) => idsIn(bytes, page).length > 0,
    )
    const page = leaves[Math.floor(leaves.length / 2)] as number
    const copy = damaged(file, [page], () => 0)
    writeFileSync(`${copy}.spill.csv`, 'spill,1\n')
    const monitor = await ina219([
      'monitor',
      '--mock',
      '--count',
      '1',
      '--output',
      'none',
      '--db',
      copy,
    ])
    expect(monitor.code).toBe(4)
    expect(monitor.stderr).toContain(`ina219 repair ${copy}`)
    const run = await ina219(['repair', copy, '--json'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const report = JSON.parse(run.stdout)
    const numbered = idsIn(bytes, page).filter((id) => (id - START_US) % 100_000 === 0).length
    expect(report).toMatchObject({
      sound: false,
      repaired: `${copy}.repaired`,
      damaged_pages: 1,
      damaged_tables: { sample: 1 },
      leftovers: [`${copy}.spill.csv`],
    })
    expect(report.missing).toBeGreaterThanOrEqual(numbered)
    const again = await ina219(['repair', copy])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    const history = await ina219(['history', '--db', report.repaired])
    expect(history).toMatchObject({ code: 0, stderr: '' })
    const sound = await ina219(['repair', report.repaired])
    expect(sound).toMatchObject({ code: 0, stderr: '' })
    expect(sound.stdout).toContain('is sound')
    expect(existsSync(`${report.repaired}.repaired`)).toBe(false)
  })

  it('ends with 4 where there is nothing to save', async () => {
    const file = join(tempFolder(), 'noise.db')
    writeFileSync(file, Buffer.alloc(5 * PAGE, 0x33))
    const run = await ina219(['repair', file])
    expect(run).toMatchObject({ code: 4, stdout: '' })
    expect(run.stderr).toContain('nothing could be saved')
    expect(existsSync(`${file}.repaired`)).toBe(false)
    expect((await ina219(['repair', `${file}.not`])).code).toBe(4)
  })
})
