import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import type { Moment, MomentWish } from '../../src/storage/read/log-query.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import type { LogBatch } from '../../src/storage/write/log-batch.ts'
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

function logOf(samples: readonly Sample[], more: Partial<LogBatch> = {}): string {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, samples, more)
  return file
}

function find(file: string, wish: MomentWish, device = 'bench'): Moment | null {
  const reader = LogReader.open(file)
  try {
    return reader.find(device, wish)
  } finally {
    reader.close()
  }
}

const ALL = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }
const OTHER = { id: 2, device: 'rack', boot: 1, startedUs: START_US }
const largest = (channel: string, range: object = ALL): MomentWish =>
  ({ what: 'max', channel, ...range }) as MomentWish
const smallest = (channel: string, range: object = ALL): MomentWish =>
  ({ what: 'min', channel, ...range }) as MomentWish

test('the largest and the smallest value are those of a scan of all samples, in any span', () => {
  // 10 minutes at 20 Hz: minutes and seconds are rolled up.
  const samples = series(12_000, 50_000)
  const file = logOf(samples)
  const spans = [
    [0, 600e6],
    [61e6, 362.5e6],
    [59_999_999, 60_050_001],
    [123_456_789, 131_000_000],
  ] as const
  for (const [from, to] of spans) {
    const range = { fromUs: START_US + from, toUs: START_US + to }
    const within = samples.filter(({ timeUs }) => timeUs >= range.fromUs && timeUs < range.toUs)
    for (const [channel, of] of [
      ['v', (each: Sample) => each.voltage],
      ['a', (each: Sample) => each.current],
      ['w', (each: Sample) => each.power],
    ] as const) {
      const most = within.reduce((one, other) => (of(other) > of(one) ? other : one))
      const least = within.reduce((one, other) => (of(other) < of(one) ? other : one))
      expect(find(file, largest(channel, range))?.timeUs).toBe(most.timeUs)
      expect(find(file, largest(channel, range))?.values?.[channel]).toBe(of(most))
      expect(find(file, smallest(channel, range))?.timeUs).toBe(least.timeUs)
    }
  }
})

test('a spike of one sample is found in the whole log, with all its values', () => {
  const samples = series(6000, 100_000).map((each, i) =>
    i === 4321
      ? { ...each, voltage: 4.1, current: 3.15, power: 12.9, extras: { soc: 80 } }
      : { ...each, current: 0.2 },
  )
  const file = logOf(samples)
  expect(find(file, largest('a'))).toEqual({
    timeUs: START_US + 432_100_000,
    withinUs: 0,
    kind: 'sample',
    text: 'ok',
    values: { v: 4.1, a: 3.15, w: 12.9, soc: 80 },
  })
  expect(find(file, smallest('v'))?.timeUs).toBe(START_US + 432_100_000)
  expect(find(file, largest('soc'))?.values?.['a']).toBe(3.15)
  expect(find(file, largest('lux'))).toBeNull()
  expect(find(file, largest('a'), 'nobody')).toBeNull()
})

test('what was not measured, other devices and what lies outside are no extremes', () => {
  const file = logOf(
    [
      sampleAt(START_US, 0, { current: 0.2 }),
      sampleAt(START_US + 1e6, 1, { current: 9, status: 'ovf' }),
      sampleAt(START_US + 2e6, 0, { current: 5, epochId: 2 }),
      sampleAt(START_US + 3e6, 2, { current: 0.3 }),
      sampleAt(START_US + 4e6, 3, { current: 0.3 }),
    ],
    { epochs: [EPOCH, OTHER] },
  )
  // The first of equal ones.
  expect(find(file, largest('a'))?.timeUs).toBe(START_US + 3e6)
  expect(find(file, largest('a'), 'rack')?.values?.['a']).toBe(5)
  const until = { fromUs: START_US, toUs: START_US + 3e6 }
  expect(find(file, largest('a', until))?.timeUs).toBe(START_US)
  const after = { fromUs: START_US + 5e6, toUs: START_US + 6e6 }
  expect(find(file, largest('a', after))).toBeNull()
})

test('where samples have passed the retention, the minute and its value are known', () => {
  const file = join(temporaryFolder(), 'log.db')
  const log = openWriter(file, 3_600_000)
  const step = 1_000_000
  const samples = series(3 * 3600, step).map((each, i) => ({
    ...each,
    current: i === 100 ? 3 : 0.2,
  }))
  log.writer.write(batchesOf(samples, { epochs: [EPOCH] }))
  log.end()
  const minute = START_US + 60e6
  expect(query(file, `SELECT 1 FROM sample WHERE id < ${minute + 60e6}`)).toEqual([])
  expect(find(file, largest('a'))).toEqual({
    timeUs: minute,
    withinUs: 60e6,
    kind: 'sample',
    text: '',
    values: { a: 3 },
  })
})

