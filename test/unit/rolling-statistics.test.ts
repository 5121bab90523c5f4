import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Moments } from '../../src/stats/moments.ts'
import { RollingStatistics } from '../../src/stats/rolling-statistics.ts'
import { BIN_ERROR, ValueDigest } from '../../src/stats/value-digest.ts'
import { exactPercentile, exactStatistics, type Point } from '../support/exact-statistics.ts'

const START_US = 1_790_000_000_000_000

function texts(moments: Moments, decimals = 9): Record<string, string | number | null> {
  const text = (value: number | null): string | null =>
    value === null ? null : value.toFixed(decimals).replace(/^-(0\.0*)$/, '$1')
  return {
    count: moments.count,
    mean: text(moments.mean),
    stddev: text(moments.stddev),
    p2p: text(moments.p2p),
    crest: text(moments.crest),
    slope: text(moments.slope),
  }
}

/** Bursts, pauses, both signs. */
const points: fc.Arbitrary<Point[]> = fc
  .array(
    fc.record({
      stepUs: fc.oneof(
        fc.integer({ min: 0, max: 3000 }),
        fc.integer({ min: 1, max: 1_500_000 }),
        fc.integer({ min: 10_000_000, max: 90_000_000 }),
      ),
      micro: fc.oneof(
        fc.integer({ min: -3_200_000, max: 3_200_000 }),
        fc.constantFrom(0, 5_000_000, 5_004_000),
      ),
    }),
    { minLength: 1, maxLength: 150, size: 'max' },
  )
  .map((steps) => {
    let timeUs = START_US + 123_456
    return steps.map(({ stepUs, micro }): Point => {
      timeUs += stepUs
      return [timeUs, micro]
    })
  })

describe('Moments', () => {
  it('has the figures of an exact computation, also when put together of parts', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 7 }), (list, parts) => {
        const whole = new Moments()
        const pieces = Array.from({ length: parts }, () => new Moments())
        list.forEach(([timeUs, micro], i) => {
          whole.add(timeUs, micro / 1e6)
          pieces[i % parts]?.add(timeUs, micro / 1e6)
        })
        const merged = new Moments()
        for (const each of pieces) merged.merge(each)
        const exact = exactStatistics(list)
        expect(texts(whole)).toEqual(exact)
        expect(texts(merged)).toEqual(exact)
      }),
    )
  })

  it('keeps its digits over a million values at 5 V and Unix times', () => {
    const moments = new Moments()
    const list: Point[] = []
    let state = 1
    for (let i = 0; i < 1e6; i++) {
      state = (state * 48_271) % 0x7fffffff
      const micro = 5_000_000 + ((state % 3) - 1) * 4000
      const timeUs = START_US + i * 10_000 + (state % 977)
      list.push([timeUs, micro])
      moments.add(timeUs, micro / 1e6)
    }
    expect(texts(moments, 12)).toEqual(exactStatistics(list, 12))
  })

  it('of one value has no spread and no slope; of zeros no crest factor; of a constant a spread of 0', () => {
    const moments = new Moments()
    expect(moments.mean).toBeNull()
    moments.add(START_US, 0)
    expect([moments.stddev, moments.slope, moments.crest, moments.p2p]).toEqual([
      null,
      null,
      null,
      0,
    ])
    moments.clear()
    for (let i = 0; i < 1000; i++) moments.add(START_US + i, 4.7)
    expect([moments.stddev, moments.slope, moments.crest, moments.p2p]).toEqual([0, 0, 1, 0])
  })

  it('weighs by the time that a value held, over covered time alone', () => {
    const moments = new Moments()
    moments.add(START_US, 1)
    moments.add(START_US + 1e6, 1)
    moments.addPair(1e6, 1, 1)
    moments.add(START_US + 4e6, 3)
    moments.addPair(3e6, 1, 3)
    moments.add(START_US + 60e6, 100)
    expect(moments.meanTime).toBe(7 / 4)
    expect(moments.coveredUs).toBe(4e6)
    expect(moments.mean).toBe(105 / 4)
  })
})

