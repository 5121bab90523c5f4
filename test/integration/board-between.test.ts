import { describe, expect, it } from 'vitest'
import type { SensorFeed } from '../../mock/board/ina219-model.ts'
import { Noise } from '../../mock/random.ts'
import type { SampleFrame } from '../../src/protocol/frames.ts'
import { BoardRig } from '../support/board.ts'

/** What a pair of conversions left in the registers: 10 µV over 0.1 Ω, 4 mV. */
interface Pair {
  readonly shunt: number
  readonly bus: number
}

/** Of 12 bit: two conversions of 532 µs. */
const PAIR_S = 1064e-6

/** Bursts of 10 ms, 2 A, every 97 ms: no interval of the device divides them. */
const bursts: SensorFeed = (timeS) => {
  const phase = timeS % 0.097
  const isOn = phase < 0.01
  return {
    voltage: isOn ? 4.8 : 5.1,
    current: isOn ? 2 : 0.01,
    untilS: timeS - phase + (isOn ? 0.01 : 0.097),
  }
}

/** Steps of random height and length, both signs. */
function steps(seed: number): SensorFeed {
  const noise = new Noise(seed)
  return (timeS) => {
    const slot = Math.floor(timeS / 0.0007)
    // Some hold for long.
    const n = noise.uniform(slot >> 5, 3) < 0.5 ? slot >> 5 : slot
    return {
      voltage: 1 + 25 * noise.uniform(n, 1),
      current: 6 * noise.uniform(n, 2) - 3,
      untilS: (slot + 1) * 0.0007,
    }
  }
}

/** A board that sends in detail at 1 M baud, and what its sensor converts from the first sample of `start` on. */
class Watched {
  readonly rig: BoardRig
  readonly pairs: Pair[] = []
  #seen = 0

