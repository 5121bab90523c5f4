import { describe, expect, it } from 'vitest'
import {
  arm,
  type Current,
  inrush,
  linesWith,
  type Options,
  readTimes,
  type SentBurst,
  started,
  triggers,
  untilBurst,
} from '../support/board-burst.ts'

/** µs of a conversion of 9 bit (SBOS448G table 5). */
const CONVERSION_US = 84
/** Counts of 10 µV that a step of the converter is worth at 9 bit. */
const STEP = 8
/** Counts of 10 µV an ampere makes over the shunt of 0.1 Ω. */
const COUNTS_OF_AMPERE = 10_000
/** For how long the sensor takes its input to hold, µs. */
const HELD_US = 4

interface Trigger {
  readonly level: number
  readonly slope?: 'rise' | 'fall'
  readonly pre?: number
}

/** Mean of the current from one moment to another, in counts. */
function meanCounts(current: Current, fromUs: number, toUs: number): number {
  let sum = 0
  let n = 0
  for (let us = fromUs + HELD_US / 2; us < toUs; us += HELD_US) {
    sum += current(us)
    n += 1
  }
  return (sum / n) * COUNTS_OF_AMPERE
}

/**
 * Each reading is the mean over one conversion that ended at most one conversion before the
 * value was taken.
 */
function expectMeans(
  burst: SentBurst,
  times: readonly number[],
  current: Current,
  conversionUs: number,
): void {
  for (const [i, counts] of burst.counts.entries()) {
    const takenUs = times[i] as number
    const isNear = (agoUs: number): boolean => {
      const endUs = takenUs - agoUs
      const mean = meanCounts(current, endUs - conversionUs, endUs)
      return Math.abs(counts - mean) <= STEP / 2 + 2
    }
    let agoUs = 0
    while (agoUs <= conversionUs + 1 && !isNear(agoUs)) agoUs += 0.25
    expect(agoUs, `reading ${i}`).toBeLessThanOrEqual(conversionUs + 1)
  }
}

/** Those of the burst's readings: the last one that was taken is dropped. */
function timesOf(times: readonly number[], burst: SentBurst): number[] {
  return times.slice(-1 - burst.counts.length, -1)
}

/** A burst of this current, with the moments at which its readings were taken. */
function caught(current: Current, value: Trigger, options: Options = {}) {
  const rig = started(current, options)
  const times = readTimes(rig)
  arm(rig, value)
  const from = rig.now
  rig.until(({ text }) => (text.startsWith('{"burst":') ? true : null), 1000, from)
  const taken = times.length
  const burst = untilBurst(rig, 1000, from)
  // Nothing is read while it is kept.
  expect(times).toHaveLength(taken)
  return { rig, burst, times: timesOf(times, burst) }
}

const swing: Current = (us) => 1.5 * Math.sin((us / 4700) * 2 * Math.PI)
/** Of 0.2 ms each, 7.3 ms apart. */
const pulses: Current = (us) => (us % 7300 < 200 ? 2.5 : 0.1)

