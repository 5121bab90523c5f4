import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { ReaderRegistry } from '../../src/storage/client/reader-registry.ts'
import { WriterLock } from '../../src/storage/file/writer-lock.ts'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { MEMORY_MS, MEMORY_SAMPLES } from '../../src/storage/write/log-keeper.ts'
import { LogWriter } from '../../src/storage/write/log-writer.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { KeeperRig } from '../support/keeper-rig.ts'
import { batchesOf, EPOCH, makeLog, query, series } from '../support/log-fixture.ts'

let rig: KeeperRig

beforeEach(() => {
  vi.restoreAllMocks()
  rig = new KeeperRig()
})

describe('while another program has the log locked', () => {
  test('samples wait in memory and go into the log when it is free again', () => {
    const keeper = rig.start()
    const samples = series(400, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    expect(rig.last).toMatchObject({ kind: 'recording', reason: '', durable: 1 })
    const unlock = rig.lockOut()
    keeper.accept(batchesOf(samples.slice(100, 200)))
    expect(rig.last).toMatchObject({ kind: 'spilling', durable: 1 })
    expect(rig.last.reason).toContain('locked by another program')
    unlock()
    // The pauses between attempts grow: 1 s, then 2 s.
    keeper.accept(batchesOf(samples.slice(200, 300)))
    expect(rig.last.kind).toBe('spilling')
    rig.nowMs += 1001
    expect(keeper.isWriting).toBe(false)
    expect(keeper.tick()).toBe(true)
    expect(rig.last).toMatchObject({ kind: 'recording', reason: '', durable: 3 })
    expect(keeper.isWriting).toBe(true)
    expect(keeper.tick()).toBe(false)
    keeper.accept(batchesOf(samples.slice(300)))
    keeper.close()
    rig.expectAll(400)
    expect(existsSync(rig.spill)).toBe(false)
    expect(query(rig.file, 'SELECT kind, device FROM power_event')).toEqual([
      { kind: 'spill', device: 'bench' },
    ])
  })

  test('they go to a spill file after a while, and come back once each', () => {
    const keeper = rig.start()
    const samples = series(1000, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    const unlock = rig.lockOut()
    keeper.accept(batchesOf(samples.slice(100, 200)))
    expect(existsSync(rig.spill)).toBe(false)
    rig.nowMs += MEMORY_MS
    expect(keeper.tick()).toBe(true)
    // Durable, though not in the log.
    expect(rig.last).toMatchObject({ kind: 'spilling', durable: 2 })
    expect(statSync(rig.spill).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600)
    rig.nowMs += MEMORY_MS
    keeper.accept(batchesOf(samples.slice(200, 300)))
    rig.nowMs += MEMORY_MS
    keeper.tick()
    expect(rig.last.durable).toBe(3)
    unlock()
    rig.nowMs += 60_000
    keeper.accept(batchesOf(samples.slice(300)))
    expect(rig.last).toMatchObject({ kind: 'recording', durable: 5 })
    keeper.close()
    rig.expectAll(1000)
    expect(existsSync(rig.spill)).toBe(false)
    const [event] = query(rig.file, 'SELECT detail FROM power_event')
    expect(event?.['detail']).toContain('200 in the spill file')
  })

  test('they go there at once where there are too many', () => {
    const keeper = rig.start()
    const unlock = rig.lockOut()
    const count = MEMORY_SAMPLES + 1
    keeper.accept(batchesOf(series(count, 1000), { epochs: [EPOCH] }))
    expect(existsSync(rig.spill)).toBe(true)
    unlock()
    rig.nowMs += 1001
    keeper.tick()
    keeper.close()
    rig.expectAll(count)
  })

  test('the end of the program saves them, the next run takes them over', () => {
    const keeper = rig.start()
    const samples = series(300, 100_000)
    keeper.accept(batchesOf(samples.slice(0, 100), { epochs: [EPOCH] }))
    const unlock = rig.lockOut()
    keeper.accept(
      batchesOf(samples.slice(100), {
        lost: [{ epochId: 1, firstSeq: 900, count: 2, fromUs: 1, toUs: 2, reason: 'gone' }],
        events: [{ timeUs: 5, device: 'bench', kind: 'restart', detail: 'said "a, b"\nand more' }],
      }),
    )
    keeper.close()
    expect(rig.last).toMatchObject({ durable: 2 })
    unlock()
    rig.start().close()
    rig.expectAll(300)
    expect(query(rig.file, 'SELECT count, reason FROM power_lost')).toEqual([
      { count: 2, reason: 'gone' },
    ])
    expect(query(rig.file, "SELECT detail FROM power_event WHERE kind = 'restart'")).toEqual([
      { detail: 'said "a, b"\ufffdand more' },
    ])
    expect(query(rig.file, 'SELECT DISTINCT epoch FROM power_log')).toHaveLength(1)
    expect(query(rig.file, "SELECT detail FROM power_event WHERE kind = 'spill'")).toEqual([
      { detail: '200 samples of an earlier run came from the spill file' },
    ])
  })

  test('nobody else gets the writer lock meanwhile', () => {
    const keeper = rig.start()
    keeper.accept(batchesOf(series(100, 100_000), { epochs: [EPOCH] }))
    const unlock = rig.lockOut()
    keeper.accept(batchesOf(series(100, 100_000, 100)))
    renameSync(rig.file, `${rig.file}.away`)
    rig.nowMs += 60_000
    mkdirSync(rig.file)
    keeper.tick()
    expect(rig.last.kind).toBe('spilling')
    expect(() => WriterLock.acquire(rig.file, 0)).toThrow(/is being written by/)
    rmSync(rig.file, { recursive: true })
    renameSync(`${rig.file}.away`, rig.file)
    unlock()
    rig.nowMs += 60_000
    keeper.tick()
    keeper.close()
    rig.expectAll(200)
  })
})

test('what goes while no samples come is reported at once', async () => {
  makeLog(rig.file, series(5000, 1e6))
  const registry = ReaderRegistry.open(rig.file)
  await registry.register('sink', 0)
  registry.close()
  const keeper = rig.start(600_000)
  keeper.tick()
  expect(rig.last.notes).toMatchObject([{ kind: 'sink', device: 'bench' }])
  const count = rig.reports.length
  keeper.tick()
  expect(rig.reports).toHaveLength(count)
  rig.nowMs += 60_000
  keeper.tick()
  expect(rig.last.notes).toMatchObject([{ kind: 'sink' }])
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
    const keeper = rig.start()
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
    expect(rig.last).toMatchObject({ kind: 'spilling', durable: 1 })
    rig.nowMs += 1001
    keeper.accept(batchesOf(samples.slice(200)))
    expect(rig.last).toMatchObject({ kind: 'recording', durable: 3 })
    keeper.close()
    const logged = query(rig.file, 'SELECT time_us FROM power_log ORDER BY time_us')
    expect(logged.map((row) => row['time_us'])).toEqual(
      samples.map(({ timeUs }) => timeUs).toSorted((a, b) => a - b),
    )
  },
)

test('a disk that is full when a run begins to note what it found is the trouble of the log', () => {
  const samples = series(300, 100_000)
  makeLog(rig.file, samples.slice(0, 100))
  SpillFile.of(rig.file).append(
    { ...EMPTY_BATCH, epochs: [EPOCH] },
    batchesOf(samples.slice(100, 200)),
  )
  const { write } = LogWriter.prototype
  let isFull = true
  vi.spyOn(LogWriter.prototype, 'write').mockImplementation(function (this: LogWriter, ...args) {
    const isNote = args[0].some((batch) => batch.events.length > 0)
    if (isFull && isNote) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
    write.apply(this, args)
  })
  const keeper = rig.start()
  keeper.tick()
  expect(rig.last).toMatchObject({ kind: 'spilling' })
  expect(rig.last.reason).toContain('the disk is full')
  isFull = false
  rig.nowMs += 1001
  keeper.accept(batchesOf(samples.slice(200), { epochs: [EPOCH] }))
  expect(rig.last).toMatchObject({ kind: 'recording', durable: 1 })
  keeper.close()
  rig.expectAll(300)
  expect(query(rig.file, "SELECT detail FROM power_event WHERE kind = 'spill'")).toEqual([
    { detail: expect.stringContaining('the disk is full') },
  ])
})
