import { existsSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Extras } from '../../src/domain/channels.ts'
import type { Epoch, Sample } from '../../src/domain/sample.ts'
import { estimateLogBytes } from '../../src/storage/file/log-size.ts'
import { FEW_CHANNELS } from '../../src/storage/write/channel-table.ts'
import { EMPTY_BATCH } from '../../src/storage/write/log-batch.ts'
import { LogKeeper, MEMORY_MS } from '../../src/storage/write/log-keeper.ts'
import { SpillFile } from '../../src/storage/write/spill-file.ts'
import type { Clock } from '../../src/util/clock.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
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

const NONE = { voltage: Number.NaN, current: Number.NaN, power: Number.NaN }
const HOUR_MS = 3_600_000

let file: string
let nowMs: number

const clock: Clock = { wallMs: () => 1_795_000_000_000 + nowMs, monoMs: () => nowMs }

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db')
  nowMs = 0
})

/** Without a prototype, as the codec makes them: any name is a channel's. */
function extrasOf(values: Readonly<Record<string, number>> | [string, number][]): Extras {
  const entries = Array.isArray(values) ? values : Object.entries(values)
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as Extras
}

/** Values by sequence number and channel, as any program reads them. */
function valuesIn(path: string): Map<string, number> {
  return new Map(
    query(path, 'SELECT sequence, channel, value FROM channel_log').map((row) => [
      `${row['sequence']} ${row['channel']}`,
      row['value'] as number,
    ]),
  )
}

function valuesOf(samples: readonly Sample[]): Map<string, number> {
  return new Map(
    samples.flatMap(({ seq, extras }) =>
      Object.entries(extras ?? {}).map(([name, value]) => [`${seq} ${name}`, value] as const),
    ),
  )
}

const value = fc.oneof(
  fc.integer({ min: -40_000_000, max: 40_000_000 }).map((n) => n / 1e6),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  fc.constantFrom(0, 1e-7, 9_007_199_255, 1e16, -3e20, 0.1 + 0.2),
)
const name = fc.oneof(
  fc.constantFrom('soc', 't', '__proto__', 'constructor', '7', 'a,b', 'say "x"', ' '),
  fc.string({ minLength: 1, maxLength: 32, unit: 'grapheme-ascii' }),
)
const extras = fc.option(fc.array(fc.tuple(name, value), { maxLength: 5 }).map(extrasOf))

test('every value of every channel is read back exactly, through the spill file, too', () => {
  const folder = temporaryFolder()
  let runs = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(extras, fc.boolean()), { maxLength: 30 }), (rows) => {
      file = join(folder, `${runs++}.db`)
      const samples = rows.map(([each, isElectric], i) =>
        sampleAt(START_US + i, i, {
          extras: each,
          electric: isElectric,
          ...(isElectric ? {} : NONE),
        }),
      )
      const half = samples.length >> 1
      makeLog(file, samples.slice(0, half))
      const run = { ...EMPTY_BATCH, epochs: [EPOCH] }
      SpillFile.of(file).append(run, batchesOf(samples.slice(half)))
      const keeper = new LogKeeper({ file, retainMs: HOURS_48_MS, clock, report() {} })
      keeper.open()
      keeper.close()
      expect(valuesIn(file)).toEqual(valuesOf(samples))
      const electric = samples.filter((each) => each.electric).map((each) => each.seq)
      expect(query(file, 'SELECT sequence FROM power_log').map((row) => row['sequence'])).toEqual(
        electric,
      )
      expect(query(file, 'SELECT count(*) AS n FROM sample')).toEqual([{ n: samples.length }])
    }),
    { numRuns: 40 },
  )
})

test('as many channels as a device may have, in full batches', () => {
  const samples = series(1200, 1000).map((each, i) => ({
    ...each,
    extras: extrasOf(Array.from({ length: 64 }, (_, n) => [`c${n}`, i * 64 + n])),
  }))
  makeLog(file, samples)
  expect(valuesIn(file)).toEqual(valuesOf(samples))
})

test('a value takes about 23 bytes', () => {
  const samples = series(50_000, 100_000)
  makeLog(file, samples)
  const more = join(temporaryFolder(), 'more.db')
  makeLog(
    more,
    samples.map((each, i) => ({ ...each, extras: { t: 20 + (i % 5000) / 1000, soc: i % 100 } })),
  )
  const bytes = statSync(more).size - statSync(file).size
  const estimated = estimateLogBytes(10, 5_000_000, 20) - estimateLogBytes(10, 5_000_000)
  expect(Math.abs(estimated / bytes - 1)).toBeLessThan(0.15)
})

test('a number past what a double holds is no value', () => {
  makeLog(file, [sampleAt(START_US, 0, { extras: { t: 1, soc: Number.POSITIVE_INFINITY } })])
  expect(valuesIn(file)).toEqual(new Map([['0 t', 1]]))
})

