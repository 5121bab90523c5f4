import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { histogramOf } from '../../src/chart/histogram.ts'
import type { Trace } from '../../src/chart/trace.ts'
import { AVERAGED, SIGN } from '../../src/chart/trace.ts'
import type { Sample } from '../../src/domain/sample.ts'
import type { LostRange } from '../../src/storage/client/log.ts'
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
  series,
} from '../support/log-fixture.ts'

function withReader<T>(file: string, use: (reader: LogReader) => T): T {
  const reader = LogReader.open(file)
  try {
    return use(reader)
  } finally {
    reader.close()
  }
}

function logOf(samples: readonly Sample[], lost: readonly LostRange[] = []): string {
  const file = join(temporaryFolder(), 'log.db')
  makeLog(file, samples, { lost })
  return file
}

/** A sample of extra channels alone. */
function bare(timeUs: number, seq: number | null, extras: Record<string, number>): Sample {
  const [voltage, current, power] = [Number.NaN, Number.NaN, Number.NaN]
  return sampleAt(timeUs, seq, { electric: false, voltage, current, power, extras })
}

const list = (values: ArrayLike<number>): number[] => Array.from(values)

test('slots begin at multiples of their length and hold count, min, max and the newest value', () => {
  const file = logOf([
    sampleAt(START_US, 0, { voltage: 5 }),
    sampleAt(START_US + 300_000, 1, { voltage: 7 }),
    sampleAt(START_US + 900_000, 2, { voltage: 6 }),
    sampleAt(START_US + 1_000_000, 3, { voltage: 4, current: -1, power: -4 }),
  ])
  const trace = withReader(file, (reader) => reader.series('bench', START_US + 1, 500_000, 4))
  expect(trace).toMatchObject({ startUs: START_US, slotUs: 500_000, length: 4 })
  expect(list(trace.count)).toEqual([2, 1, 1, 0])
  expect(Object.keys(trace.channels)).toEqual(['v', 'a', 'w'])
  expect(list(trace.channels['v']?.min ?? [])).toEqual([5, 6, 4, Number.NaN])
  expect(list(trace.channels['v']?.max ?? [])).toEqual([7, 6, 4, Number.NaN])
  expect(list(trace.channels['v']?.last ?? [])).toEqual([7, 6, 4, Number.NaN])
  expect(list(trace.channels['a']?.last ?? [])).toEqual([0.245, 0.245, -1, Number.NaN])
  expect(list(trace.broken)).toEqual([0, 0, 0, 0])
})

test('a slot after a gap is broken, one with lost samples is marked, a slow device is neither', () => {
  const second = (n: number): number => START_US + n * 1e6
  const file = logOf(
    [0, 10, 20, 40].map((n) => sampleAt(second(n), n < 40 ? n / 10 : 9)),
    [
      {
        epochId: 1,
        firstSeq: 3,
        count: 6,
        fromUs: second(20),
        toUs: second(40),
        reason: 'not_healable',
      },
    ],
  )
  const trace = withReader(file, (reader) => reader.series('bench', START_US, 1e6, 41))
  const at = (values: Uint8Array): number[] => list(values).flatMap((each, i) => (each ? [i] : []))
  expect(at(trace.broken)).toEqual([0, 40])
  const lost = at(trace.signs.map((said) => said & SIGN.lost))
  expect(lost).toHaveLength(6)
  expect(lost.every((slot) => slot > 20 && slot < 40)).toBe(true)
})

