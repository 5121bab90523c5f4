import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { LogReader } from '../../src/storage/read/log-reader.ts'
import { temporaryFolder } from '../support/folder.ts'
import {
  ALL,
  batchesOf,
  makeLog,
  openWriter,
  query,
  START_US,
  sampleAt,
} from '../support/log-fixture.ts'
import { toLayout5 } from '../support/old-layouts.ts'

let file = ''
beforeEach(() => {
  file = join(temporaryFolder(), 'a.db')
})

/** mC and mJ of a device that draws 0.5 A at 5 V, in bursts, from second 0 on. */
function counted(second: number, more: Partial<Sample> = {}): Sample {
  return sampleAt(START_US + second * 1e6, second, {
    voltage: 5,
    current: 0.5,
    power: 2.5,
    detail: {
      n: 940,
      voltageMin: 4.8,
      voltageMax: 5.1,
      currentMin: 0.001,
      currentMax: second === 7 ? 2.75 : 2,
      chargeMc: 500 * second + 0.125,
      energyMj: 2500 * second + 0.125,
      isWhole: true,
    },
    ...more,
  })
}

const seconds = (from: number, to: number): Sample[] =>
  Array.from({ length: to - from }, (_, i) => counted(from + i))

function reading<T>(read: (reader: LogReader) => T): T {
  const reader = LogReader.open(file)
  try {
    return read(reader)
  } finally {
    reader.close()
  }
}

describe('a log of a device that counts', () => {
  it('knows what flowed over a gap, and that it is one', () => {
    makeLog(file, [...seconds(0, 100), ...seconds(400, 500)])
    const [total] = reading((reader) => reader.totals(ALL))
    expect(total).toMatchObject({
      coveredUs: 499e6,
      countedUs: 499e6,
      bridgedUs: 301e6,
      coverage: 1,
    })
    expect(total?.chargeMah).toBeCloseTo((499 * 500) / 3600, 9)
    expect(total?.energyMwh).toBeCloseTo((499 * 2500) / 3600, 9)
    // 10 s a slot: the gap goes from 100 s to 400 s.
    const trace = reading((reader) => reader.series('bench', START_US, 10e6, 50, null))
    expect([...trace.broken].flatMap((each, slot) => (each === 1 ? [slot] : []))).toEqual([40])
  })

  it('has the extremes of the conversions in figures, chart and statistics', () => {
    makeLog(file, seconds(0, 10))
    reading((reader) => {
      const [total] = reader.totals(ALL)
      expect(total?.current).toEqual({ min: 0.001, avg: 0.5, max: 2.75 })
      expect(total?.voltage).toEqual({ min: 4.8, avg: 5, max: 5.1 })
      expect(total?.power).toEqual({ min: 2.5, avg: 2.5, max: 2.5 })
      const { a } = reader.series('bench', START_US, 1e6, 10, null).channels
      expect([...(a?.max ?? [])]).toEqual([2, 2, 2, 2, 2, 2, 2, 2.75, 2, 2])
      const { channels } = reader.statistics('bench', START_US, START_US + 10e6)
      expect(channels['a']).toMatchObject({ n: 10, min: 0.001, mean: 0.5, max: 2.75 })
      expect(channels['a']?.figures.p2p).toBe(2.749)
      expect(Object.keys(channels)).toEqual(['v', 'a', 'w'])
      const wish = { what: 'max', channel: 'a', fromUs: 0, toUs: Number.MAX_SAFE_INTEGER } as const
      expect(reader.find('bench', wish)).toMatchObject({
        timeUs: START_US + 7e6,
        values: { a: 2.75, v: 5 },
      })
    })
  })

  it('keeps what was sent, as channels that only export shows', () => {
    makeLog(file, [counted(3, { extras: { soc: 80 } })])
    expect(query(file, 'SELECT channel, value FROM channel_log')).toEqual([
      { channel: 'n', value: 940 },
      { channel: 'vmin', value: 4.8 },
      { channel: 'vmax', value: 5.1 },
      { channel: 'amin', value: 0.001 },
      { channel: 'amax', value: 2 },
      { channel: 'mc', value: 1500.125 },
      { channel: 'mj', value: 7500.125 },
      { channel: 'soc', value: 80 },
    ])
    reading((reader) => {
      expect(reader.channels('bench').map(({ id }) => id)).toEqual(['soc'])
      expect(reader.channels('bench', true)).toHaveLength(8)
      expect([...(reader.totals(ALL)[0]?.channels.keys() ?? [])]).toEqual(['soc'])
    })
  })

  it('says the same from minutes, seconds and samples, also behind what came late', () => {
    const late = [200, 201, 202].map((second) => counted(second, { origin: 'late' }))
    const all = [...seconds(0, 130), ...seconds(333, 500)]
    const log = openWriter(file)
    log.writer.write(batchesOf(all))
    log.writer.write(batchesOf(late))
    log.end()
    expect(
      query(file, 'SELECT sum(counted_us) AS counted, sum(bridged_us) AS bridged FROM minute'),
    ).toEqual([{ counted: 499e6, bridged: (71 + 131) * 1e6 }])
    const ordered = join(temporaryFolder(), 'b.db')
    makeLog(ordered, [...seconds(0, 130), ...seconds(200, 203), ...seconds(333, 500)])
    // From 7 s on: other parts of it are read from samples.
    for (const fromUs of [0, START_US + 7e6]) {
      const [total] = reading((reader) => reader.totals({ ...ALL, fromUs }))
      const reader = LogReader.open(ordered)
      const [other] = reader.totals({ ...ALL, fromUs })
      const buckets = [...reader.buckets({ ...ALL, fromUs }, 1e6)]
      reader.close()
      expect({ ...total, unmeasured: 0 }).toEqual({ ...other, unmeasured: 0 })
      const sum = buckets.reduce((pc, { chargeMah }) => pc + (chargeMah ?? 0), 0)
      expect(sum).toBeCloseTo(total?.chargeMah ?? Number.NaN, 9)
    }
  })

  it('does not know what flowed while the device began anew', () => {
    const epochs = [1, 2].map((id) => ({ id, device: 'bench', boot: id, startedUs: START_US }))
    const again = seconds(200, 260).map((each) => ({ ...each, epochId: 2 }))
    makeLog(file, [...seconds(0, 60), ...again], { epochs })
    const [total] = reading((reader) => reader.totals(ALL))
    expect(total).toMatchObject({ coveredUs: (59 + 59) * 1e6, bridgedUs: 0 })
  })
})

it('a log of layout 5 is brought over, and goes on with what the device counts', () => {
  const plain = seconds(0, 100).map((each) => ({ ...each, detail: null }))
  makeLog(file, plain)
  toLayout5(file)
  const of = ALL
  const before = reading((reader) => reader.totals(of))
  expect(before[0]).toMatchObject({ coveredUs: 99e6, countedUs: 0, bridgedUs: 0 })
  const log = openWriter(file)
  log.writer.write(batchesOf(seconds(100, 200)))
  log.end()
  const [total] = reading((reader) => reader.totals(of))
  // From the first sample that counts to the next one: before, the trapezoid rule.
  expect(total).toMatchObject({ coveredUs: 199e6, countedUs: 99e6, bridgedUs: 0 })
})
