import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sample } from '../../src/domain/sample.ts'
import { Spread } from '../../src/stats/figures.ts'
import { LiveStatistics } from '../../src/stats/live-statistics.ts'
import { Integrator } from '../../src/stats/totals.ts'
import { sampleOf } from '../support/samples.ts'

const START_US = 1_790_000_000_000_000

function sample(timeUs: number, change: Partial<Sample> = {}): Sample {
  return sampleOf({ timeUs, ...change })
}

describe('windows of a live device', () => {
  it('agrees with a recount of the samples, for any spacing', () => {
    const steps = fc.array(
      fc.record({
        us: fc.integer({ min: 1, max: 4_000_000 }),
        volts: fc.integer({ min: 0, max: 26_000 }),
      }),
      { minLength: 1, maxLength: 200 },
    )
    fc.assert(
      fc.property(steps, (list) => {
        const windows = new LiveStatistics(60, Number.NEGATIVE_INFINITY)
        const all: Sample[] = []
        let timeUs = START_US
        for (const { us, volts } of list) {
          timeUs += us
          const each = sample(timeUs, { voltage: volts / 1000 })
          all.push(each)
          windows.add(each)
        }
        for (const read of [3, 10, 60].map((seconds) => windows.brief(seconds, timeUs))) {
          const from = (Math.floor(timeUs / 1e6) - read.seconds + 1) * 1e6
          const inside = all.filter((each) => each.timeUs >= from).map((each) => each.voltage)
          expect(read.samples).toBe(inside.length)
          expect(read.stats['v']?.min).toBe(Math.min(...inside))
          expect(read.stats['v']?.max).toBe(Math.max(...inside))
          const mean = inside.reduce((a, b) => a + b, 0) / inside.length
          expect(read.stats['v']?.avg).toBeCloseTo(mean, 9)
        }
      }),
    )
  })

  it('says where what it knows of a window begins, where that is later than the window', () => {
    const windows = new LiveStatistics(60, Number.NEGATIVE_INFINITY)
    const since = (seconds: number, s: number): number | undefined =>
      windows.brief(seconds, START_US + s * 1e6).sinceUs
    for (let s = 0; s <= 20; s++) windows.add(sample(START_US + s * 1e6))
    expect([since(60, 20), since(30, 20)]).toEqual([START_US, START_US])
    // 21 seconds, the one under way among them.
    expect([since(22, 20), since(21, 20), since(3, 20)]).toEqual([START_US, undefined, undefined])
    windows.forgetWindows()
    expect(since(3, 20)).toBeUndefined()
    windows.add(sample(START_US - 90e6, { epochId: 2 }))
    expect(since(3, -90)).toBe(START_US - 90e6)
  })

  it('forgets what is older and has nothing before the first sample', () => {
    const windows = new LiveStatistics(2, Number.NEGATIVE_INFINITY)
    expect(windows.brief(2, START_US)).toEqual({ seconds: 2, samples: 0, stats: {} })
    windows.add(sample(START_US, { voltage: 9 }))
    windows.add(sample(START_US + 5e6, { voltage: 1 }))
    expect(windows.brief(2, START_US + 5e6).stats['v']).toEqual({
      min: 1,
      avg: 1,
      max: 1,
    })
    expect(windows.brief(2, START_US + 60e6)).toEqual({ seconds: 2, samples: 0, stats: {} })
  })
})