describe('a burst', () => {
  it.each<[string, Current, Trigger, Options]>([
    ['an inrush', inrush, { level: 1.5 }, {}],
    ['a fall', inrush, { level: 0.4, slope: 'fall', pre: 50 }, { baud: 1_000_000 }],
    ['both signs, rising', swing, { level: 0, pre: 90 }, {}],
    ['both signs, falling below 0', swing, { level: -1, slope: 'fall', pre: 0 }, {}],
    ['a fast sensor', swing, { level: 0.5, pre: 10 }, { conversionTime: 0.9 }],
    ['a slow sensor', swing, { level: 0.5, pre: 10 }, { conversionTime: 1.1, baud: 1_000_000 }],
    ['short pulses', pulses, { level: 1, pre: 20 }, {}],
  ])('is the current, reading by reading: %s', (_, current, value, options) => {
    const { burst, times } = caught(current, value, options)
    expect(burst.number).toBe(1)
    expect(burst.counts).toHaveLength(200)
    expect(burst.pre).toBe(2 * (value.pre ?? 25))
    expect(burst.shuntOhm).toBe(0.1)
    expectMeans(burst, times, current, CONVERSION_US * (options.conversionTime ?? 1))
    // The trigger is where it says.
    const sign = value.slope === 'fall' ? -1 : 1
    const level = value.level * COUNTS_OF_AMPERE
    expect(sign * (burst.counts[burst.pre] as number)).toBeGreaterThanOrEqual(sign * level)
    if (burst.pre > 0) {
      expect(sign * (burst.counts[burst.pre - 1] as number)).toBeLessThan(sign * level)
    }
  })

  it('has its readings evenly, closer than a conversion takes, and says how far apart they are', () => {
    for (const baud of [115_200, 1_000_000]) {
      const { burst, times } = caught(inrush, { level: 1.5 }, { baud })
      const meanUs = ((times.at(-1) as number) - (times[0] as number)) / (times.length - 1)
      expect(burst.dtUs).toBeLessThan(CONVERSION_US)
      expect(Math.abs(burst.dtUs - meanUs)).toBeLessThan(0.1)
      for (const [i, us] of times.entries()) {
        // So near to where `dt` puts it, from the trigger on.
        const expectedUs = (times[burst.pre] as number) + (i - burst.pre) * burst.dtUs
        expect(Math.abs(us - expectedUs)).toBeLessThan(10)
      }
    }
  })

  it('misses no pulse that is as long as a conversion', () => {
    // One in each of the first readings behind the trigger, at another place of the conversion.
    const startsUs: number[] = []
    const current: Current = (us) =>
      startsUs.some((startUs) => us >= startUs && us < startUs + CONVERSION_US) ? 3 : 0.1
    const rig = started(current)
    arm(rig, { level: 1, pre: 0 })
    const beginUs = rig.board.timeUs + 3000
    for (let i = 0; i < 20; i++) startsUs.push(beginUs + i * 700 + i * 4.3)
    const { counts } = untilBurst(rig)
    const peaks = counts.filter(
      (count, i) => count > 14_000 && count >= (counts[i - 1] ?? 0) && count > (counts[i + 1] ?? 0),
    )
    expect(peaks.length).toBeGreaterThanOrEqual(20)
  })

  it('says when its trigger was', () => {
    let stepUs = Number.POSITIVE_INFINITY
    const rig = started((us) => (us >= stepUs ? 2 : 0.1))
    expect(rig.command('set_us', { value: true })).toBe('ok')
    const found: { at: number; takenUs: number }[] = []
    for (let i = 0; i < 2; i++) {
      stepUs = Number.POSITIVE_INFINITY
      arm(rig, { level: 1, pre: 50 })
      const times = readTimes(rig)
      rig.board.runMs(30)
      stepUs = rig.board.timeUs
      const burst = untilBurst(rig)
      const takenUs = timesOf(times, burst)[burst.pre] as number
      expect(takenUs - stepUs).toBeLessThan(2 * CONVERSION_US + 80)
      found.push({ at: burst.at, takenUs })
    }
    const [first, second] = found as [(typeof found)[0], (typeof found)[0]]
    expect(Math.abs(second.at - first.at - (second.takenUs - first.takenUs))).toBeLessThan(15)
  })

  it('is corrected by zero and gain, and so is its level', () => {
    const rig = started(inrush)
    expect(rig.command('set_zero', { value: 0.1 })).toBe('ok')
    expect(rig.command('set_gain', { value: 1.25 })).toBe('ok')
    // What is read as 1.6 A is (1.6 - 0.1) * 1.25 = 1.875 A.
    arm(rig, { level: 1.875 })
    const times = readTimes(rig)
    const burst = untilBurst(rig)
    expect(burst.shuntOhm).toBe(0.08)
    const read = { ...burst, counts: burst.counts.map((count) => count + 1000) }
    expectMeans(read, timesOf(times, burst), inrush, CONVERSION_US)
    expect(read.counts[burst.pre]).toBeGreaterThanOrEqual(16_000)
    expect(read.counts[burst.pre - 1]).toBeLessThan(16_000)
  })

  it('goes with a slow bus and a slow line', () => {
    let beginUs = Number.POSITIVE_INFINITY
    const current: Current = (us) => (us < beginUs ? 0 : swing(us - beginUs))
    const rig = started(current, { baud: 9600 })
    rig.board.bus.maxHz = 150_000
    rig.board.runMs(3000)
    const times = readTimes(rig)
    arm(rig, { level: 1 }, 3000)
    beginUs = rig.board.timeUs + 20_000
    const burst = untilBurst(rig, 5000)
    expect(burst.dtUs).toBeGreaterThan(280)
    expect(burst.dtUs).toBeLessThan(320)
    expectMeans(burst, timesOf(times, burst), current, CONVERSION_US)
  })
})

