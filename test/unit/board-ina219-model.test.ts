import { describe, expect, it } from 'vitest'
import {
  Ina219Model,
  type Ina219Options,
  ina219Address,
  REGISTER,
  type SensorFeed,
} from '../../mock/board/ina219-model.ts'

/** Mode 7 (both, continuous), 32 V, /8, 12 bit: the power-on configuration. */
const DEFAULT = 0x399f
/** µs from power-on to the first conversion (8.4.2). */
const RECOVERY = 40
const CNVR = 2
const OVF = 1

function rig(
  feed: SensorFeed | { voltage: number; current: number },
  part: Pick<Ina219Options, 'jitter' | 'noise'> = {},
) {
  const time = { us: 0 }
  const model = new Ina219Model({
    ...part,
    feed: typeof feed === 'function' ? feed : () => feed,
    nowUs: () => time.us,
  })
  return {
    model,
    time,
    write: (register: number, value: number) => {
      model.addressed(false)
      for (const byte of [register, value >> 8, value & 0xff]) model.received(byte)
      model.stopped()
    },
    read: (register: number) => {
      model.addressed(false)
      model.received(register)
      model.addressed(true)
      return (model.send() << 8) | model.send()
    },
    wait: (us: number) => {
      time.us += us
    },
  }
}

/** Pins that give exactly these counts at 0.1 Ω. */
function counts(shunt: number, bus: number) {
  return { voltage: bus * 4e-3, current: (shunt * 10e-6) / 0.1 }
}

function signed(value: number): number {
  return (value << 16) >> 16
}

describe('INA219 after power-on', () => {
  it('has the register contents of SBOS448G table 2', () => {
    const { read } = rig(counts(100, 1000))
    expect(read(REGISTER.configuration)).toBe(0x399f)
    expect([1, 2, 3, 4, 5].map(read)).toEqual([0, 0, 0, 0, 0])
  })

  it('reads current and power as 0 until it is calibrated (8.5.1)', () => {
    const { read, wait } = rig(counts(2000, 2995))
    wait(2000)
    expect(read(REGISTER.shuntVoltage)).toBe(2000)
    expect(read(REGISTER.busVoltage) >> 3).toBe(2995)
    expect(read(REGISTER.current)).toBe(0)
    expect(read(REGISTER.power)).toBe(0)
  })

  it('goes back there at the reset bit (8.6.2.1) and at a brown-out', () => {
    const { model, read, write, wait } = rig(counts(2000, 2995))
    write(REGISTER.configuration, 0x019f)
    write(REGISTER.calibration, 4096)
    wait(2000)
    write(REGISTER.configuration, 0x8000)
    expect(read(REGISTER.configuration)).toBe(DEFAULT)
    expect(read(REGISTER.calibration)).toBe(0)
    write(REGISTER.calibration, 4096)
    model.brownOut()
    expect(read(REGISTER.calibration)).toBe(0)
    wait(2000)
    expect(read(REGISTER.busVoltage) >> 3).toBe(2995)
    expect(read(REGISTER.current)).toBe(0)
  })
})

