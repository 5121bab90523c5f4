import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { APPLICATION_ID, MIGRATIONS } from '../../src/storage/file/schema.ts'
import { CommitReader, type CommittedPage } from '../../src/storage/read/commit-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
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

function since(cursor: string, limit = 10_000): CommittedPage {
  const reader = CommitReader.open(file)
  try {
    return reader.since(cursor, limit)
  } finally {
    reader.close()
  }
}

function add(samples: readonly Sample[], retainMs?: number): void {
  const log = openWriter(file, retainMs)
  log.writer.write(batchesOf(samples, { epochs: [EPOCH] }))
  log.end()
}

describe('the commit order', () => {
  test('samples come in the order of their commits, late ones marked', () => {
    add([0, 1, 2, 5, 6].map((n) => sampleAt(START_US + n * 1e6, n)))
    const { cursor } = since('0')
    add([3, 4, 7, 8].map((n) => sampleAt(START_US + n * 1e6, n)))
    const page = since(cursor)
    expect(page.samples.map(({ seq, late }) => [seq, late])).toEqual([
      [3, true],
      [4, true],
      [7, false],
      [8, false],
    ])
    expect(page.samples[0]).toEqual({
      timeUs: START_US + 3e6,
      device: 'bench',
      epochId: 1,
      boot: 7,
      seq: 3,
      electric: true,
      voltage: 5.02,
      current: 0.245,
      power: 1.23,
      extras: null,
      status: 'ok',
      late: true,
    })
    expect(page.isComplete).toBe(true)
    expect(since(page.cursor)).toEqual({ samples: [], cursor: page.cursor, isComplete: true })
  })

  test('samples in order are one run, over restarts as well', () => {
    for (let part = 0; part < 5; part++) add(series(1000, 1000, part * 1000))
    expect(query(file, 'SELECT from_id, to_id FROM commit_run')).toEqual([
      { from_id: START_US, to_id: START_US + 4999 * 1000 },
    ])
  })

  test('pages of any size make up the whole, and the backlog counts down', () => {
    const late = [50, 51, 400].map((n) => sampleAt(START_US + n * 1000 - 500, null))
    add(series(1000, 1000))
    add(late)
    const reader = CommitReader.open(file)
    const sizes: number[] = []
    let cursor = '0'
    for (let left = 1003; left > 0; left -= sizes.at(-1) ?? left) {
      expect(reader.backlog(cursor)).toEqual({ samples: left, isExact: true })
      const page = reader.since(cursor, 100)
      sizes.push(page.samples.length)
      cursor = page.cursor
    }
    expect(sizes).toEqual([...Array(10).fill(100), 3])
    expect(reader.head()).toBe(cursor)
    reader.close()
  })

  test('the query of docs/log.md reads on, too', () => {
    const text = readFileSync(new URL('../../docs/log.md', import.meta.url), 'utf8')
    const section = text.slice(text.indexOf('## Reading on'))
    const [, sql = ''] = /```sql\n(SELECT c\.n[^`]*)```/.exec(section) ?? []
    add(series(1000, 1000, 500))
    add(series(500, 1000).filter(({ seq }) => (seq ?? 0) % 3 === 0))
    add(series(1000, 1000, 1500))
    const db = new Database(file, { readonly: true })
    const page = db.prepare(sql)
    let at = { device: 1, run: 0, id: 0 }
    const numbers: number[] = []
    for (;;) {
      const rows = page.all(at) as { n: number; id: number; seq: number }[]
      const last = rows.at(-1)
      if (last === undefined) break
      at = { device: 1, run: last.n, id: last.id }
      numbers.push(...rows.map(({ seq }) => seq))
    }
    db.close()
    expect(numbers).toHaveLength(2167)
    expect(numbers).toEqual(since('0').samples.map(({ seq }) => seq))
  })

  test('a large backlog is estimated', () => {
    makeLog(file, series(150_000, 10_000))
    const reader = CommitReader.open(file)
    expect(reader.backlog('0')).toEqual({ samples: 150_000, isExact: false })
    reader.close()
  })

  test('none of two devices waits for the other', () => {
    const other = { ...EPOCH, id: 2, device: 'other' }
    const samples = [
      ...series(500, 1000),
      ...series(500, 1000).map((each) => ({ ...each, epochId: 2 })),
    ]
    const log = openWriter(file)
    log.writer.write(batchesOf(samples, { epochs: [EPOCH, other] }))
    log.end()
    const page = since('0', 100)
    for (const device of ['bench', 'other']) {
      expect(page.samples.filter((each) => each.device === device)).toHaveLength(50)
    }
  })

  test('values of extra channels come with their sample', () => {
    makeLog(file, series(3, 1000))
    const db = new Database(file)
    db.exec(`
      INSERT INTO channel VALUES (1, 1, 'soc', '%'), (2, 1, '__proto__', '');
      INSERT INTO channel_value VALUES
        (${START_US}, 1, 85500000), (${START_US + 2000}, 1, '1e300'), (${START_US + 2000}, 2, 1);
      UPDATE sample SET v = NULL, a = NULL, w = NULL WHERE id = ${START_US + 2000}`)
    db.close()
    const { samples } = since('0')
    expect(samples.map(({ electric }) => electric)).toEqual([true, true, false])
    expect(samples.map(({ extras }) => extras && Object.entries(extras))).toEqual([
      [['soc', 85.5]],
      null,
      [
        ['soc', 1e300],
        ['__proto__', 0.000001],
      ],
    ])
  })

  test('cursors that this log did not give are refused', () => {
    makeLog(file, series(10, 1000))
    const copy = `${file}.copy`
    copyFileSync(file, copy)
    const { cursor } = since('0')
    add(series(10, 1000, 10))
    const ahead = since(cursor).cursor
    const wrong = ['', '1', 'x'.repeat(5000), `${cursor}.1`, cursor.replace(/^./, 'z')]
    for (const text of wrong) {
      expect(() => since(text)).toThrow(expect.objectContaining({ code: 'input_invalid' }))
    }
    const another = join(temporaryFolder(), 'another.db')
    makeLog(another, series(10, 1000))
    const readers = [another, copy].map((path) => CommitReader.open(path))
    for (const reader of readers) {
      expect(() => reader.since(ahead, 1)).toThrow(
        expect.objectContaining({ code: 'input_invalid' }),
      )
      reader.close()
    }
  })

  test('a log of the first layout gets its order from the first monitor that opens it', () => {
    const db = new Database(file)
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(MIGRATIONS[0] ?? '')
    db.pragma('user_version = 1')
    db.pragma('journal_mode = WAL')
    db.exec(`
      INSERT INTO device VALUES (1, 'bench'), (2, 'other');
      INSERT INTO status VALUES (1, 'ok', 1);
      INSERT INTO epoch VALUES
        (1, 1, 7, 1000, 5000, 5000, 4), (2, 2, NULL, 3000, 6000, 6000, NULL), (3, 1, 8, 7000, NULL, NULL, NULL);
      INSERT INTO sample SELECT value, 1, value, 5000000, 1, 5, 1 FROM json_each('[900,1000,2000,5000]');
      INSERT INTO sample SELECT value, 2, value, 5000000, 1, 5, 1 FROM json_each('[3000,4000,6000]')`)
    db.close()
    expect(() => CommitReader.open(file)).toThrow(expect.objectContaining({ code: 'log_older' }))
    openWriter(file).db.close()
    const page = since('0')
    expect(page.samples.map(({ device, seq }) => [device, seq])).toEqual([
      ['bench', 900],
      ['bench', 1000],
      ['bench', 2000],
      ['bench', 5000],
      ['other', 3000],
      ['other', 4000],
      ['other', 6000],
    ])
    expect(since(page.cursor).samples).toEqual([])
  })
})

describe('registered readers', () => {
  const RETAIN_MS = 60_000
  const HZ_10_US = 100_000
  let registry: ReaderRegistry

  /** Ten minutes at 10 Hz, of which nine are past the retention. */
  async function tenMinutes(keepBytes: number | null): Promise<void> {
    makeLog(file, [])
    registry = ReaderRegistry.open(file)
    if (keepBytes !== null) await registry.register('sink', keepBytes)
    add(series(6000, HZ_10_US), RETAIN_MS)
  }

  function count(): number {
    return query(file, 'SELECT count(*) AS n FROM sample')[0]?.['n'] as number
  }

  function events(): string[] {
    const rows = query(file, `SELECT detail FROM power_event WHERE kind = 'sink'`)
    return rows.map((row) => row['detail'] as string)
  }

  test('what one has not taken is kept past the retention, until it has', async () => {
    await tenMinutes(1e6)
    expect(count()).toBe(6000)
    const page = since('0', 2500)
    await registry.acknowledge('sink', page.cursor)
    add([], RETAIN_MS)
    expect(count()).toBe(3500)
    await registry.acknowledge('sink', since(page.cursor).cursor)
    add([], RETAIN_MS)
    expect(count()).toBe(601)
    expect(events()).toEqual([])
    expect(registry.list()).toMatchObject([{ name: 'sink', keepBytes: 1e6, missed: 0 }])
    registry.close()
  })

  test('an acknowledgement never goes back', async () => {
    await tenMinutes(1e6)
    const first = since('0', 100).cursor
    const second = since(first, 100).cursor
    for (const cursor of [second, first, '0']) await registry.acknowledge('sink', cursor)
    expect(registry.list()[0]?.cursor).toBe(second)
    registry.close()
  })

  test('past its bound the oldest go, and how many is on record', async () => {
    // 2000 rows of 32 bytes.
    await tenMinutes(64_000)
    const kept = count()
    // By whole minutes: never more than the bound, and less by a minute at most.
    expect(kept).toBeLessThanOrEqual(2601)
    expect(kept).toBeGreaterThan(2001)
    expect(since('0').samples).toHaveLength(kept)
    expect(registry.list()).toMatchObject([{ missed: 6000 - kept }])
    expect(events()).toEqual([
      `${6000 - kept} samples past the retention went before 'sink' had taken them: more than is kept for it`,
    ])
    // Reported once.
    add([], RETAIN_MS)
    expect(events()).toHaveLength(1)
    registry.close()
  })

  test('without one, or once it is removed, the retention is what it was', async () => {
    await tenMinutes(1e6)
    await registry.remove('sink')
    expect(registry.list()).toEqual([])
    add([], RETAIN_MS)
    expect(count()).toBe(601)
    // Nobody to advance.
    await registry.acknowledge('sink', since('0').cursor)
    expect(registry.list()).toEqual([])
    registry.close()
  })

  test('one that registers at a cursor misses nothing of what was before', async () => {
    await tenMinutes(null)
    const { cursor } = since('0')
    await registry.register('sink', 0, cursor)
    expect(registry.list()).toEqual([
      { name: 'sink', keepBytes: 0, cursor, missed: 0, recordN: 0, missedEvents: 0, report: null },
    ])
    for (const name of ['', 'a\nb', 'x'.repeat(65)]) {
      await expect(registry.register(name, 0)).rejects.toMatchObject({ code: 'usage_invalid' })
    }
    registry.close()
  })

  test('an acknowledgement waits for a writer in its transaction without blocking', async () => {
    await tenMinutes(1e6)
    const { cursor } = since('0')
    const writer = new Database(file)
    writer.exec('BEGIN IMMEDIATE')
    const done = registry.acknowledge('sink', cursor)
    expect(registry.list()[0]?.cursor).not.toBe(cursor)
    writer.exec('COMMIT')
    await done
    expect(registry.list()[0]?.cursor).toBe(cursor)
    writer.close()
    registry.close()
  })

  test('runs without samples go with them, but for the newest', async () => {
    const late = (n: number): Sample => sampleAt(START_US + n * HZ_10_US - 50_000, null)
    for (let part = 0; part < 10; part++) {
      add([...series(600, HZ_10_US, part * 600), late(part * 600 + 300)], RETAIN_MS)
    }
    const runs = query(file, 'SELECT late FROM commit_run ORDER BY n')
    // The first of them has the one sample that is as old as the retention.
    expect(runs).toEqual([{ late: 0 }, { late: 0 }, { late: 1 }])
    expect(since('0').samples).toHaveLength(count())
  })
})