describe('while a trigger is armed', () => {
  const quiet: Current = () => 0.5

  it.each([
    [0, 5],
    [10, 2],
  ])(
    'there are no samples at interval %i, and a line each second: %i of them',
    (intervalMs, signs) => {
      const rig = started(quiet)
      expect(rig.command('set_interval', { value: intervalMs })).toBe('ok')
      rig.board.runMs(200)
      arm(rig, { level: 1 })
      const from = rig.now
      rig.board.runMs(signs * 1000 + 20)
      expect(rig.samples(from)).toEqual([])
      expect(triggers(rig, from)).toEqual(Array(signs).fill('armed'))
      const newest = rig.samples().at(-1)?.seq as number
      // What the ring held is gone.
      const asked = rig.now
      rig.send({ nack: [newest - 3, newest] })
      rig.board.runMs(50)
      expect(linesWith(rig, 'gone', asked)).toMatchObject([{ gone: [newest - 3, newest] }])
      expect(rig.command('set_trigger', { value: 'off' })).toBe('ok')
      rig.board.runMs(100)
      expect(triggers(rig, asked)).toEqual(['off'])
      const after = rig.samples(from)
      expect(after.length).toBeGreaterThan(3)
      expect(after[0]).toMatchObject({ seq: newest + 1, status: 'part' })
      expect(after.slice(1).every(({ status }) => status === 'ok')).toBe(true)
      // Off twice is off.
      expect(rig.command('set_trigger', { value: 'off' })).toBe('ok')
      expect(rig.command('get_burst')).toBe('range')
      expect(rig.command('selftest')).toBe('ok')
      expect(rig.arrivals.findLast(({ text }) => text.includes('selftest'))?.text).toContain(
        'missed 0',
      )
    },
  )

  it('obeys what leaves the sensor alone, and is busy for the rest', () => {
    const rig = started(quiet)
    arm(rig, { level: 1 })
    const from = rig.now
    expect(rig.command('hello')).toBe('ok')
    expect(rig.command('selftest')).toBe('ok')
    expect(rig.command('set_output', { value: { B: true } })).toBe('ok')
    expect(rig.command('set_cutoff', { value: { output: 'A', above: 3 } })).toBe('ok')
    expect(rig.command('save')).toBe('ok')
    expect(rig.command('fly')).toBe('unknown')
    for (const [cmd, value] of Object.entries({
      read: undefined,
      defaults: undefined,
      set_interval: 100,
      set_time: 1_790_000_000,
      set_range: 16,
      set_averaging: 4,
      set_mode: 'poll',
      set_threshold: 1,
      set_shunt: 0.01,
      set_detail: true,
      set_us: true,
      set_zero: undefined,
      set_gain: 1.1,
    })) {
      expect(rig.command(cmd, { value }), cmd).toBe('busy')
    }
    expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    rig.board.runMs(60)
    expect(rig.command('hello')).toBe('ok')
    expect(triggers(rig, from)).not.toContain('off')
    expect(rig.board.overruns).toBe(0)
    expect(rig.command('set_trigger', { value: 'off' })).toBe('ok')
    expect(rig.command('set_averaging', { value: 4 })).toBe('ok')
  })

  it('reads on evenly while the line is full in both directions', () => {
    let stepUs = Number.POSITIVE_INFINITY
    const rig = started((us) => (us >= stepUs ? 2 : 0.1), { baud: 1_000_000 })
    arm(rig, { level: 1, pre: 90 })
    const times = readTimes(rig)
    for (let i = 0; i < 20; i++) {
      rig.send({ cmd: 'hello', seq: 1000 + i })
      rig.board.runMs(7)
      rig.send({ nack: [1, 5] })
    }
    stepUs = rig.board.timeUs + 1000
    rig.send({ cmd: 'hello', seq: 2000 })
    untilBurst(rig)
    const gaps = times.slice(1, -1).map((us, i) => us - (times[i] as number))
    expect(Math.max(...gaps)).toBeLessThan(100)
    expect(rig.board.overruns).toBe(0)
  })

  it('is refused where a threshold is set, or where it makes no sense', () => {
    const rig = started(quiet)
    for (const value of [
      { level: 3.3 },
      { level: -3.3 },
      { slope: 'rise' },
      { level: '1' },
      { level: 1, slope: 'up' },
      { level: 1, pre: 91 },
      { level: 1, pre: -1 },
      { level: 1, pre: 2.5 },
      'on',
      1,
      null,
    ]) {
      expect(rig.command('set_trigger', { value }), JSON.stringify(value)).toBe('range')
    }
    expect(rig.command('set_trigger')).toBe('range')
    expect(rig.command('set_threshold', { value: 2 })).toBe('ok')
    expect(rig.command('set_trigger', { value: { level: 1 } })).toBe('range')
    expect(rig.command('set_threshold', { value: null })).toBe('ok')
    expect(rig.command('set_trigger', { value: { level: 3.2 } })).toBe('ok')
  })

  it('opens the output within two conversions and the time to read the second', () => {
    let stepUs = Number.POSITIVE_INFINITY
    const rig = started((us) => (us >= stepUs ? 3 : 0.1), { baud: 1_000_000 })
    expect(rig.command('set_cutoff', { value: { output: 'A', above: 2.5 } })).toBe('ok')
    arm(rig, { level: 3.1 })
    for (let i = 0; i < 24; i++) {
      stepUs = Number.POSITIVE_INFINITY
      expect(rig.command('set_output', { value: { A: true } })).toBe('ok')
      rig.board.runMs(5 + i * 0.0047)
      stepUs = rig.board.timeUs
      const from = rig.now
      rig.send({ cmd: 'hello', seq: 1000 + i })
      while (rig.board.isHigh('D', 4)) {
        expect(rig.board.timeUs - stepUs).toBeLessThan(320)
        rig.board.runMs(0.002)
      }
      rig.board.runMs(30)
      expect(linesWith(rig, 'outputs', from)).toHaveLength(1)
      expect(triggers(rig, from)).not.toContain('off')
    }
  })
})
