import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { WriterLock } from '../../src/storage/file/writer-lock.ts'
import type { KeeperReport } from '../../src/storage/write/keeper-report.ts'
import { EMPTY_BATCH, type LogBatch } from '../../src/storage/write/log-batch.ts'
import { LogKeeper, MEMORY_MS, MEMORY_SAMPLES } from '../../src/storage/write/log-keeper.ts'
import { LogWriter } from '../../src/storage/write/log-writer.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import type { Clock } from '../../src/util/clock.ts'
import {
  batchesOf,
  EPOCH,
  HOURS_48_MS,
  makeLog,
  query,
  series,
  tempFolder,
} from '../support/log-fixture.ts'

/** What a run hands to its spill file first. */
const RUN: LogBatch = { ...EMPTY_BATCH, epochs: [EPOCH] }

let file: string
let spill: string
let nowMs: number
let reports: KeeperReport[]

const clock: Clock = { wallMs: () => 1_795_000_000_000 + nowMs, monoMs: () => nowMs }

beforeEach(() => {
  vi.restoreAllMocks()
  file = join(tempFolder(), 'log.db')
  spill = `${file}.spill.csv`
  nowMs = 0
  reports = []
})

function startKeeper(retainMs = HOURS_48_MS): LogKeeper {
  const keeper = new LogKeeper({
    file,
    retainMs,
    clock,
    report: (report) => reports.push(report),
  })
  keeper.open()
  return keeper
}

const last = (): KeeperReport => reports.at(-1) as KeeperReport

/** Another program that has the database locked. */
function lockOut(): () => void {
  const other = new Database(file)
  other.exec('BEGIN IMMEDIATE')
  onTestFinished(() => void other.close())
  return () => other.close()
}

