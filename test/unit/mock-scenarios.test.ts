import { describe, expect, it } from 'vitest'
import { microText, ScenarioFeed } from '../../mock/sample-feed.ts'
import { findScenario, listScenarios, scenarioNames } from '../../mock/scenarios/index.ts'
import { isInaError } from '../../src/util/errors.ts'

const WITH_TROUBLES = ['chaos', 'sensor-errors']
/** Contract 2.1: words the field and the firmware use. */
const STATUSES = ['ok', 'ovf', 'clip', 'nosensor', 'error', 'reset']
const MODES = ['NORMAL', 'LOAD_SPIKE', 'VOLTAGE_DROP', 'NOISE', 'ERROR_TEST']

describe('scenarios', () => {
  it('are those of the contract, and more', () => {
    for (const name of 'normal noise sine ramp spike burst drop battery chaos'.split(' ')) {
      expect(scenarioNames).toContain(name)
    }
    expect(listScenarios().trim().split('\n')).toHaveLength(scenarioNames.length)
  })

  it.each(scenarioNames)('%s stays within what the sensor measures', (name) => {
    const feed = new ScenarioFeed(name, 3)
    const statuses = new Set<string>()
    const modes = new Set<string>()
    for (let n = 0; n < 40_000; n++) {
      const m = feed.read(n, n * 250_000, null)
      statuses.add(JSON.parse(m.status))
      modes.add(JSON.parse(m.mode))
      const [v, a] = [Number(m.v), Number(m.a)]
      const isInside = v >= 0 && v <= 26 && Math.abs(a) <= 3.2
      if (!isInside && !WITH_TROUBLES.includes(name)) expect.fail(`sample ${n}: ${v} V, ${a} A`)
    }
    const allowed = WITH_TROUBLES.includes(name) ? STATUSES : ['ok']
    expect([...statuses].filter((each) => !allowed.includes(each))).toEqual([])
    expect([...modes].filter((each) => !MODES.includes(each))).toEqual([])
  })

  it.each(scenarioNames)('%s is a function of seed, time and number alone', (name) => {
    const forward = new ScenarioFeed(name, 5)
    const first = Array.from({ length: 500 }, (_, n) => forward.read(n, n * 1e5, null))
    const backward = new ScenarioFeed(name, 5)
    for (let n = 499; n >= 0; n--) expect(backward.read(n, n * 1e5, null)).toEqual(first[n])
  })

  it('differ from seed to seed', () => {
    const values = (seed: number): string[] =>
      Array.from(
        { length: 50 },
        (_, n) => new ScenarioFeed('normal', seed).read(n, n * 1e6, null).a,
      )
    expect(values(1)).not.toEqual(values(2))
  })

  it('print power as the exact product of what they print', () => {
    const feed = new ScenarioFeed('motor', 1)
    for (let n = 0; n < 2000; n++) {
      const { v, a, w } = feed.read(n, n * 10_000, null)
      expect(Math.abs(Number(w) - Number(v) * Number(a))).toBeLessThan(5.1e-7)
      expect(Math.round(Number(v) * 1000) % 4).toBe(0)
    }
  })

  it('show every trouble, and the battery goes flat', () => {
    const seen = new Set<string>()
    const errors = new ScenarioFeed('sensor-errors', 1)
    for (let n = 0; n < 100; n++) seen.add(JSON.parse(errors.read(n, n * 1e6, null).status))
    expect([...seen].sort()).toEqual([...STATUSES].sort())
    const battery = new ScenarioFeed('battery', 1)
    expect(Number(battery.read(0, 0, null).v)).toBeGreaterThan(3.9)
    expect(Number(battery.read(7190, 7190e6, null).v)).toBeLessThan(3.1)
    expect(battery.read(7300, 7300e6, null).a).toBe('0')
  })

  it('solar-node charges its cell with what its current says, and sends its channels', () => {
    const feed = new ScenarioFeed('solar-node', 1)
    const soc = (n: number): number => Number(feed.read(n, n * 1e6, null).extras?.['soc'])
    const drawnAs = (from: number, to: number): number => {
      let sum = 0
      for (let n = from; n < to; n++) sum += Number(feed.read(n, n * 1e6, null).a)
      return sum
    }
    // Morning to afternoon, and the night that follows: 216 As are all of the cell.
    for (const [from, to] of [
      [100, 500],
      [600, 1200],
    ] as const) {
      expect(soc(to) - soc(from)).toBeCloseTo((-100 * drawnAs(from, to)) / 216, -1)
      expect(Math.abs(soc(to) - soc(from))).toBeGreaterThan(20)
    }
    for (let n = 0; n < 2400; n++) {
      const { soc, lux, temp, ...others } = feed.read(n, n * 1e6, null).extras ?? {}
      expect(others).toEqual({})
      expect(Number(soc) > 0 && Number(soc) < 100 && Number(lux) >= 0 && Number(temp) > 10).toBe(
        true,
      )
    }
  })

  it('suggests a name', () => {
    try {
      findScenario('nomal')
      expect.fail('found')
    } catch (error) {
      expect(isInaError(error) && error.hint).toContain('normal')
    }
  })

  it('is cut off at a smaller range, and says so', () => {
    const feed = new ScenarioFeed('bench', 1)
    const read = (volts: number, amps: number, ampsMax: number): string[] => {
      const { a, status } = feed.read(0, 0, { volts, amps, ampsMax })
      return [a, status]
    }
    const [whole] = read(16, 3.2, 3.2)
    expect(read(16, 0.4, 0.4)).toEqual(['0.4', '"clip"'])
    expect(read(1, 3.2, 3.2)).toEqual([whole, '"clip"'])
    expect(read(16, 3.2, 0.4)).toEqual([whole, '"ovf"'])
    expect(read(1, 0.4, 0.1)).toEqual(['0.4', '"clip"'])
  })
})

describe('microText', () => {
  it.each([
    [0, '0'],
    [1, '0.000001'],
    [1_230_000, '1.23'],
    [-1_000_001, '-1.000001'],
    [1_700_000_000_123_000, '1700000000.123'],
    [5_000_000, '5'],
    [10, '0.00001'],
  ])('%d is %s', (micros, text) => {
    expect(microText(micros)).toBe(text)
  })

  it('is the shortest form of the number', () => {
    for (let micros = 1; micros < 3e7; micros += 7919) {
      expect(Number(microText(micros))).toBe(micros / 1e6)
      expect(microText(micros)).not.toMatch(/\.\d*0$/)
    }
  })
})