describe('Integrator', () => {
  it('adds 1 A and 5 W over an hour to 1000 mAh and 5000 mWh', () => {
    const totals = new Integrator()
    for (let s = 0; s <= 3600; s++) {
      totals.add(sample(START_US + s * 1e6, { current: 1, power: 5 }))
    }
    expect(totals.read().chargeMah).toBeCloseTo(1000, 9)
    expect(totals.read().energyMwh).toBeCloseTo(5000, 9)
    expect(totals.read().samples).toBe(3601)
  })

  it('goes on through samples without voltage and current, also where these come late', () => {
    const [voltage, current, power] = [Number.NaN, Number.NaN, Number.NaN]
    const bare = { electric: false, voltage, current, power, extras: { soc: 50 } }
    const at = (seq: number, change: Partial<Sample> = {}): Sample =>
      sample(START_US + seq * 1e6, { seq, current: 3.6, ...change })
    const coulombs = (...samples: readonly Sample[]): number => {
      const totals = new Integrator()
      for (const each of samples) totals.add(each)
      return Math.round(totals.read().chargeMah * 1e6) / 1e6
    }
    const late = { origin: 'late' } as const
    expect(coulombs(at(1), at(2, bare), at(3))).toBe(2)
    expect(coulombs(at(1), at(3))).toBe(0)
    expect(coulombs(at(1), at(3), at(2, { ...bare, ...late }))).toBe(2)
    expect(coulombs(at(1), at(2, bare), at(4, bare), at(5), at(3, late))).toBe(4)
    expect(coulombs(at(1), at(2, { status: 'ovf' }), at(3, bare), at(4))).toBe(0)
    expect(coulombs(at(1), at(2, { ...bare, status: 'ovf' }), at(3))).toBe(2)
    expect(coulombs(at(1, bare), at(2, bare))).toBe(0)
  })

  it('adds nothing over a gap, a restart, an out-of-range sample or a sensor error', () => {
    for (const change of [
      { seq: 3 },
      { seq: null, timeUs: START_US + 10.1e6 },
      { epochId: 2 },
      { status: 'out_of_range' },
      { status: 'nosensor' },
    ]) {
      const totals = new Integrator()
      totals.add(sample(START_US, { seq: change.seq === undefined ? 1 : change.seq && 1 }))
      totals.add(sample(START_US + 1e6, { seq: 2, ...change }))
      expect(totals.read().chargeMah).toBe(0)
    }
  })

  it('adds what a sample that comes late makes known, and counts it once', () => {
    const at = (s: number): Sample => sample(START_US + s * 1e6, { seq: s, current: 1 + s })
    const inOrder = new Integrator()
    for (const s of [0, 1, 2, 3, 4]) inOrder.add(at(s))
    const totals = new Integrator()
    for (const s of [0, 4]) totals.add(at(s))
    for (const s of [2, 1, 3]) totals.add({ ...at(s), origin: 'late' })
    expect(totals.read()).toEqual(inOrder.read())
  })

  it('finds those that came late and overtook it', () => {
    const at = (s: number): Sample => sample(START_US + s * 1e6, { seq: s, current: 1 + s })
    const inOrder = new Integrator()
    for (const s of [0, 1, 2, 3, 4]) inOrder.add(at(s))
    const totals = new Integrator()
    totals.add(at(0))
    for (const s of [1, 3]) totals.add({ ...at(s), origin: 'late' })
    for (const s of [2, 4]) totals.add(at(s))
    expect(totals.read()).toEqual(inOrder.read())
  })

  it('starts again at zero, but goes on from the last sample', () => {
    const totals = new Integrator()
    totals.add(sample(START_US))
    totals.add(sample(START_US + 1e6))
    totals.reset(START_US + 1e6)
    expect(totals.read()).toEqual({
      chargeMah: 0,
      energyMwh: 0,
      chargeForwardMah: 0,
      energyForwardMwh: 0,
      chargeBackwardMah: 0,
      energyBackwardMwh: 0,
      countedS: 0,
      bridgedS: 0,
      coveredS: 0,
      samples: 0,
    })
    totals.add(sample(START_US + 2e6))
    expect(totals.read().chargeMah).toBeCloseTo(0.5 / 3.6, 12)
  })
})

it('an average is the double nearest to the exact one', () => {
  const spread = new Spread()
  for (const value of [0.000000001, 0.000000002]) spread.add(value)
  expect(spread.avg(2)).toBe(1.5e-9)
  const volts = new Spread()
  for (const value of [9.894760479, 9.89476048]) volts.add(value)
  expect(volts.avg(2)).toBe(9.8947604795)
})