/** Every sample is in the log, each once, in order. */
function expectAll(count: number): void {
  const rows = query(file, 'SELECT sequence FROM power_log ORDER BY time_us')
  expect(rows.map((row) => row['sequence'])).toEqual(Array.from({ length: count }, (_, i) => i))
  expect(query(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
}

describe('while another program has the log locked', () => {
  test('samples wait in memory and go into the log when it is free again', () => {
    const keeper = startKeeper()
    const samples = series(400, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    expect(last()).toMatchObject({ kind: 'recording', reason: '', durable: 1 })
    const unlock = lockOut()
    keeper.accept(batchesOf(samples.slice(100, 200)))
    expect(last()).toMatchObject({ kind: 'spilling', durable: 1 })
    expect(last().reason).toContain('locked by another program')
    unlock()
    // The pauses between attempts grow: 1 s, then 2 s.
    keeper.accept(batchesOf(samples.slice(200, 300)))
    expect(last().kind).toBe('spilling')
    nowMs += 1001
    keeper.tick()
    expect(last()).toMatchObject({ kind: 'recording', reason: '', durable: 3 })
    keeper.accept(batchesOf(samples.slice(300)))
    keeper.close()
    expectAll(400)
    expect(existsSync(spill)).toBe(false)
    expect(query(file, 'SELECT kind, device FROM power_event')).toEqual([
      { kind: 'spill', device: 'bench' },
    ])
  })

  test('they go to a spill file after a while, and come back once each', () => {
    const keeper = startKeeper()
    const samples = series(1000, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    const unlock = lockOut()
    keeper.accept(batchesOf(samples.slice(100, 200)))
    expect(existsSync(spill)).toBe(false)
    nowMs += MEMORY_MS
    keeper.tick()
    // Durable, though not in the log.
    expect(last()).toMatchObject({ kind: 'spilling', durable: 2 })
    expect(statSync(spill).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600)
    nowMs += MEMORY_MS
    keeper.accept(batchesOf(samples.slice(200, 300)))
    nowMs += MEMORY_MS
    keeper.tick()
    expect(last().durable).toBe(3)
    unlock()
    nowMs += 60_000
    keeper.accept(batchesOf(samples.slice(300)))
    expect(last()).toMatchObject({ kind: 'recording', durable: 5 })
    keeper.close()
    expectAll(1000)
    expect(existsSync(spill)).toBe(false)
    const [event] = query(file, 'SELECT detail FROM power_event')
    expect(event?.['detail']).toContain('200 in the spill file')
  })

  test('they go there at once where there are too many', () => {
    const keeper = startKeeper()
    const unlock = lockOut()
    const count = MEMORY_SAMPLES + 1
    keeper.accept(batchesOf(series(count, 1000), { epochs: [EPOCH] }))
    expect(existsSync(spill)).toBe(true)
    unlock()
    nowMs += 1001
    keeper.tick()
    keeper.close()
    expectAll(count)
  })

  test('the end of the program saves them, the next run takes them over', () => {
    const keeper = startKeeper()
    const samples = series(300, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    const unlock = lockOut()
    keeper.accept(
      batchesOf(samples.slice(100), {
        lost: [{ epochId: 1, firstSeq: 900, count: 2, fromUs: 1, toUs: 2, reason: 'gone' }],
        events: [{ timeUs: 5, device: 'bench', kind: 'restart', detail: 'said "a, b"\nand more' }],
      }),
    )
    keeper.close()
    expect(last()).toMatchObject({ durable: 2 })
    unlock()
    startKeeper().close()
    expectAll(300)
    expect(query(file, 'SELECT count, reason FROM power_lost')).toEqual([
      { count: 2, reason: 'gone' },
    ])
    expect(query(file, "SELECT detail FROM power_event WHERE kind = 'restart'")).toEqual([
      { detail: 'said "a, b"\ufffdand more' },
    ])
    expect(query(file, 'SELECT DISTINCT epoch FROM power_log')).toHaveLength(1)
    expect(query(file, "SELECT detail FROM power_event WHERE kind = 'spill'")).toEqual([
      { detail: '200 samples of an earlier run came from the spill file' },
    ])
  })

  test('nobody else gets the writer lock meanwhile', () => {
    const keeper = startKeeper()
    keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
    const unlock = lockOut()
    keeper.accept(batchesOf(series(100, 100_000, 100)))
    renameSync(file, `${file}.away`)
    nowMs += 60_000
    mkdirSync(file)
    keeper.tick()
    expect(last().kind).toBe('spilling')
    expect(() => WriterLock.acquire(file, 0)).toThrow(/is being written by/)
    rmSync(file, { recursive: true })
    renameSync(`${file}.away`, file)
    unlock()
    nowMs += 60_000
    keeper.tick()
    keeper.close()
    expectAll(200)
  })
})

describe('the spill file', () => {
  const samples = series(1000, 100_000)

  /** As a run leaves it that was killed while the log was locked. */
  function leaveSpill(from: number, to: number): void {
    SpillFile.of(file).append(RUN, batchesOf(samples.slice(from, to)))
  }

  test('a run does not begin before it has flowed back', () => {
    makeLog(file, samples.slice(0, 100))
    leaveSpill(100, 200)
    const unlock = lockOut()
    expect(() => startKeeper()).toThrow(expect.objectContaining({ code: 'log_in_use' }))
    unlock()
    startKeeper().close()
    expectAll(200)
  })

  test('what flowed back is told, also of a device without boot number beside one that has one', () => {
    makeLog(file, samples.slice(0, 100))
    const plain = { ...EPOCH, id: 2, device: 'plain', boot: null }
    const own = samples.slice(100, 200).map((each) => ({ ...each, epochId: plain.id, seq: null }))
    SpillFile.of(file).append(EMPTY_BATCH, batchesOf(own, { epochs: [plain] }))
    startKeeper().close()
    expect(query(file, 'SELECT kind, device, detail FROM power_event')).toEqual([
      {
        kind: 'spill',
        device: 'plain',
        detail: '100 samples of an earlier run came from the spill file',
      },
    ])
  })

  test('a torn last line was never acknowledged and does no harm', () => {
    makeLog(file, samples.slice(0, 100))
    leaveSpill(100, 200)
    appendFileSync(spill, 'sample,17952055')
    leaveSpill(200, 300)
    appendFileSync(spill, 'sample,1795205580')
    startKeeper().close()
    expectAll(300)
  })

  test('a first line that was not finished counts as none', () => {
    makeLog(file, samples.slice(0, 100))
    writeFileSync(spill, 'spill,1234')
    leaveSpill(100, 200)
    startKeeper().close()
    expectAll(200)
  })

  test('what had flowed back before a crash does not come twice', () => {
    makeLog(file, samples.slice(0, 100))
    leaveSpill(100, 200)
    const copy = readFileSync(spill)
    startKeeper().close()
    // The crash came after the commit and before the file was removed.
    writeFileSync(spill, copy)
    const id = SpillFile.of(file).readId()
    const db = new Database(file)
    db.prepare('INSERT INTO spill VALUES (?, ?)').run(id, copy.length)
    db.close()
    leaveSpill(200, 300)
    startKeeper().close()
    expectAll(300)
    expect(query(file, 'SELECT * FROM spill')).toEqual([])
  })

  test('a file of someone else in its place is left alone', () => {
    makeLog(file, samples.slice(0, 100))
    writeFileSync(spill, 'my,own,data\n')
    expect(() => startKeeper()).toThrow(/in the way/)
    expect(readFileSync(spill, 'utf8')).toBe('my,own,data\n')
    const appending = (): void => leaveSpill(100, 200)
    expect(appending).toThrow(/in the way/)
    expect(readFileSync(spill, 'utf8')).toBe('my,own,data\n')
  })

  test('where it can be written neither, the samples are not called durable', () => {
    const keeper = startKeeper()
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    lockOut()
    mkdirSync(spill)
    keeper.accept(batchesOf(samples.slice(100, 200)))
    nowMs += MEMORY_MS
    keeper.tick()
    expect(last()).toMatchObject({ kind: 'spilling', durable: 1 })
    expect(last().reason).toContain('spill file')
    expect(() => keeper.close()).toThrow(/100 samples could not be saved/)
  })
})

test('what goes while no samples come is reported at once', async () => {
  makeLog(file, series(5000, 1e6))
  const registry = ReaderRegistry.open(file)
  await registry.register('sink', 0)
  registry.close()
  const keeper = startKeeper(600_000)
  keeper.tick()
  expect(last().notes).toMatchObject([{ kind: 'sink', device: 'bench' }])
  const count = reports.length
  keeper.tick()
  expect(reports).toHaveLength(count)
  nowMs += 60_000
  keeper.tick()
  expect(last().notes).toMatchObject([{ kind: 'sink' }])
  keeper.close()
})

/** The fifty-first of each hundred comes last of them. */
function lateAtTheEnd(samples: readonly Sample[]): Sample[] {
  const hundreds = [0, 100, 200].map((from) => samples.slice(from, from + 100))
  return hundreds.flatMap((each) => [...each.toSpliced(50, 1), each[50] as Sample])
}

test.each([
  ['numbered', (samples: Sample[]) => samples],
  ['not numbered', (samples: Sample[]) => samples.map((each) => ({ ...each, seq: null }))],
  ['a late one at the end', lateAtTheEnd],
] as const)(
  'a commit that went through although it was reported as failed is not made again: %s',
  (_, of) => {
    const keeper = startKeeper()
    const samples: Sample[] = of(series(300, 100_000))
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    const { write } = LogWriter.prototype
    vi.spyOn(LogWriter.prototype, 'write').mockImplementationOnce(function (
      this: LogWriter,
      ...args
    ) {
      write.apply(this, args)
      throw Object.assign(new Error('the disk failed'), { code: 'SQLITE_IOERR_FSYNC' })
    })
    keeper.accept(batchesOf(samples.slice(100, 200)))
    expect(last()).toMatchObject({ kind: 'spilling', durable: 1 })
    nowMs += 1001
    keeper.accept(batchesOf(samples.slice(200)))
    expect(last()).toMatchObject({ kind: 'recording', durable: 3 })
    keeper.close()
    const logged = query(file, 'SELECT time_us FROM power_log ORDER BY time_us')
    expect(logged.map((row) => row['time_us'])).toEqual(
      samples.map(({ timeUs }) => timeUs).toSorted((a, b) => a - b),
    )
  },
)

test('a disk that is full when a run begins to note what it found is the trouble of the log', () => {
  const samples = series(300, 100_000)
  makeLog(file, samples.slice(0, 100))
  SpillFile.of(file).append(RUN, batchesOf(samples.slice(100, 200)))
  const { write } = LogWriter.prototype
  let isFull = true
  vi.spyOn(LogWriter.prototype, 'write').mockImplementation(function (this: LogWriter, ...args) {
    const isNote = args[0].some((batch) => batch.events.length > 0)
    if (isFull && isNote) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
    write.apply(this, args)
  })
  const keeper = startKeeper()
  keeper.tick()
  expect(last()).toMatchObject({ kind: 'spilling' })
  expect(last().reason).toContain('the disk is full')
  isFull = false
  nowMs += 1001
  keeper.accept(batchesOf(samples.slice(200), { epochs: [EPOCH] }))
  expect(last()).toMatchObject({ kind: 'recording', durable: 1 })
  keeper.close()
  expectAll(300)
  expect(query(file, "SELECT detail FROM power_event WHERE kind = 'spill'")).toEqual([
    { detail: expect.stringContaining('the disk is full') },
  ])
})

describe('the file of a running log', () => {
  test('is put back whole when it was deleted', () => {
    const keeper = startKeeper()
    const samples = series(300, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    rmSync(file)
    keeper.accept(batchesOf(samples.slice(100, 200)))
    expect(last()).toMatchObject({ kind: 'recording', durable: 2 })
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix)
    keeper.tick()
    expect(existsSync(file)).toBe(true)
    rmSync(`${file}-wal`)
    keeper.accept(batchesOf(samples.slice(200)))
    rmSync(file)
    keeper.close()
    expectAll(300)
    expect(query(file, 'SELECT DISTINCT epoch, device FROM power_log')).toEqual([
      { epoch: 1, device: 'bench' },
    ])
    const details = query(file, "SELECT detail FROM power_event WHERE kind = 'spill'")
    expect(details).toHaveLength(4)
    expect(details[0]?.['detail']).toContain('deleted, and has been put back whole')
    expect(readdirSync(join(file, '..')).sort()).toEqual(['log.db', 'log.db.lock'])
  })

  test('is whole where it was moved to, and begun anew', () => {
    const keeper = startKeeper()
    const samples = series(200, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    renameSync(file, `${file}.old`)
    keeper.accept(batchesOf(samples.slice(100)))
    keeper.close()
    expect(query(`${file}.old`, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 100 }])
    expect(query(file, 'SELECT count(*) AS n FROM power_log')).toEqual([{ n: 100 }])
  })

  test('is put back, folder and lock and all, when the folder was deleted', () => {
    file = join(tempFolder(), 'sub', 'log.db')
    const keeper = startKeeper()
    keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
    rmSync(join(file, '..'), { recursive: true })
    keeper.accept(batchesOf(series(100, 100_000, 100)))
    expect(last().kind).toBe('recording')
    expect(() => startKeeper()).toThrow(/is being written by/)
    keeper.close()
    expectAll(200)
  })

  test('is gone on with when it was replaced by another log, whose runs stay apart', () => {
    const replacement = join(tempFolder(), 'other.db')
    const samples = series(300, 100_000)
    const other = { ...EPOCH, device: 'someone else' }
    makeLog(replacement, samples.slice(0, 50), { epochs: [other] })
    const keeper = startKeeper()
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    renameSync(replacement, file)
    keeper.accept(batchesOf(samples.slice(100)))
    keeper.close()
    expect(query(file, 'SELECT device, count(*) AS n FROM power_log GROUP BY 1')).toEqual([
      { device: 'bench', n: 200 },
      { device: 'someone else', n: 50 },
    ])
    // What had been in it before is kept.
    const kept = query(`${file}.replaced-1`, 'SELECT count(*) AS n FROM power_log')
    expect(kept).toEqual([{ n: 100 }])
  })

  test('is not touched when it was replaced by something else', () => {
    const keeper = startKeeper()
    keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
    const replacement = `${file}.txt`
    writeFileSync(replacement, 'not a database\n'.repeat(50))
    renameSync(replacement, file)
    keeper.accept(batchesOf(series(100, 100_000, 100)))
    expect(last().kind).toBe('spilling')
    keeper.close()
    expect(readFileSync(file, 'utf8')).toBe('not a database\n'.repeat(50))
    // The samples are safe beside it.
    expect(readFileSync(spill, 'utf8').match(/^sample,/gm)).toHaveLength(100)
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'is waited for while its folder is read-only',
    () => {
      const keeper = startKeeper()
      chmodSync(join(file, '..'), 0o500)
      rmSync(file, { force: true })
      keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
      chmodSync(join(file, '..'), 0o700)
      nowMs += 60_000
      keeper.tick()
      keeper.close()
      expectAll(100)
    },
  )
})