test('the nearest sample is found before and after a time, measured or not, never too far away', () => {
  const file = logOf(
    [
      sampleAt(START_US, 0),
      sampleAt(START_US + 600_000, 0, { current: 7, epochId: 2 }),
      sampleAt(START_US + 1e6, 1, { status: 'nosensor' }),
    ],
    { epochs: [EPOCH, OTHER] },
  )
  const near = (atUs: number, withinUs = 1e6): Moment | null =>
    find(file, { what: 'sample', atUs: START_US + atUs, withinUs })
  expect(near(400_000)).toMatchObject({ timeUs: START_US, values: { v: 5.02, a: 0.245, w: 1.23 } })
  expect(near(500_000)?.timeUs).toBe(START_US)
  expect(near(500_001)).toMatchObject({ text: 'nosensor', values: null })
  expect(near(-1e6)?.timeUs).toBe(START_US)
  expect(near(-1_000_001)).toBeNull()
  expect(near(2e6)?.timeUs).toBe(START_US + 1e6)
  expect(near(2_000_001)).toBeNull()
})

test('events and lost ranges are found one after the other, forward and back', () => {
  const event = (seconds: number, kind: 'alarm_on' | 'marker' | 'note' | 'restart') => ({
    timeUs: START_US + seconds * 1e6,
    device: 'bench',
    kind,
    detail: `${kind} ${seconds}`,
  })
  const file = logOf(series(100, 1_000_000), {
    events: [event(10, 'alarm_on'), event(20, 'note'), event(30, 'marker'), event(50, 'restart')],
    lost: [
      {
        epochId: 1,
        firstSeq: 40,
        count: 3,
        fromUs: START_US + 40e6,
        toUs: START_US + 44e6,
        reason: 'gone',
      },
    ],
  })
  const walk = (what: 'any' | 'gap' | 'marker', direction: 'before' | 'after'): string[] => {
    const found: string[] = []
    let atUs = direction === 'after' ? 0 : Number.MAX_SAFE_INTEGER
    for (;;) {
      const moment = find(file, { what, direction, atUs })
      if (moment === null) return found
      found.push(moment.text)
      atUs = moment.timeUs
    }
  }
  const all = ['alarm_on 10', 'marker 30', 'lost 3 (#40-42, gone)', 'restart 50']
  expect(walk('any', 'after')).toEqual(all)
  expect(walk('any', 'before')).toEqual(all.toReversed())
  expect(walk('gap', 'after')).toEqual(['lost 3 (#40-42, gone)'])
  expect(walk('marker', 'before')).toEqual(['marker 30'])
})

test('losses one after the other are one stop, at the first of them', () => {
  const loss = (seconds: number, epochId = 1) => ({
    epochId,
    firstSeq: seconds,
    count: 2,
    fromUs: START_US + seconds * 1e6,
    toUs: START_US + (seconds + 1) * 1e6,
    reason: 'gone' as const,
  })
  // A flood, a pause of more than a minute, one alone; another device's lie in between.
  const flood = Array.from({ length: 1000 }, (_, i) => loss(10 + i * 30))
  const alone = loss(10 + 999 * 30 + 61)
  const others = [loss(9, 2), loss(10 + 999 * 30 + 31, 2)]
  const file = logOf(series(100, 1_000_000), {
    epochs: [EPOCH, OTHER],
    lost: [...flood, alone, ...others],
  })
  const at = (atUs: number, direction: 'before' | 'after') =>
    find(file, { what: 'any', direction, atUs })
  const first = {
    timeUs: START_US + 10e6,
    text: 'lost 2000 in 1000 places, one after the other; lost 2 (#10-11, gone)',
  }
  const last = {
    timeUs: alone.fromUs,
    text: `lost 2 (#${alone.firstSeq}-${alone.firstSeq + 1}, gone)`,
  }
  expect(at(START_US, 'after')).toMatchObject(first)
  expect(at(first.timeUs, 'after')).toMatchObject(last)
  expect(at(last.timeUs, 'after')).toBeNull()
  expect(at(Number.MAX_SAFE_INTEGER, 'before')).toMatchObject(last)
  expect(at(last.timeUs, 'before')).toMatchObject(first)
  // From within the flood to its begin, and on to what follows it.
  expect(at(START_US + 5000e6, 'before')).toMatchObject(first)
  expect(at(START_US + 5000e6, 'after')).toMatchObject(last)
  expect(at(first.timeUs, 'before')).toBeNull()
})