describe('INA219 arithmetic', () => {
  it('gives the numbers of the design example (SBOS448G table 8)', () => {
    const { read, write, wait } = rig(counts(2000, 2995))
    write(REGISTER.calibration, 0x5000)
    wait(2000)
    expect(read(REGISTER.shuntVoltage)).toBe(0x07d0)
    expect(read(REGISTER.busVoltage) & 0xfff8).toBe(0x5d98)
    expect(read(REGISTER.current)).toBe(0x2710)
    expect(read(REGISTER.power)).toBe(0x1766)
  })

  it('has no sign in the power register and one in shunt and current', () => {
    const { read, write, wait } = rig(counts(-2000, 2995))
    write(REGISTER.calibration, 0x5000)
    wait(2000)
    expect(signed(read(REGISTER.shuntVoltage))).toBe(-2000)
    expect(signed(read(REGISTER.current))).toBe(-10000)
    expect(read(REGISTER.power)).toBe(0x1766)
  })

  it('keeps bit 0 of the calibration register 0 (8.6.4.1)', () => {
    const { read, write } = rig(counts(0, 0))
    write(REGISTER.calibration, 0x5001)
    expect(read(REGISTER.calibration)).toBe(0x5000)
  })

  it('raises OVF where current or power do not fit, and takes it back (8.6.3.2)', () => {
    const input = { ...counts(32000, 8000) }
    const { model, read, write, wait } = rig(() => input)
    write(REGISTER.calibration, 0xfffe)
    wait(2000)
    expect(read(REGISTER.busVoltage) & OVF).toBe(OVF)
    model.feed = () => counts(10, 1000)
    wait(2200)
    expect(read(REGISTER.busVoltage) & OVF).toBe(0)
  })

  it.each([
    [0, 4000],
    [1, 8000],
    [2, 16000],
    [3, 32000],
  ])('clips the shunt voltage at gain setting %i to ±%i (table 4)', (gain, full) => {
    for (const sign of [1, -1]) {
      const { read, write, wait } = rig(counts(sign * (full + 500), 1000))
      write(REGISTER.configuration, (DEFAULT & ~0x1800) | (gain << 11))
      wait(2000)
      expect(signed(read(REGISTER.shuntVoltage))).toBe(sign * full)
      expect(read(REGISTER.busVoltage) & OVF).toBe(0)
    }
  })

  it('clips the bus voltage at 16 V and 32 V, and at 0', () => {
    const { model, read, write, wait } = rig({ voltage: 40, current: 0 })
    wait(2000)
    expect(read(REGISTER.busVoltage) >> 3).toBe(8000)
    write(REGISTER.configuration, DEFAULT & ~0x2000)
    wait(2000)
    expect(read(REGISTER.busVoltage) >> 3).toBe(4000)
    model.feed = () => ({ voltage: -1, current: 0 })
    wait(2200)
    expect(read(REGISTER.busVoltage) >> 3).toBe(0)
  })

  it.each([
    [0, 8],
    [1, 4],
    [2, 2],
    [3, 1],
  ])('at resolution setting %i steps by %i counts', (setting, step) => {
    const { read, write, wait } = rig(counts(1003, 1003))
    write(REGISTER.configuration, (DEFAULT & ~0x07f8) | (setting << 7) | (setting << 3))
    wait(2000)
    expect(read(REGISTER.shuntVoltage)).toBe(Math.round(1003 / step) * step)
    expect(read(REGISTER.busVoltage) >> 3).toBe(Math.round(1003 / step) * step)
  })
})