test.each([1, 5, 60])(
  'a hole between two runs says that nothing was recorded: slots of %d s',
  (s) => {
    const run = (id: number, fromS: number, toS: number): Sample[] =>
      Array.from({ length: (toS - fromS) * 4 }, (_, n) =>
        sampleAt(START_US + fromS * 1e6 + n * 250_000, n, { epochId: id }),
      )
    const file = join(temporaryFolder(), 'log.db')
    makeLog(file, [...run(1, 0, 600), ...run(2, 1200, 1800)], {
      epochs: [EPOCH, { ...EPOCH, id: 2, boot: 8, startedUs: START_US + 1200e6 }],
    })
    withReader(file, (reader) => {
      const absent = (fromS: number, toS: number): number[] => {
        const slotUs = s * 1e6
        const count = (toS - fromS) / s
        const { signs } = reader.series('bench', START_US + fromS * 1e6, slotUs, count)
        return [...signs].flatMap((said, i) => (said & SIGN.absent ? [fromS + i * s] : []))
      }
      const hole = Array.from({ length: 600 / s }, (_, i) => 600 + i * s)
      expect(absent(0, 1800)).toEqual(hole)
      // Also where the chart begins in it; before the log there is nothing to be missing.
      expect(absent(900, 1800)).toEqual(hole.filter((each) => each >= 900))
      expect(absent(-600, 600)).toEqual([])
    })
  },
)

test('roll-ups give the slots that the raw rows give, but for the newest value', () => {
  const folder = temporaryFolder()
  const samples = series(9000, 20_000)
  const open = openWriter(join(folder, 'raw.db'))
  // Two late samples make the minutes dirty again.
  const late = [70, 4000].map((n) => samples[n] as Sample)
  const inTime = samples.filter((each) => !late.includes(each))
  open.writer.write(batchesOf(inTime, { epochs: [EPOCH] }))
  const of = (file: string, slotUs: number): Trace =>
    withReader(join(folder, file), (reader) => reader.series('bench', START_US, slotUs, 12))
  makeLog(join(folder, 'rolled.db'), samples)
  open.writer.write(batchesOf(late))
  for (const slotUs of [1e6, 15e6, 60e6]) {
    const raw = of('raw.db', slotUs)
    const rolled = of('rolled.db', slotUs)
    expect(rolled.count).toEqual(raw.count)
    for (const id of ['v', 'a', 'w']) {
      expect(rolled.channels[id]?.min).toEqual(raw.channels[id]?.min)
      expect(rolled.channels[id]?.max).toEqual(raw.channels[id]?.max)
    }
    expect(rolled.broken).toEqual(raw.broken)
  }
})

/** The current is 0.9 A for 0.4 s of each second, else 0.01 A. */
function pulsed(n: number): Sample {
  const current = n % 20 < 8 ? 0.9 : 0.01
  return sampleAt(START_US + n * 50_000, n, { current, power: current * 5 })
}

test.each([7e6, 60e6, 300e6])(
  'a histogram of slots of %d µs has no value that no sample had, and the share of each',
  (slotUs) => {
    const file = logOf(Array.from({ length: 36_000 }, (_, n) => pulsed(n)))
    const length = Math.ceil(1800e6 / slotUs)
    const read = (): Trace => {
      return withReader(file, (reader) => reader.series('bench', START_US, slotUs, length))
    }
    const share = (trace: Trace): number => {
      const made = histogramOf(trace, { id: 'a', finest: 0.01 }, 10)
      const used = made?.counts.filter((count) => count > 0)
      expect(used).toHaveLength(2)
      return (used?.[0] ?? 0) / (made?.samples ?? 1)
    }
    const trace = read()
    expect(trace.signs.every((said) => said === 0)).toBe(true)
    expect(list(trace.channels['a']?.last ?? []).every((a) => a === 0.01 || a === 0.9)).toBe(true)
    // Of so many samples the share is known, give or take.
    expect(Math.abs(share(trace) - 0.6)).toBeLessThan(2 / length)
    // The retention takes the samples and leaves the minutes, which know the mean.
    const db = new Database(file)
    db.exec('DELETE FROM sample; DELETE FROM second')
    db.close()
    if (slotUs < 60e6) return
    expect(read().signs.every((said) => said === AVERAGED)).toBe(true)
    expect(share(read())).toBeCloseTo(0.6, 2)
  },
)