  constructor(feed: SensorFeed) {
    this.rig = new BoardRig({ sensor: { feed } })
    this.rig.hello()
    expect(this.rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    this.rig.board.runMs(10)
    expect(this.rig.command('set_detail', { value: true })).toBe('ok')
    this.#seen = this.rig.board.sensor.conversions
  }

  /** Shorter steps than a pair takes, so that each is seen. */
  run(ms: number): void {
    const { board } = this.rig
    const endMs = board.timeMs + ms
    while (board.timeMs < endMs) {
      board.runMs(0.5)
      const { conversions } = board.sensor
      if (conversions === this.#seen) continue
      this.#seen = conversions
      const shunt = (board.sensor.peek(1) << 16) >> 16
      this.pairs.push({ shunt, bus: board.sensor.peek(2) >> 3 })
    }
  }

  command(cmd: string, value: unknown): void {
    this.rig.send({ cmd, value, seq: 1000 + this.rig.now })
    const from = this.rig.now
    this.run(30)
    expect(this.rig.arrivals.slice(from).some(({ frame }) => frame.kind === 'ack')).toBe(true)
  }
}

type Member = 'n' | 'vmin' | 'vmax' | 'amin' | 'amax' | 'mc' | 'mj'
const NAMES = {
  n: 'n',
  vmin: 'voltageMin',
  vmax: 'voltageMax',
  amin: 'currentMin',
  amax: 'currentMax',
  mc: 'chargeMc',
  mj: 'energyMj',
} as const

const extra = ({ detail }: SampleFrame, name: Member): number => detail?.[NAMES[name]] ?? Number.NaN

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Half a unit of the digits that are printed. */
const close = (found: number, exact: number, unit: number): void =>
  expect(Math.abs(found - exact)).toBeLessThanOrEqual(unit / 2 + 1e-9)

/** Each sample is what the next `n` pairs come to, none left out and none counted twice. */
function expectAll(samples: readonly SampleFrame[], pairs: readonly Pair[], from: number): number {
  let at = from
  for (const sample of samples) {
    const n = extra(sample, 'n')
    const own = pairs.slice(at, at + n)
    expect(own).toHaveLength(n)
    at += n
    expect(sample.status).toBe('ok')
    close(sample.voltage, (sum(own.map(({ bus }) => bus)) / n) * 4e-3, 4e-3)
    close(sample.current, (sum(own.map(({ shunt }) => shunt)) / n) * 1e-4, 1e-4)
    const watts = (sum(own.map(({ shunt, bus }) => shunt * bus)) / n) * 4e-7
    close(sample.power as number, watts, 1e-5)
    const [shunts, buses] = [own.map(({ shunt }) => shunt), own.map(({ bus }) => bus)]
    expect(extra(sample, 'amin')).toBeCloseTo(Math.min(...shunts) * 1e-4, 9)
    expect(extra(sample, 'amax')).toBeCloseTo(Math.max(...shunts) * 1e-4, 9)
    expect(extra(sample, 'vmin')).toBeCloseTo(Math.min(...buses) * 4e-3, 9)
    expect(extra(sample, 'vmax')).toBeCloseTo(Math.max(...buses) * 4e-3, 9)
  }
  return at
}

/** Charge and energy between the first and the last of them: of the pairs in between, but for the moment they were read. */
function expectTotals(samples: readonly SampleFrame[], pairs: readonly Pair[]): void {
  const [first, last] = [samples[0] as SampleFrame, samples.at(-1) as SampleFrame]
  // What was read 0.15 ms late or early, three times: the ends, and a jump in between.
  const slackS = 0.45e-3
  const most = Math.max(...pairs.map(({ shunt }) => Math.abs(shunt))) * 0.1
  const coulombs = sum(pairs.map(({ shunt }) => shunt)) * 0.1 * PAIR_S
  const charge = extra(last, 'mc') - extra(first, 'mc')
  expect(Math.abs(charge - coulombs)).toBeLessThan(most * slackS * Math.sqrt(pairs.length) + 0.002)
  const joules = sum(pairs.map(({ shunt, bus }) => shunt * bus)) * 4e-4 * PAIR_S
  const energy = extra(last, 'mj') - extra(first, 'mj')
  const peak = Math.max(...pairs.map(({ shunt, bus }) => Math.abs(shunt) * bus)) * 4e-4
  expect(Math.abs(energy - joules)).toBeLessThan(peak * slackS * Math.sqrt(pairs.length) + 0.002)
}

/** The pair with which the samples begin, so that all of them fit. */
function firstPair(samples: readonly SampleFrame[], pairs: readonly Pair[]): number {
  for (let at = 0; at < 80; at++) {
    try {
      expectAll(samples, pairs, at)
      return at
    } catch {
      // Not this one.
    }
  }
  throw new Error('the samples are of no pairs')
}

function measure(feed: SensorFeed, intervalMs: number, ms: number) {
  const watched = new Watched(feed)
  watched.command('set_interval', intervalMs)
  const from = watched.rig.now
  watched.run(ms)
  return { watched, samples: watched.rig.samples(from) }
}

describe('every conversion counts', () => {
  it.each([
    [0, 800],
    [1, 800],
    [10, 1000],
    [97, 1500],
    [100, 1500],
    [1000, 5000],
  ])('bursts of unknown period at %i ms', (intervalMs, ms) => {
    const { watched, samples } = measure(bursts, intervalMs, ms)
    expect(samples.length).toBeGreaterThan(3)
    const begin = firstPair(samples, watched.pairs)
    const end = expectAll(samples, watched.pairs, begin)
    expectTotals(samples, watched.pairs.slice(begin + extra(samples[0] as SampleFrame, 'n'), end))
    const means = samples.map(({ current }) => current)
    // 10 of 97 ms at 2 A, the rest at 0.01 A, within a burst at each end.
    const burst = (2 * 10) / Math.max(97, intervalMs)
    if (intervalMs >= 97) for (const mean of means) expect(mean).toBeGreaterThan(0.21 - burst)
  })

  it.each([1, 2, 3])('random loads, seed %i', (seed) => {
    const intervalMs = [2, 13, 150][seed - 1] as number
    const { watched, samples } = measure(steps(seed), intervalMs, 700 + 4 * intervalMs)
    const begin = firstPair(samples, watched.pairs)
    const end = expectAll(samples, watched.pairs, begin)
    expectTotals(samples, watched.pairs.slice(begin + extra(samples[0] as SampleFrame, 'n'), end))
  })

  it('does not overflow in a minute, and means are right without detail', {
    timeout: 180_000,
  }, () => {
    const rig = new BoardRig({
      sensor: {
        feed: (timeS) => ({
          voltage: 25,
          current: timeS % 2 < 1 ? 3.1 : 1.1,
          untilS: Math.floor(timeS) + 1,
        }),
      },
    })
    rig.hello()
    expect(rig.command('set_interval', { value: 60_000 })).toBe('ok')
    rig.sample()
    const { current, power, status } = rig.sample(61_000)
    expect(status).toBe('ok')
    expect(Math.abs(current - 2.1)).toBeLessThan(0.0006)
    expect(Math.abs((power as number) - 52.5)).toBeLessThan(0.02)
  })

  it('gives the mean of the products as power, not the product of the means', () => {
    // Slow, as a pair at an edge has the current of one side and the voltage of the other.
    const halves: SensorFeed = (timeS) => {
      const half = Math.floor(timeS / 0.05)
      const isOn = half % 2 === 0
      return { voltage: isOn ? 2 : 10, current: isOn ? 2 : 0, untilS: (half + 1) * 0.05 }
    }
    const { samples } = measure(halves, 200, 1300)
    // The first one began before.
    for (const { voltage, current, power } of samples.slice(1)) {
      expect(Math.abs((power as number) - 2)).toBeLessThan(0.25)
      expect(voltage * current).toBeGreaterThan(5)
    }
  })

  it('merges on a slow line what it can not send, and leaves nothing out', () => {
    const { watched, samples } = measure(bursts, 0, 10)
    watched.rig.send({ cmd: 'set_baud', value: 115_200, seq: 5 })
    watched.run(100)
    watched.rig.send({ cmd: 'hello', seq: 6 })
    watched.run(600)
    const all = watched.rig.samples(
      watched.rig.arrivals.findIndex(({ frame }) => frame === samples[0]),
    )
    const begin = firstPair(all, watched.pairs)
    expectAll(all, watched.pairs, begin)
    expect(extra(all.at(-1) as SampleFrame, 'n')).toBeGreaterThan(8)
  })
})

describe('holes', () => {
  it('are not integrated over, end a sample, and are said', () => {
    const rig = new BoardRig({ sensor: { feed: () => ({ voltage: 5, current: 1 }) } })
    rig.hello()
    expect(rig.command('set_detail', { value: true })).toBe('ok')
    expect(rig.command('set_interval', { value: 500 })).toBe('ok')
    rig.board.runMs(700)
    const from = rig.now
    rig.board.sensor.present = false
    rig.board.runMs(1000)
    rig.board.sensor.present = true
    rig.board.runMs(1100)
    const samples = rig.samples(from)
    const statuses = samples.map(({ status }) => status)
    // What was measured before it was gone is good, and goes out at once.
    expect(statuses[0]).toBe('ok')
    expect(extra(samples[0] as SampleFrame, 'n')).toBeGreaterThan(100)
    expect(statuses.filter((status) => status === 'nosensor').length).toBeGreaterThanOrEqual(2)
    expect(statuses.at(-1)).toBe('ok')
    const charge =
      extra(samples.at(-1) as SampleFrame, 'mc') - extra(samples[0] as SampleFrame, 'mc')
    // 1 A since it was back, for as long as there were conversions.
    const n = sum(samples.slice(1).map((sample) => extra(sample, 'n')))
    expect(Math.abs(charge - n * 1.064)).toBeLessThan(1)
    expect(n).toBeLessThan(1100)
  })

  it('of a sensor that restarts are in no counter, and what the counters had stays', () => {
    const rig = new BoardRig({ sensor: { feed: () => ({ voltage: 5, current: 1 }) } })
    rig.hello()
    expect(rig.command('set_detail', { value: true })).toBe('ok')
    expect(rig.command('set_interval', { value: 100 })).toBe('ok')
    const from = rig.now
    for (let restarts = 0; restarts < 5; restarts++) {
      rig.board.runMs(330)
      rig.board.sensor.brownOut()
    }
    rig.board.runMs(330)
    const samples = rig.samples(from)
    expect(samples.filter(({ status }) => status === 'reset')).toHaveLength(5)
    const n = sum(samples.slice(1).map((sample) => extra(sample, 'n')))
    for (const [name, perMs] of [
      ['mc', 1],
      ['mj', 5],
    ] as const) {
      const [first, last] = [samples[0], samples.at(-1)] as SampleFrame[]
      const counted = extra(last as SampleFrame, name) - extra(first as SampleFrame, name)
      // A conversion that was under way when its settings went is in neither.
      expect(Math.abs(counted - n * 1.064 * perMs)).toBeLessThan(0.5 * perMs)
    }
  })

  it('of a disturbed transfer are said of the sample, which stays valid', () => {
    const rig = new BoardRig()
    rig.hello()
    expect(rig.command('set_interval', { value: 100 })).toBe('ok')
    rig.board.runMs(330)
    const from = rig.now
    // One address that nobody acknowledges.
    const { sensor } = rig.board
    const answers = sensor.addressed.bind(sensor)
    let refused = 0
    sensor.addressed = (isRead) => refused++ > 0 && answers(isRead)
    rig.board.runMs(400)
    expect(refused).toBeGreaterThan(1)
    expect(rig.samples(from).map(({ status }) => status)).toEqual(['part', 'ok', 'ok', 'ok'])
  })
})

describe('totals', () => {
  it('go on over other intervals, modes and shunts, and begin at 0 with each start', () => {
    const rig = new BoardRig({ sensor: { feed: () => ({ voltage: 5, current: -1 }) } })
    rig.hello()
    expect(rig.command('set_detail', { value: true })).toBe('ok')
    expect(rig.command('set_interval', { value: 50 })).toBe('ok')
    rig.board.runMs(500)
    const before = rig.sample()
    expect(rig.command('set_mode', { value: 'poll' })).toBe('ok')
    rig.board.runMs(1000)
    const from = rig.now
    expect(rig.command('read')).toBe('ok')
    const polled = rig.samples(from)[0] as SampleFrame
    const stampMs = ({ stamp }: SampleFrame) => (stamp.kind === 'ms' ? stamp.value : Number.NaN)
    const passedS = (stampMs(polled) - stampMs(before)) / 1000
    const charge = extra(polled, 'mc') - extra(before, 'mc')
    expect(Math.abs(charge + 1000 * passedS)).toBeLessThan(3)
    expect(extra(polled, 'mj') - extra(before, 'mj')).toBeCloseTo(charge * 5, 1)
    expect(extra(polled, 'n')).toBe(1)
    // In the new shunt's counts it is as much as before, but for what flows meanwhile: 0.1 A.
    expect(rig.command('set_shunt', { value: 1 })).toBe('ok')
    const again = rig.now
    expect(rig.command('read')).toBe('ok')
    const after = rig.samples(again)[0] as SampleFrame
    expect(Math.abs(extra(after, 'mc') - extra(polled, 'mc'))).toBeLessThan(30)
    rig.board.reset('external')
    rig.until(({ frame }) => (frame.kind === 'hello' ? frame : null), 3000)
    expect(rig.command('set_detail', { value: true })).toBe('ok')
    expect(Math.abs(extra(rig.sample(), 'mc'))).toBeLessThan(1200)
  })
})

describe('time', () => {
  it('is that of each conversion, to 4 µs, where it is asked for', () => {
    const rig = new BoardRig()
    rig.hello()
    expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    rig.board.runMs(5)
    expect(rig.command('set_us', { value: true })).toBe('ok')
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    rig.board.runMs(20)
    const from = rig.now
    rig.board.runMs(500)
    const samples = rig.samples(from)
    const times = samples.map(({ stamp }) => (stamp.kind === 'ms' ? stamp.value : Number.NaN))
    const gaps = times.slice(1).map((time, i) => time - (times[i] as number))
    for (const gap of gaps) expect(Math.abs(gap - 1.064)).toBeLessThan(0.15)
    const line = rig.arrivals.at(-1)?.text ?? ''
    expect(line).toMatch(/"us":\d+,/)
    // Of the board's own clock, and before it was sent.
    expect(rig.board.timeMs - (times.at(-1) as number)).toBeGreaterThan(0)
    expect(rig.board.timeMs - (times.at(-1) as number)).toBeLessThan(45)
    expect(rig.command('set_time', { value: 1_790_000_000 })).toBe('ok')
    rig.board.runMs(20)
    expect(rig.arrivals.at(-1)?.text).toMatch(/"ts":17900000\d\d\.\d{6},/)
  })

  it('replay is deep enough at full rate for a lost NACK', () => {
    const rig = new BoardRig({ sensor: { feed: bursts } })
    rig.hello()
    expect(rig.command('set_baud', { value: 1_000_000 })).toBe('ok')
    rig.board.runMs(5)
    expect(rig.command('set_interval', { value: 0 })).toBe('ok')
    rig.board.runMs(400)
    expect(rig.command('hello')).toBe('ok')
    const hello = rig.arrivals.findLast(({ frame }) => frame.kind === 'hello')?.frame
    expect(hello?.kind === 'hello' ? hello.depth : 0).toBeGreaterThanOrEqual(150)
    for (let i = 0; i < 3; i++) {
      const newest = rig.samples().at(-1)?.seq as number
      const from = rig.now
      rig.send({ nack: [newest - 150, newest - 142] })
      rig.board.runMs(60)
      const again = rig.samples(from).filter(({ resend }) => resend)
      expect(again).toHaveLength(9)
      // What is sent again takes the processor's time: some samples are of two conversions meanwhile, and longer.
      rig.board.runMs(200)
    }
  })
})