describe('INA219 conversions', () => {
  it.each([
    [0b0000, 84],
    [0b0001, 148],
    [0b0010, 276],
    [0b0011, 532],
    [0b1000, 532],
    [0b1001, 1064],
    [0b1010, 2128],
    [0b1011, 4256],
    [0b1100, 8512],
    [0b1101, 17024],
    [0b1110, 34048],
    [0b1111, 68096],
  ])('with ADC setting %i take %i µs each (table 5), CNVR after both', (setting, us) => {
    const { model, read, write, wait } = rig(counts(64, 96))
    write(REGISTER.configuration, (DEFAULT & ~0x07f8) | (setting << 7) | (setting << 3))
    expect(model.periodUs).toBe(2 * us)
    wait(us - 0.5)
    expect(read(REGISTER.shuntVoltage)).toBe(0)
    wait(0.5)
    expect(read(REGISTER.shuntVoltage)).toBe(64)
    wait(us - 0.5)
    expect(read(REGISTER.busVoltage) & CNVR).toBe(0)
    wait(0.5)
    expect(read(REGISTER.busVoltage)).toBe((96 << 3) | CNVR)
  })

  it('give the mean of what the pins had, from begin to end', () => {
    // 1 A and 8 V for the first 200 of 532 µs, nothing in the middle.
    const pulse: SensorFeed = (timeS) => {
      const inConversionUs = (timeS * 1e6 - RECOVERY) % 532
      const isOn = inConversionUs < 200
      return { voltage: isOn ? 8 : 0, current: isOn ? 1 : 0 }
    }
    const { read, wait } = rig(pulse)
    wait(RECOVERY + 1064)
    expect(Math.abs(read(REGISTER.shuntVoltage) - (10_000 * 200) / 532)).toBeLessThan(40)
    expect(Math.abs((read(REGISTER.busVoltage) >> 3) - (2000 * 200) / 532)).toBeLessThan(8)
    // To the last bit where the feed says until when it holds.
    const exact = rig((timeS, pair) => {
      const us = timeS * 1e6 - RECOVERY
      const begin = Math.floor(us / 532) * 532
      const untilUs = us - begin < 200 ? begin + 200 : begin + 532
      return { ...pulse(timeS, pair), untilS: (untilUs + RECOVERY) * 1e-6 }
    })
    exact.wait(RECOVERY + 1064)
    expect(exact.read(REGISTER.shuntVoltage)).toBe(Math.round((10_000 * 200) / 532))
    expect(exact.read(REGISTER.busVoltage) >> 3).toBe(Math.round((2000 * 200) / 532))
  })

  it('over an average, too: one pulse in 128 samples is in it', () => {
    const { read, write, wait } = rig((timeS) => ({
      voltage: 0,
      current: timeS >= 0.03 && timeS < 0.0307 ? 3 : 0,
    }))
    write(REGISTER.configuration, (DEFAULT & ~0x07f8) | (0b1111 << 7) | (0b1111 << 3))
    wait(68_096)
    expect(Math.abs(read(REGISTER.shuntVoltage) - (30_000 * 700) / 68_096)).toBeLessThan(2)
  })

  it.each([0.9, 1.1])('take %s of their usual time in another part', (conversionTime) => {
    const time = { us: 0 }
    const model = new Ina219Model({
      feed: () => counts(64, 96),
      conversionTime,
      nowUs: () => time.us,
    })
    time.us = RECOVERY + conversionTime * 1064 - 1
    expect(model.peek(REGISTER.busVoltage)).toBe(0)
    time.us += 1
    expect(model.peek(REGISTER.busVoltage)).toBe((96 << 3) | CNVR)
    expect(model.periodUs).toBeCloseTo(conversionTime * 1064)
  })

  it('average what the pins had', () => {
    const { read, write, wait } = rig((_time, pair) => (pair % 2 ? counts(0, 0) : counts(100, 40)))
    const ramp = rig((timeS) => counts(timeS * 1e5, timeS * 1e5))
    wait(1100)
    expect(read(REGISTER.shuntVoltage)).toBe(100)
    // Four samples each: shunt in 0..2128 µs, bus in 2128..4256 µs.
    ramp.write(REGISTER.configuration, (DEFAULT & ~0x07f8) | (0b1010 << 7) | (0b1010 << 3))
    ramp.wait(4256)
    expect(ramp.read(REGISTER.shuntVoltage)).toBe(106)
    expect(ramp.read(REGISTER.busVoltage) >> 3).toBe(319)
    write(REGISTER.configuration, DEFAULT)
  })

  it('clear CNVR when the power register is read or the mode is written (8.6.3.2)', () => {
    const { read, write, wait } = rig(counts(1, 1))
    const isReady = () => (read(REGISTER.busVoltage) & CNVR) !== 0
    wait(RECOVERY + 1064)
    expect(isReady()).toBe(true)
    read(REGISTER.shuntVoltage)
    read(REGISTER.current)
    expect(isReady()).toBe(true)
    read(REGISTER.power)
    expect(isReady()).toBe(false)
    wait(1064)
    expect(isReady()).toBe(true)
    write(REGISTER.configuration, DEFAULT)
    expect(isReady()).toBe(false)
    wait(1063)
    expect(isReady()).toBe(false)
    wait(1)
    expect(isReady()).toBe(true)
    write(REGISTER.configuration, DEFAULT & ~7)
    expect(isReady()).toBe(true)
  })

  it('run once when triggered, and again at the next write (8.4.1)', () => {
    let current = 0.01
    const { read, write, wait } = rig(() => ({ voltage: 4, current }))
    write(REGISTER.configuration, (DEFAULT & ~7) | 3)
    wait(5000)
    expect(read(REGISTER.shuntVoltage)).toBe(100)
    read(REGISTER.power)
    current = 0.02
    wait(5000)
    expect(read(REGISTER.shuntVoltage)).toBe(100)
    expect(read(REGISTER.busVoltage) & CNVR).toBe(0)
    write(REGISTER.configuration, (DEFAULT & ~7) | 3)
    wait(1064)
    expect(read(REGISTER.shuntVoltage)).toBe(200)
    expect(read(REGISTER.busVoltage) & CNVR).toBe(CNVR)
  })

  it('convert only what the mode says (table 6), and wake 40 µs late from power-down', () => {
    const { read, write, wait } = rig(counts(5, 6))
    write(REGISTER.configuration, (DEFAULT & ~7) | 5)
    wait(532)
    expect([read(REGISTER.shuntVoltage), read(REGISTER.busVoltage)]).toEqual([5, CNVR])
    write(REGISTER.configuration, DEFAULT & ~7)
    wait(10_000)
    write(REGISTER.configuration, (DEFAULT & ~7) | 6)
    wait(571)
    expect(read(REGISTER.busVoltage)).toBe(0)
    wait(1)
    expect(read(REGISTER.busVoltage)).toBe((6 << 3) | CNVR)
  })

  it('of the shunt alone follow each other in 84 µs at 9 bit (tables 5 and 6)', () => {
    // 1 A for every third 42 µs.
    const place = (timeS: number) => Math.floor(timeS / 42e-6)
    const shuntAt = (timeS: number) => (place(timeS) % 3 === 0 ? 10_000 : 0)
    const { write, model, wait, time } = rig((timeS) => ({
      ...counts(shuntAt(timeS), 1000),
      untilS: (place(timeS) + 1) * 42e-6,
    }))
    wait(5000)
    const voltage = model.peek(REGISTER.busVoltage) & ~CNVR
    write(REGISTER.configuration, 0x1805)
    const beginUs = time.us
    for (let n = 1; n < 40; n++) {
      wait(83)
      expect(model.conversions).toBe(n - 1)
      wait(1)
      expect(model.conversions).toBe(n)
      const fromUs = beginUs + (n - 1) * 84
      const looks = Array.from({ length: 840 }, (_, i) => shuntAt((fromUs + i / 10 + 0.05) * 1e-6))
      const mean = looks.reduce<number>((sum, shunt) => sum + shunt, 0) / looks.length
      // In steps of 8 counts.
      const read = signed(model.peek(REGISTER.shuntVoltage))
      expect(read % 8).toBe(0)
      expect(Math.abs(read - mean)).toBeLessThan(4 + 2 * (10_000 / 840))
      // Nobody converts the bus voltage, but the flag rises.
      expect(model.peek(REGISTER.busVoltage)).toBe(voltage | CNVR)
    }
  })

  it('come out the same however rarely somebody looks', () => {
    const feed: SensorFeed = (timeS) => counts(Math.round(timeS * 1000) % 3000, 500)
    const often = rig(feed)
    const rarely = rig(feed)
    for (let i = 0; i < 10_000; i++) {
      often.wait(77)
      often.read(REGISTER.shuntVoltage)
    }
    rarely.wait(770_000)
    for (const register of [1, 2, 3, 4]) {
      expect(rarely.read(register)).toBe(often.read(register))
    }
    expect(rarely.model.conversions).toBe(often.model.conversions)
  })
})

