import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { SIGN, type Trace } from '../../src/chart/trace.ts'
import type { Sample } from '../../src/domain/sample.ts'
import { DeviceState } from '../../src/monitor/device-state.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  batchesOf,
  EPOCH,
  makeLog,
  openWriter,
  query,
  START_US,
  sampleAt,
} from '../support/log-fixture.ts'
import { toLayout3 } from '../support/old-layouts.ts'

const COUNT = 7500
/** 25 Hz, so that seconds are rolled up: five minutes. */
const STEP_US = 40_000
const SPAN_US = COUNT * STEP_US
const BARE = {
  electric: false,
  voltage: Number.NaN,
  current: Number.NaN,
  power: Number.NaN,
  extras: { rh: 40 },
}

/**
 * A device with a temperature in each sample, and every tenth sample a humidity alone. For a moment
 * each: the sensor fails, the temperature is out of its range, the humidity fails.
 */
function recording(): Sample[] {
  return Array.from({ length: COUNT }, (_, n) => {
    const kind = n % 10 === 9 ? BARE : { extras: { t: 21 + (n % 7) / 10 } }
    let status = 'ok'
    if (n === 1001) status = 'nosensor'
    else if (n === 3002 || n === 3003) status = 'out_of_range'
    else if (n === 5009) status = 'error'
    else if (n >= 6000 && n < 6075) status = 'ovf'
    return sampleAt(START_US + n * STEP_US, n, { ...kind, status })
  })
}

const LATE = new Set([1001, 2500, 3002])

/** In order but for some that come 30 samples late. */
function asArrived(samples: readonly Sample[]): Sample[] {
  return samples
    .map((sample, n): [at: number, sample: Sample] => [
      LATE.has(n) ? n + 30.5 : n,
      LATE.has(n) ? { ...sample, origin: 'late' } : { ...sample, gapBefore: LATE.has(n - 1) },
    ])
    .toSorted(([a], [b]) => a - b)
    .map(([, sample]) => sample)
}

/** Slots of that length that the recording lies in. */
function slotsOf(slotUs: number): { fromUs: number; length: number } {
  const first = Math.floor(START_US / slotUs)
  return { fromUs: first * slotUs, length: Math.ceil((START_US + SPAN_US) / slotUs) - first }
}

function inMemory(samples: readonly Sample[], slotUs: number): Trace {
  const state = new DeviceState(START_US)
  const { trace } = state.keepForView()
  for (const sample of samples) state.sample(sample, sample.timeUs, null)
  const { fromUs, length } = slotsOf(slotUs)
  return trace.read(slotUs, length, fromUs + length * slotUs - 1)
}

function inLog(file: string, slotUs: number): Trace {
  const { fromUs, length } = slotsOf(slotUs)
  const reader = LogReader.open(file)
  try {
    return reader.series('bench', fromUs, slotUs, length)
  } finally {
    reader.close()
  }
}

/** The slots in which something was not measured. */
function unmeasuredIn({ signs }: Trace): number[] {
  return Array.from(signs).flatMap((said, slot) => ((said & SIGN.unmeasured) !== 0 ? [slot] : []))
}

/** The same, straight from the samples. */
function recounted(slotUs: number): number[] {
  const slots = recording()
    .filter(({ status }) => status !== 'ok')
    .map(({ timeUs }) => Math.floor((timeUs - slotsOf(slotUs).fromUs) / slotUs))
  return [...new Set(slots)]
}

/** Slots of single samples, seconds, minutes, and of what lies across them. */
const SLOTS_US = [40_000, 250_000, 1e6, 5e6, 60e6, 120e6]

test('memory, samples, seconds and minutes say of the same slots that something was not measured', () => {
  const folder = temporaryFolder()
  const samples = asArrived(recording())
  const [raw, rolled] = [join(folder, 'raw.db'), join(folder, 'rolled.db')]
  const open = openWriter(raw)
  open.writer.write(batchesOf(samples, { epochs: [EPOCH] }))
  // As where late samples have come to all of them: they are read from the samples.
  open.db.exec('INSERT OR IGNORE INTO dirty SELECT device_id, minute FROM minute')
  makeLog(rolled, samples)
  expect(query(rolled, 'SELECT count(*) AS n FROM second')).toEqual([{ n: 300 }])
  for (const slotUs of SLOTS_US) {
    const traces = [inMemory(samples, slotUs), inLog(raw, slotUs), inLog(rolled, slotUs)]
    for (const trace of traces) {
      expect(unmeasuredIn(trace)).toEqual(recounted(slotUs))
      expect(trace.count).toEqual(traces[0]?.count)
    }
  }
})

test('a log of layout 3 that is brought over says it of all whose samples are there', () => {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, asArrived(recording()))
  toLayout3(file)
  const [first] = query(file, 'SELECT min(minute) AS minute FROM minute')
  const firstMinute = first?.['minute'] as number
  const bytes = readFileSync(file)
  // In its minutes faults drown in samples of the humidity alone; those of its seconds are still there.
  expect(unmeasuredIn(inLog(file, 60e6))).toEqual([])
  expect(unmeasuredIn(inLog(file, 1e6))).toEqual([40, 120, 200, 240, 241, 242])
  expect(readFileSync(file).equals(bytes)).toBe(true)

  const db = new Database(file)
  // As the retention leaves it: half of the first minute is gone.
  db.prepare('DELETE FROM sample WHERE id < ?').run(START_US + 30e6)
  db.prepare('DELETE FROM channel_value WHERE sample_id < ?').run(START_US + 30e6)
  db.prepare('DELETE FROM second WHERE second < ?').run((START_US + 30e6) / 1e6)
  db.close()
  const log = openWriter(file)
  const others = [1, 2, 3, 4].map((n) => ({ minute: firstMinute + n }))
  expect(query(file, 'SELECT minute FROM dirty ORDER BY minute')).toEqual(others)
  expect(unmeasuredIn(inLog(file, 60e6))).toEqual([2, 3, 4])
  log.end()
  expect(query(file, 'SELECT * FROM dirty')).toEqual([])
  expect(query(file, 'SELECT minute, samples, unmeasured FROM minute ORDER BY minute')).toEqual([
    // How many of these were of the humidity alone nobody knows any more.
    { minute: firstMinute, samples: 1500, unmeasured: null },
    { minute: firstMinute + 1, samples: 1500, unmeasured: 0 },
    { minute: firstMinute + 2, samples: 1500, unmeasured: 2 },
    { minute: firstMinute + 3, samples: 1500, unmeasured: 1 },
    { minute: firstMinute + 4, samples: 1500, unmeasured: 75 },
  ])
  expect(unmeasuredIn(inLog(file, 60e6))).toEqual([2, 3, 4])
  expect(unmeasuredIn(inLog(file, 1e6))).toEqual([40, 120, 200, 240, 241, 242])
})

test('minutes of layout 3 are not computed again where all their samples had values of one channel', () => {
  const file = join(temporaryFolder(), 'log.db')
  const samples = recording().slice(0, 3000)
  makeLog(
    file,
    samples.map((sample) => ({ ...sample, electric: true, voltage: 5, current: 1, power: 5 })),
  )
  toLayout3(file)
  openWriter(file)
  // The one with the fault; in the other one all were measured.
  expect(query(file, 'SELECT minute - (SELECT min(minute) FROM minute) AS n FROM dirty')).toEqual([
    { n: 0 },
  ])
  expect(unmeasuredIn(inLog(file, 60e6))).toEqual([0])
})
