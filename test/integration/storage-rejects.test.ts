/** What the log can't take whatever the disk does: it is set aside, and holds up nothing else. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import type { LogEvent } from '../../src/storage/client/log.ts'
import type { KeeperReport } from '../../src/storage/write/keeper-report.ts'
import { EMPTY_BATCH, type LogBatch } from '../../src/storage/write/log-batch.ts'
import { LogKeeper, MEMORY_MS } from '../../src/storage/write/log-keeper.ts'
import { LogWriter } from '../../src/storage/write/log-writer.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import { temporaryFolder } from '../support/folder.ts'
import { batchesOf, EPOCH, HOURS_48_MS, query, START_US, series } from '../support/log-fixture.ts'

let file: string
let rejects: string
let nowMs: number
let reports: KeeperReport[]

beforeEach(() => {
  vi.restoreAllMocks()
  file = join(temporaryFolder(), 'log.db')
  rejects = `${file}.rejected-1`
  nowMs = 0
  reports = []
})

function startKeeper(): LogKeeper {
  const clock = { wallMs: () => 1_795_000_000_000 + nowMs, monoMs: () => nowMs }
  const keeper = new LogKeeper({
    file,
    retainMs: HOURS_48_MS,
    clock,
    report: (report) => reports.push(report),
  })
  keeper.open()
  return keeper
}

const last = (): KeeperReport => reports.at(-1) as KeeperReport

const sequences = (): unknown[] =>
  query(file, 'SELECT sequence FROM power_log ORDER BY time_us').map((row) => row['sequence'])

/** Lines of the file beside the log, by their kind. */
function rejected(kind: string): string[] {
  const lines = readFileSync(rejects, 'utf8').split('\n')
  return lines.filter((line) => line.startsWith(`${kind},`))
}

/** Samples 0 to 99; number 42 is of an epoch that nobody named. */
function withOneBad(): LogBatch[] {
  const samples = series(100, 100_000)
  samples[42] = { ...(samples[42] as (typeof samples)[0]), epochId: 99, extras: { soc: 0.5 } }
  samples[43] = { ...(samples[43] as (typeof samples)[0]), extras: { soc: 0.25 } }
  return batchesOf(samples, { epochs: [EPOCH] })
}

test('one sample that the log can not take is set aside; the others are in the log', () => {
  const keeper = startKeeper()
  const more = series(300, 100_000).slice(100)
  keeper.accept([...batchesOf(more.slice(0, 100)), ...withOneBad(), ...batchesOf(more.slice(100))])
  expect(last()).toMatchObject({ kind: 'recording', reason: '', durable: 3 })
  keeper.close()
  expect(sequences()).toEqual(Array.from({ length: 300 }, (_, i) => i).filter((i) => i !== 42))
  expect(query(file, 'SELECT sequence, value FROM channel_log')).toEqual([
    { sequence: 43, value: 0.25 },
  ])
  expect(rejected('sample')).toEqual([expect.stringMatching(/^sample,\d+,99,42,.*,ok,soc,0.5$/)])
  const [event] = query(file, 'SELECT kind, device, detail FROM power_event')
  expect(event).toMatchObject({ kind: 'log', device: 'bench' })
  expect(event?.['detail']).toContain('1 samples could not be logged')
  expect(event?.['detail']).toContain('log.db.rejected-1')
  expect(reports.flatMap(({ notes }) => notes)).toMatchObject([{ kind: 'log' }])
  expect(existsSync(`${file}.spill.csv`)).toBe(false)
  // The next start knows nothing of it.
  startKeeper().close()
})

test('so is an event without a text, and all that comes later goes to the same file', () => {
  const keeper = startKeeper()
  const [batch] = batchesOf(series(10, 100_000)) as [LogBatch]
  const event = { timeUs: START_US, device: 'bench', kind: 'note' as const, detail: 'fine' }
  const bad = { ...event, detail: undefined } as unknown as LogEvent
  keeper.accept([{ ...batch, events: [event, bad, event] }])
  keeper.accept([{ ...EMPTY_BATCH, events: [bad] }])
  keeper.close()
  expect(last()).toMatchObject({ kind: 'recording', durable: 2 })
  expect(sequences()).toHaveLength(10)
  expect(query(file, `SELECT kind FROM power_event WHERE kind = 'note'`)).toHaveLength(2)
  expect(rejected('event')).toHaveLength(2)
  expect(existsSync(`${file}.rejected-2`)).toBe(false)
})