describe('an INA219 that is not ideal', () => {
  const PAIR_US = 1064

  function spread(values: readonly number[]): { mean: number; deviation: number } {
    const mean = values.reduce((sum, each) => sum + each, 0) / values.length
    const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0)
    return { mean, deviation: Math.sqrt(squares / values.length) }
  }

  it.each([
    [DEFAULT, PAIR_US, 1],
    // 16 averaged.
    [0x3e67, 16 * PAIR_US, 4],
  ])('has the noise that was asked for: configuration %s', (configuration, pairUs, less) => {
    const look = (seed: number): { shunt: number[]; bus: number[] } => {
      const noise = { shuntUv: 400, busMv: 160, seed }
      const { read, wait, write } = rig(counts(1000, 2000), { noise })
      write(REGISTER.configuration, configuration)
      wait(RECOVERY)
      const found = { shunt: [] as number[], bus: [] as number[] }
      for (let i = 0; i < 2000; i++) {
        wait(pairUs)
        found.shunt.push(signed(read(REGISTER.shuntVoltage)))
        found.bus.push(read(REGISTER.busVoltage) >> 3)
      }
      return found
    }
    const first = look(1)
    for (const [values, middle] of [
      [first.shunt, 1000],
      [first.bus, 2000],
    ] as const) {
      const { mean, deviation } = spread(values)
      expect(Math.abs(mean - middle)).toBeLessThan(4)
      expect(Math.abs(deviation * less - 40)).toBeLessThan(4)
    }
    expect(look(1)).toEqual(first)
    expect(look(2)).not.toEqual(first)
  })

  it('takes a little more or less time for each pair, and the same on the whole', () => {
    const { model, wait } = rig(counts(1000, 2000), { jitter: 0.05 })
    wait(RECOVERY)
    const lengths: number[] = []
    let before = model.conversions
    let sinceUs = 0
    for (let us = 0; us < 400 * PAIR_US; us += 4) {
      wait(4)
      sinceUs += 4
      if (model.conversions === before) continue
      before = model.conversions
      lengths.push(sinceUs)
      sinceUs = 0
    }
    expect(Math.min(...lengths)).toBeLessThan(PAIR_US * 0.96)
    expect(Math.min(...lengths)).toBeGreaterThan(PAIR_US * 0.945)
    expect(Math.max(...lengths)).toBeGreaterThan(PAIR_US * 1.04)
    expect(Math.max(...lengths)).toBeLessThan(PAIR_US * 1.055)
    expect(Math.abs(spread(lengths).mean - PAIR_US)).toBeLessThan(PAIR_US * 0.005)
  })
})

