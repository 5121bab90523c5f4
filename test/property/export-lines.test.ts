import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Epoch, Sample } from '../../src/domain/sample.ts'
import { putMicro } from '../../src/export/digit-lines.ts'
import type { ExportFormat } from '../../src/export/format-names.ts'
import { SampleLines } from '../../src/export/sample-lines.ts'
import { linePages } from '../../src/export/sample-pieces.ts'
import type { LogRange } from '../../src/storage/read/log-query.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  ALL,
  batchesOf,
  makeLog,
  openWriter,
  START_US,
  sampleAt,
  series,
} from '../support/log-fixture.ts'

/** What the fast way has to equal: every sample as an object, formatted one by one. */
function generalText(reader: LogReader, range: LogRange, format: ExportFormat): string {
  const lines = new SampleLines(format, [])
  let text = ''
  for (const page of reader.samples(range, false)) {
    for (const bytes of lines.lines(page)) text += bytes.toString()
  }
  return text
}

function writtenText(reader: LogReader, range: LogRange, format: ExportFormat): string {
  let text = ''
  for (const block of linePages(reader, range, format, [])) text += block.bytes.toString()
  return text
}

const micro = fc.oneof(
  fc.integer({ min: -999_999_999, max: 999_999_999 }),
  fc.integer({ min: -40_000, max: 40_000 }).map((n) => n * 1000),
  fc.integer({ min: -999, max: 999 }),
  fc.constantFrom(0, 1, -1, 10, 100_000, 999_999, 1_000_000, 10_000_000, 100_000_000, 999_999_999),
)

test('millionths have the digits of String', () => {
  const bytes = Buffer.alloc(16)
  fc.assert(
    fc.property(micro, (value) => {
      const end = putMicro(bytes, 1, value)
      expect(bytes.toString('latin1', 1, end)).toBe(String(value / 1e6))
    }),
    { numRuns: 20_000 },
  )
})

const usual = micro.map((n) => n / 1e6)
/** What SQLite keeps as REAL or text, and millionths of more digits than the fast way takes. */
const odd = fc.oneof(
  fc.integer().map((n) => Number(`${n}e-9`)),
  fc.double({ noNaN: true }),
  fc.constantFrom(1000, -1000, 9_007_199_254, 9_007_199_255, 1e16, -3e20, 0.1 + 0.2, 1e-7),
)
const value = fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: odd })
const seq = fc.oneof(
  { weight: 5, arbitrary: fc.nat() },
  { weight: 1, arbitrary: fc.constantFrom(null, 0, 4_294_967_295, Number.MAX_SAFE_INTEGER) },
)
const status = fc.constantFrom('ok', 'ok', 'clip', 'say "x", y', '=1+1', 'ovf', 'ok\u00e4', '')
const DEVICES = ['bench', 'käse, "2"', '-x']
/** µs between two samples: from the next one to years, and to times of fewer digits. */
const step = fc.oneof(fc.integer({ min: 1, max: 2_000_000 }), fc.constantFrom(1, 1e9, 3e13))
const row = fc.record({
  step,
  device: fc.nat(DEVICES.length - 1),
  values: fc.tuple(value, value, value),
  seq,
  status,
  isBare: fc.nat(80).map((n) => n === 0),
})

test('all that a log can hold is written as the general way writes it', () => {
  const folder = temporaryFolder()
  let run = 0
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.constantFrom(1, 2, 40),
      fc.constantFrom(START_US, 10, 999_999_999_000_000),
      (rows, times, startUs) => {
        const file = join(folder, `${run++}.db`)
        const epochs: Epoch[] = DEVICES.map((device, i) => {
          return { id: i + 1, device, boot: i, startedUs: startUs }
        })
        let timeUs = startUs
        const samples: Sample[] = Array.from({ length: times }, () => rows)
          .flat()
          .map((each) => {
            timeUs += each.step
            const [voltage, current, power] = each.isBare
              ? [Number.NaN, Number.NaN, Number.NaN]
              : each.values
            return sampleAt(timeUs, each.seq, {
              voltage,
              current,
              power,
              status: each.status,
              epochId: each.device + 1,
              electric: !each.isBare,
              extras: each.isBare ? { soc: 84.5 } : null,
            })
          })
        const log = openWriter(file, Number.MAX_SAFE_INTEGER)
        log.writer.write(batchesOf(samples, { epochs }))
        log.db.close()
        const reader = LogReader.open(file)
        try {
          const middle = samples[Math.floor(samples.length / 2)]?.timeUs ?? 0
          for (const range of [
            ALL,
            { ...ALL, device: DEVICES[1] as string },
            { fromUs: startUs, toUs: middle, device: null },
            { fromUs: middle, toUs: timeUs, device: null },
          ]) {
            for (const format of ['csv', 'ndjson'] as const) {
              expect(writtenText(reader, range, format)).toBe(generalText(reader, range, format))
            }
          }
        } finally {
          reader.close()
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('what another program has changed is read as every view reads it', () => {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, series(3000, 10_000))
  const db = new Database(file)
  const at = (n: number): number => START_US + n * 10_000
  // Text that looks like millionths, a number without a fraction that is stored as one with it.
  db.prepare(`UPDATE sample SET v = '5' WHERE id = ?`).run(at(700))
  db.prepare('UPDATE sample SET a = 0.5, w = 1e300 WHERE id = ?').run(at(1700))
  db.prepare('UPDATE sample SET seq = -4, status_id = 1048577 WHERE id = ?').run(at(2700))
  db.close()
  const reader = LogReader.open(file)
  try {
    const text = writtenText(reader, ALL, 'csv')
    expect(text).toBe(generalText(reader, ALL, 'csv'))
    expect(text.split('\n')[700]).toContain(',bench,5,')
  } finally {
    reader.close()
  }
})

test('blocks are counted, and the next one begins where one ends', () => {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, [
    ...series(5000, 10_000),
    sampleAt(START_US + 60e6, 7, { voltage: 1 / 3 }),
    ...series(3000, 10_000, 7000),
  ])
  const reader = LogReader.open(file)
  try {
    const whole = writtenText(reader, ALL, 'csv')
    let [rows, scanned] = [0, 0]
    const ends: number[] = []
    for (const block of linePages(reader, ALL, 'csv', [])) {
      rows += block.rows
      scanned += block.scanned
      ends.push(block.endUs)
    }
    expect(rows).toBe(8001)
    expect(scanned).toBeGreaterThanOrEqual(8001)
    // As `serve` does: a block at a time, each in a transaction of its own.
    let text = ''
    for (let fromUs = 0; fromUs < START_US + 100e6; ) {
      const [block] = linePages(reader, { ...ALL, fromUs }, 'csv', [])
      if (block === undefined || block.scanned === 0) break
      text += block.bytes.toString()
      expect(block.endUs).toBeGreaterThan(fromUs)
      fromUs = block.endUs
    }
    expect(text).toBe(whole)
    expect(ends).toEqual([...ends].sort((a, b) => a - b))
  } finally {
    reader.close()
  }
})