test('channels of equal name belong to their devices', () => {
  const other: Epoch = { id: 2, device: 'other', boot: 1, startedUs: START_US }
  const log = openWriter(file)
  const samples = [
    sampleAt(START_US, 0, { extras: { t: 20 } }),
    sampleAt(START_US, 0, { epochId: 2, extras: { t: 30 } }),
  ]
  const channels = [{ device: 'other', id: 't', unit: 'degF' }]
  log.writer.write(batchesOf(samples, { epochs: [EPOCH, other], channels }))
  log.end()
  expect(query(file, 'SELECT device, channel, value, unit FROM channel_log ORDER BY 1')).toEqual([
    { device: 'bench', channel: 't', value: 20, unit: '' },
    { device: 'other', channel: 't', value: 30, unit: 'degF' },
  ])
})

describe('retention', () => {
  test('values go with their samples, and with these only', () => {
    const other: Epoch = { id: 2, device: 'other', boot: 1, startedUs: START_US }
    const log = openWriter(file, HOUR_MS)
    // Two devices at the same times; the time of the second one stands still.
    const mixed = series(2000, 5e6).flatMap((each, i) => [
      { ...each, extras: { soc: i } },
      { ...each, timeUs: each.timeUs + 1, epochId: 2, extras: { t: i } },
    ])
    const early = mixed.filter(({ epochId }) => epochId === 2).slice(0, 600)
    log.writer.write(batchesOf(early, { epochs: [EPOCH, other] }))
    for (const batch of batchesOf(mixed.filter(({ epochId }) => epochId === 1))) {
      log.writer.write([batch])
    }
    log.end()
    const kept = query(file, 'SELECT id FROM sample ORDER BY id').map((row) => row['id'])
    expect(kept).toHaveLength(600 + 721)
    const values = query(file, 'SELECT sample_id AS id FROM channel_value ORDER BY sample_id')
    expect(values.map((row) => row['id'])).toEqual(kept)
  })

  /** A run of samples that were not measured, so that no minutes stay of its channels. */
  function writeRun(n: number, channels: readonly string[], retainMs = 60_000): void {
    const log = openWriter(file, retainMs)
    const epoch = { ...EPOCH, id: n, boot: n, startedUs: START_US + n * 600e6 }
    const samples = channels.map((channel, i) =>
      sampleAt(epoch.startedUs + i * 1e6, i, {
        epochId: n,
        status: 'error',
        extras: { [channel]: i },
      }),
    )
    log.writer.write(batchesOf(samples, { epochs: [epoch] }))
    log.end()
  }

  const names = (): unknown[] =>
    query(file, 'SELECT name FROM channel ORDER BY id').map((row) => row['name'])

  test('channels that nothing is left of go where they are many', () => {
    const of = (n: number): string[] => Array.from({ length: 40 }, (_, i) => `run ${n}, ${i}`)
    for (let n = 1; n <= 8; n++) {
      writeRun(n, of(n))
      expect(names().length).toBeLessThanOrEqual(FEW_CHANNELS + 40)
      expect(names().slice(-40)).toEqual(of(n))
    }
    expect(query(file, 'SELECT DISTINCT channel_id FROM channel_value')).toHaveLength(40)
  })
})

describe('units', () => {
  const channels = [{ device: 'bench', id: 't', unit: 'degC' }]
  const unitOf = (path: string): unknown =>
    query(path, `SELECT unit FROM channel WHERE name = 't'`)[0]?.['unit']
  const warm = series(200, 1000).map((each) => ({ ...each, extras: { t: 20 } }))

  test('stay over runs, until another one is given', () => {
    makeLog(file, warm.slice(0, 1), { channels })
    makeLog(file, warm.slice(1, 2))
    expect(unitOf(file)).toBe('degC')
    makeLog(file, [], { channels: [{ device: 'bench', id: 't', unit: 'K' }] })
    expect(unitOf(file)).toBe('K')
  })

  test('of channels and devices that never come leave nothing in the log', () => {
    const log = openWriter(file)
    log.writer.write(batchesOf([], { channels }))
    log.end()
    expect(query(file, 'SELECT name FROM channel UNION SELECT name FROM device')).toEqual([])
  })

  test('are in a log that is begun anew because the file was moved', () => {
    const keeper = new LogKeeper({ file, retainMs: HOURS_48_MS, clock, report() {} })
    keeper.open()
    keeper.accept(batchesOf(warm.slice(0, 100), { epochs: [EPOCH], channels }))
    renameSync(file, `${file}.old`)
    keeper.accept(batchesOf(warm.slice(100)))
    keeper.close()
    expect([unitOf(file), unitOf(`${file}.old`)]).toEqual(['degC', 'degC'])
    expect(valuesIn(file)).toEqual(valuesOf(warm.slice(100)))
  })

  test('come back from the spill file', () => {
    const keeper = new LogKeeper({ file, retainMs: HOURS_48_MS, clock, report() {} })
    keeper.open()
    const other = new Database(file)
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    keeper.accept(batchesOf(warm, { epochs: [EPOCH], channels }))
    nowMs += MEMORY_MS
    keeper.tick()
    expect(existsSync(`${file}.spill.csv`)).toBe(true)
    other.close()
    nowMs += 60_000
    keeper.tick()
    keeper.close()
    expect(unitOf(file)).toBe('degC')
    expect(valuesIn(file)).toEqual(valuesOf(warm))
  })
})