describe('INA219 on the bus', () => {
  it('has the sixteen addresses of SBOS448G table 1', () => {
    expect(ina219Address('gnd', 'gnd')).toBe(0x40)
    expect(ina219Address('gnd', 'vs')).toBe(0x41)
    expect(ina219Address('vs', 'gnd')).toBe(0x44)
    expect(ina219Address('scl', 'sda')).toBe(0x4e)
    expect(ina219Address('scl', 'scl')).toBe(0x4f)
  })

  it('answers nothing when it is not there', () => {
    const { model } = rig(counts(0, 0))
    model.present = false
    expect(model.addressed(true)).toBe(false)
  })

  it('goes on from the last pointer when it is only read (8.5.5.3)', () => {
    const { model, read, wait } = rig(counts(1234, 1))
    wait(2000)
    read(REGISTER.shuntVoltage)
    model.addressed(true)
    expect((model.send() << 8) | model.send()).toBe(1234)
  })

  it('sends both bytes of one moment', () => {
    let shunt = 0x00ff
    const { model, wait } = rig(() => counts(shunt, 1))
    wait(1064)
    model.addressed(false)
    model.received(REGISTER.shuntVoltage)
    model.addressed(true)
    const high = model.send()
    shunt = 0x0100
    wait(2128)
    expect((high << 8) | model.send()).toBe(0x00ff)
  })
})