test('of samples of other channels alone, one of each minute is read, too', () => {
  const samples = Array.from({ length: 2400 }, (_, n) => {
    return bare(START_US + n * 500_000, n, { lux: n % 10 < 4 ? 900 : 10 })
  })
  const trace = withReader(logOf(samples), (reader) => reader.series('bench', START_US, 60e6, 20))
  const made = histogramOf(trace, { id: 'lux', finest: 1 }, 10)
  expect(made?.counts.filter((count) => count > 0)).toHaveLength(2)
  expect(Math.abs((made?.counts[0] ?? 0) / 2400 - 0.6)).toBeLessThan(2 / 20)
})

test('extra channels are series of their own, also of a device without voltage and current', () => {
  const file = logOf(
    [0, 1, 2, 3].map((n) => bare(START_US + n * 1e6, n, n === 2 ? { lux: 9 } : { soc: 50 + n })),
  )
  const trace = withReader(file, (reader) => reader.series('bench', START_US, 1e6, 5))
  expect(Object.keys(trace.channels)).toEqual(['soc', 'lux'])
  expect(list(trace.count)).toEqual([1, 1, 1, 1, 0])
  expect(list(trace.channels['soc']?.last ?? [])).toEqual([50, 51, Number.NaN, 53, Number.NaN])
  expect(list(trace.channels['lux']?.min ?? []).filter((each) => !Number.isNaN(each))).toEqual([9])
  expect(list(trace.broken)).toEqual([1, 0, 0, 0, 0])
})

test('charge goes through samples without voltage and current, and stops where one is missing', () => {
  const amp = { current: 1, power: 5, voltage: 5 }
  const file = logOf([
    sampleAt(START_US, 1, amp),
    bare(START_US + 1e6, 2, { soc: 1 }),
    sampleAt(START_US + 2e6, 3, amp),
    bare(START_US + 3e6, 4, { soc: 2 }),
    bare(START_US + 4e6, 6, { soc: 3 }),
    sampleAt(START_US + 5e6, 7, amp),
  ])
  const [total] = withReader(file, (reader) =>
    reader.totals({ fromUs: START_US, toUs: START_US + 6e6, device: null }),
  )
  expect(total).toMatchObject({ samples: 6, measured: 3, coveredUs: 2e6 })
  expect(total?.chargeMah).toBe(2000 / 3600)
  expect([...(total?.channels ?? [])]).toEqual([['soc', { n: 3, min: 1, avg: 2, max: 3 }]])
})

test('a neighbour a minute of other channels away is found, and a late one closes its gap', () => {
  const amp = { current: 1, power: 5, voltage: 5 }
  const between = Array.from({ length: 900 }, (_, i) =>
    bare(START_US + (i + 1) * 1e5, i + 1, { t: i }),
  )
  const file = join(temporaryFolder(), 'log.db')
  const late = between[10] as Sample
  makeLog(file, [
    sampleAt(START_US, 0, amp),
    ...between.filter((each) => each !== late),
    sampleAt(START_US + 91e6, 901, amp),
  ])
  const covered = (): number | undefined =>
    withReader(file, (reader) =>
      reader.totals({ fromUs: 0, toUs: START_US + 92e6, device: null }),
    )[0]?.coveredUs
  expect(covered()).toBe(0)
  const again = openWriter(file)
  again.writer.write(batchesOf([late], { epochs: [EPOCH] }))
  again.end()
  expect(covered()).toBe(91e6)
})

test('samples come with their extra values, or without them', () => {
  const file = logOf([
    sampleAt(START_US, 1, { extras: { soc: 85, t: 23.5 } }),
    bare(START_US + 1, 2, { ['__proto__']: 1, soc: 1e300 }),
    sampleAt(START_US + 2, 3),
  ])
  const range = { fromUs: 0, toUs: START_US + 10, device: null }
  withReader(file, (reader) => {
    const [all = []] = [...reader.samples(range)]
    expect(all.map(({ extras }) => extras && Object.entries(extras))).toEqual([
      [
        ['soc', 85],
        ['t', 23.5],
      ],
      [
        ['soc', 1e300],
        ['__proto__', 1],
      ],
      null,
    ])
    const [electric = []] = [...reader.samples(range, false)]
    expect(electric.map(({ seq, extras }) => [seq, extras])).toEqual([
      [1, null],
      [3, null],
    ])
    expect(reader.channels(null)).toEqual([
      { id: 'soc', device: 'bench', unit: '' },
      { id: 't', device: 'bench', unit: '' },
      { id: '__proto__', device: 'bench', unit: '' },
    ])
  })
})