test('a batch that is bad throughout goes aside as it is, in bounded work', () => {
  const keeper = startKeeper()
  keeper.accept(batchesOf(series(100, 100_000)))
  const foreign = series(500, 100_000, 1000).map((each) => ({ ...each, epochId: 99 }))
  const write = vi.spyOn(LogWriter.prototype, 'write')
  keeper.accept(batchesOf(foreign))
  expect(write.mock.calls.length).toBeLessThan(300)
  keeper.close()
  expect(sequences()).toHaveLength(100)
  expect(rejected('sample')).toHaveLength(500)
})

test('a spill file with records that the log can not take does not hold up the start', () => {
  startKeeper().close()
  SpillFile.of(file).append(EMPTY_BATCH, withOneBad())
  appendFileSync(`${file}.spill.csv`, 'lost,1,x,,,,\nevent,1,bench,note\n')
  startKeeper().close()
  expect(sequences()).toHaveLength(99)
  expect(rejected('sample')).toHaveLength(1)
  expect(rejected('lost')).toHaveLength(1)
  expect(existsSync(`${file}.spill.csv`)).toBe(false)
})

test('where nothing at all can be written nothing is set aside', () => {
  const keeper = startKeeper()
  const write = vi.spyOn(LogWriter.prototype, 'write').mockImplementation(() => {
    throw new TypeError('a fault')
  })
  keeper.accept(batchesOf(series(100, 100_000)))
  expect(last()).toMatchObject({ kind: 'spilling', durable: 0 })
  nowMs += MEMORY_MS
  keeper.tick()
  expect(last().durable).toBe(1)
  write.mockRestore()
  nowMs += 60_000
  keeper.tick()
  keeper.close()
  expect(sequences()).toHaveLength(100)
  expect(existsSync(rejects)).toBe(false)
})

test('a bad record in a spill file takes none of the samples around it along, of any device', () => {
  startKeeper().close()
  const COUNT = 15_000
  const CHUNK_BYTES = 256 * 1024
  const spill = SpillFile.of(file)
  const devices = [EPOCH, { ...EPOCH, id: 2, device: 'other' }]
  const samples = series(COUNT, 1000)
  for (let from = 0; from < COUNT; from += 500) {
    const epoch = devices[(from / 500) % 2] as (typeof devices)[0]
    const ofDevice = samples.slice(from, from + 500).map((each) => ({ ...each, epochId: epoch.id }))
    // Without the empty batch at the end, which would name the epoch once more.
    spill.append(EMPTY_BATCH, batchesOf(ofDevice, { epochs: [epoch] }).slice(0, 1))
  }
  const text = readFileSync(spill.path, 'latin1')
  const lineAround = (at: number): string =>
    text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at))
  // The samples of a batch on either side of the cut, and a batch of the other device behind it.
  const sides = [lineAround(CHUNK_BYTES - 200), lineAround(CHUNK_BYTES + 200)]
  const epochs = sides.map((line) => /^sample,\d+,([12]),/.exec(line)?.[1])
  expect(epochs[0]).toBeDefined()
  expect(epochs[0]).toBe(epochs[1])
  const at = text.indexOf('\n', CHUNK_BYTES + 60_000) + 1
  writeFileSync(spill.path, `${text.slice(0, at)}lost,1,x,,,,\n${text.slice(at)}`)
  startKeeper().close()
  expect(sequences()).toEqual(samples.map(({ seq }) => seq))
  expect(rejected('sample')).toEqual([])
  expect(rejected('lost')).toHaveLength(1)
})

test('an epoch that someone has edited into nonsense is set aside once', () => {
  startKeeper().close()
  const spill = SpillFile.of(file)
  const bad = { ...EPOCH, id: 5, startedUs: Number.NaN }
  spill.append(EMPTY_BATCH, [{ ...EMPTY_BATCH, epochs: [bad] }])
  spill.append(EMPTY_BATCH, batchesOf(series(15_000, 1000)))
  startKeeper().close()
  expect(sequences()).toHaveLength(15_000)
  expect(rejected('epoch').filter((line) => line.includes(',NaN'))).toHaveLength(2)
  expect(query(file, `SELECT kind FROM power_event WHERE kind = 'log'`)).toHaveLength(1)
})