describe('ValueDigest', () => {
  it('gives a measured value by nearest rank while values are few, and stays within its error past that', () => {
    const micros = fc.array(fc.integer({ min: -3_000_000, max: 5_000_000 }), {
      minLength: 1,
      maxLength: 200,
      size: 'max',
    })
    const percents = fc.constantFrom(1, 5, 50, 95, 99, 100)
    fc.assert(
      fc.property(micros, micros, percents, (one, two, percent) => {
        const wanted = exactPercentile([...one, ...two], percent) / 1e6
        for (const limit of [1000, 20]) {
          const parts = [one, two].map((list) => {
            const digest = new ValueDigest(limit)
            for (const micro of list) digest.add(micro / 1e6)
            return digest
          }) as [ValueDigest, ValueDigest]
          const together = parts[0].percentileWith(parts[1], percent) as number
          const packed = new ValueDigest(limit)
          for (const part of parts) packed.absorb(part.pack())
          const got = packed.percentile(percent) as number
          const isExact = packed.isExact
          expect(isExact).toBe(new Set([...one, ...two]).size <= limit)
          if (isExact) expect([got, together]).toEqual([wanted, wanted])
          const most = Math.abs(wanted) * BIN_ERROR * (1 + 1e-9)
          expect(Math.abs(got - wanted)).toBeLessThanOrEqual(most)
          expect(Math.abs(together - wanted)).toBeLessThanOrEqual(most)
        }
      }),
    )
  })
})

describe('RollingStatistics', () => {
  it('has the figures of a recount of the window, whenever it is asked and in whatever order values come', () => {
    const order = fc.array(fc.boolean(), { minLength: 150, maxLength: 150 })
    fc.assert(
      fc.property(points, order, (list, held) => {
        const rolling = new RollingStatistics({ longestS: 60, withPercentiles: true })
        const late: Point[] = []
        const seen: Point[] = []
        const add = ([timeUs, micro]: Point): void => {
          seen.push([timeUs, micro])
          rolling.add(timeUs, micro / 1e6)
        }
        const check = (): void => {
          const newest = Math.max(...seen.map(([timeUs]) => timeUs))
          for (const seconds of [1, 5, 60]) {
            const from = (Math.floor(newest / 1e6) - seconds + 1) * 1e6
            const inside = seen.filter(([timeUs]) => timeUs >= from)
            expect(texts(rolling.moments(seconds))).toEqual(exactStatistics(inside))
            const p95 =
              exactPercentile(
                inside.map(([, micro]) => micro),
                95,
              ) / 1e6
            expect(rolling.percentile(95, seconds)).toBe(p95)
            expect(rolling.digest(seconds).percentile(95)).toBe(p95)
          }
        }
        list.forEach((point, i) => {
          if (held[i] === true && i > 0) late.push(point)
          else add(point)
          if (i % 10 === 0) check()
        })
        for (const point of late) add(point)
        check()
      }),
      { numRuns: 50 },
    )
  })

  it('has nothing before the first value, and nothing of a window that has passed', () => {
    const rolling = new RollingStatistics({ longestS: 5, withPercentiles: true })
    expect([rolling.moments(5).mean, rolling.percentile(50, 5)]).toEqual([null, null])
    rolling.add(START_US, 1)
    expect([rolling.moments(5).mean, rolling.percentile(50, 5)]).toEqual([1, 1])
    expect(rolling.moments(5, START_US + 10e6).mean).toBeNull()
    expect(rolling.percentile(50, 5, START_US + 10e6)).toBeNull()
  })
})

it('values with more decimals than a millionth lose nothing', () => {
  const moments = new Moments()
  moments.add(0, 22.561581237)
  moments.add(1e6, 0.1234567891)
  moments.addPair(1e6, 22.561581237, 0.1234567891)
  // By exact fractions of these two doubles.
  expect([moments.mean, moments.meanTime, moments.slope]).toEqual([
    11.34251901305, 11.34251901305, -22.438124447899998,
  ])
})