test('seconds go with their samples, the minutes stay', () => {
  const file = join(temporaryFolder(), 'log.db')
  const log = openWriter(file, 60_000)
  log.writer.write(batchesOf(series(9000, 20_000), { epochs: [EPOCH] }))
  log.end()
  // 180 s were written, the last 60 s of them are kept.
  expect(query(file, 'SELECT count(*) AS n, sum(samples) AS samples FROM second')).toEqual([
    { n: 60, samples: 3000 },
  ])
  expect(query(file, 'SELECT count(*) AS n, sum(samples) AS samples FROM minute')).toEqual([
    { n: 3, samples: 9000 },
  ])
})

test('two answers that are taken by turns are those of each alone', () => {
  const file = logOf(series(1000, 10_000))
  const range = { fromUs: 0, toUs: START_US + 10e6, device: null }
  withReader(file, (reader) => {
    const alone = [...reader.buckets(range, 100_000)]
    const [slow, fast] = [reader.buckets(range, 100_000), reader.buckets(range, 100_000)]
    const both: unknown[][] = [[], []]
    for (let i = 0; i < alone.length; i++) {
      both[0]?.push(slow.next().value)
      if (i % 2 === 0) both[1]?.push(fast.next().value, fast.next().value)
    }
    expect(both).toEqual([alone, alone])
  })
})

test('a slow device has no seconds', () => {
  const file = logOf(series(1000, 60_000))
  expect(query(file, 'SELECT count(*) AS n FROM second')).toEqual([{ n: 0 }])
})

test('more channels in a minute than a page has rows are all read', () => {
  const wide = Array.from({ length: 30 }, (_, i) =>
    bare(
      START_US + i * 1e6,
      i,
      Object.fromEntries(Array.from({ length: 50 }, (__, n) => [`c${i}-${n}`, n])),
    ),
  )
  const file = logOf([...wide, bare(START_US + 61e6, 30, { last: 1 })])
  const [first, second] = withReader(file, (reader) => [
    ...reader.buckets({ fromUs: 0, toUs: START_US + 120e6, device: null }, 60e6),
  ])
  expect(first?.channels.size).toBe(1500)
  expect([...(second?.channels.keys() ?? [])]).toEqual(['last'])
})

test('a slot in which a value stood out is marked', () => {
  const file = join(temporaryFolder(), 'log.db')
  const events = [START_US + 1_200_000, START_US + 9_000_000].map((timeUs) => ({
    timeUs,
    device: 'bench',
    kind: 'anomaly' as const,
    detail: 'a 0.9 A, usually 0.2 A (z 470)',
  }))
  const samples = [0, 1, 2, 3].map((n) => sampleAt(START_US + n * 1_000_000, n))
  makeLog(file, samples, { events })
  const trace = withReader(file, (reader) => reader.series('bench', START_US, 1_000_000, 4))
  expect(list(trace.signs)).toEqual([0, SIGN.outlier, 0, 0])
})

test('what was not measured, restarts and marks have their own signs', () => {
  const file = join(temporaryFolder(), 'log.db')
  const events = [
    { timeUs: START_US + 3_500_000, kind: 'restart' as const, detail: 'device restarted' },
    { timeUs: START_US + 4_500_000, kind: 'marker' as const, detail: 'here' },
  ].map((event) => ({ ...event, device: 'bench' }))
  const samples = [0, 1, 2, 3, 4, 5].map((n) => sampleAt(START_US + n * 1_000_000, n))
  const faulty = samples.map((each, n) => (n === 2 ? { ...each, status: 'nosensor' } : each))
  makeLog(file, faulty, { events })
  const trace = withReader(file, (reader) => reader.series('bench', START_US, 1_000_000, 6))
  expect(list(trace.signs)).toEqual([0, 0, SIGN.unmeasured, SIGN.restart, SIGN.marker, 0])
})
