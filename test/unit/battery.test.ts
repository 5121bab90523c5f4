import { describe, expect, it } from 'vitest'
import { parseCapacity } from '../../src/cli/battery-setting.ts'
import { DeviceState } from '../../src/monitor/device-state.ts'
import { type BatterySetting, type BatteryState, batteryMembers } from '../../src/stats/battery.ts'
import { batteryLines } from '../../src/tui/panels/battery.ts'
import { FigureMemory } from '../../src/tui/view/figure-memory.ts'
import { lookOf } from '../../src/tui/view/look.ts'
import { lineText } from '../../src/tui/view/styled.ts'
import { sampleOf } from '../support/samples.ts'
import { sampleSnapshot } from '../support/snapshots.ts'

const LOOK = lookOf({ ascii: true, colour: true })
const START_US = Date.UTC(2026, 10, 20, 20, 13) * 1000
const CHARGE: BatterySetting = { unit: 'mAh', capacity: 2000, startPercent: 80 }

interface Reading {
  readonly atMs: number
  readonly milliamps: number
  /** Absent: one more than that of the reading before. */
  readonly seq: number
}

function stateOf(setting: BatterySetting, readings: readonly Reading[]): DeviceState {
  const state = new DeviceState(START_US, { battery: setting })
  for (const { atMs, milliamps, seq } of readings) {
    const [timeUs, current] = [START_US + atMs * 1000, milliamps / 1000]
    const sample = sampleOf({ timeUs, seq, voltage: 5, current, power: 5 * current })
    state.sample(sample, timeUs, null)
  }
  return state
}

function batteryAfter(readings: readonly Reading[], setting = CHARGE): BatteryState {
  const { battery } = stateOf(setting, readings)
  if (battery === null) throw new Error('there is a battery')
  return battery
}

/** A reading a second. */
const steady = (seconds: number, milliamps: (s: number) => number): Reading[] =>
  Array.from({ length: seconds + 1 }, (_, s) => ({
    atMs: s * 1000,
    milliamps: milliamps(s),
    seq: s,
  }))

/** Charge of the pairs whose later reading lies in the last whole seconds and the one under way, mAh and s. */
function flowOf(readings: readonly Reading[], seconds: number): { mAh: number; s: number } {
  const last = Math.floor((readings.at(-1)?.atMs ?? 0) / 1000)
  let [mAms, ms] = [0, 0]
  readings.forEach(({ atMs, milliamps, seq }, i) => {
    const before = readings[i - 1]
    if (before === undefined || seq !== before.seq + 1) return
    if (Math.floor(atMs / 1000) <= last - seconds) return
    mAms += ((milliamps + before.milliamps) / 2) * (atMs - before.atMs)
    ms += atMs - before.atMs
  })
  return { mAh: mAms / 3.6e6, s: ms / 1000 }
}

describe('a battery', () => {
  it('loses what was drawn, and lasts at the mean draw of each basis', () => {
    // 20 minutes at 100 mA, the last one at 400 mA.
    const readings = steady(1200, (s) => (s > 1140 ? 400 : 100))
    const battery = batteryAfter(readings)
    const all = flowOf(readings, 1e6)
    expect(battery.percent).toBeCloseTo(80 - (all.mAh / 2000) * 100, 9)
    expect(battery.remaining).toBeCloseTo(1600 - all.mAh, 9)
    for (const [i, seconds] of [60, 900, 1e6].entries()) {
      const flow = flowOf(readings, seconds)
      const draw = (flow.mAh / flow.s) * 3600
      expect(battery.left[i]?.draw).toBeCloseTo(draw, 9)
      expect(battery.left[i]?.seconds).toBeCloseTo(((1600 - all.mAh) / draw) * 3600, 6)
    }
    expect(battery.left.map(({ basis }) => basis)).toEqual(['1m', '15m', 'reset'])
  })

  it('is followed by its energy where the capacity is one', () => {
    const battery = batteryAfter(
      steady(3600, () => 200),
      { unit: 'mWh', capacity: 7400, startPercent: 100 },
    )
    expect(battery.remaining).toBeCloseTo(6400, 9)
    expect(battery.percent).toBeCloseTo((6400 / 7400) * 100, 9)
    expect(battery.left[0]).toMatchObject({ basis: '1m', draw: expect.closeTo(1000, 9) })
    expect(batteryMembers(battery)).toMatchObject({
      capacity_mwh: 7400,
      remaining_mwh: expect.closeTo(6400, 9),
      left: [{ basis: '1m', draw_mw: expect.closeTo(1000, 9) }, {}, {}],
    })
  })

  it('is charged where more flows back, and has no time left then', () => {
    const battery = batteryAfter(steady(1000, () => -360))
    expect(battery.percent).toBeCloseTo(85, 9)
    expect(battery.left).toEqual([
      { basis: '1m', draw: expect.closeTo(-360, 9), seconds: null },
      { basis: '15m', draw: expect.closeTo(-360, 9), seconds: null },
      { basis: 'reset', draw: expect.closeTo(-360, 9), seconds: null },
    ])
  })

  it('says nothing of a span of which less than half is known', () => {
    const known = (readings: readonly Reading[]): boolean[] =>
      batteryAfter(readings).left.map(({ draw }) => draw !== null)
    expect(known(steady(8, () => 100))).toEqual([false, false, true])
    expect(known(steady(4, () => 100))).toEqual([false, false, false])
    expect(known(steady(31, () => 100))).toEqual([true, false, true])
    expect(known(steady(460, () => 100))).toEqual([true, true, true])
    // Ten minutes are missing; since then 20 s.
    const gappy = steady(320, () => 100).map((each) => {
      return each.seq <= 300 ? each : { ...each, atMs: each.atMs + 600_000, seq: each.seq + 600 }
    })
    expect(known(gappy)).toEqual([false, false, false])
    // A reading every ten minutes says nothing of the last one.
    const slow = Array.from({ length: 9 }, (_, i) => ({ atMs: i * 600_000, milliamps: 50, seq: i }))
    expect(known(slow)).toEqual([false, true, true])
  })

  it('takes what comes late into its second, and begins anew with the totals', () => {
    const readings = steady(100, (s) => s)
    const state = stateOf(
      CHARGE,
      readings.filter(({ seq }) => seq !== 90),
    )
    const late = readings[90] as Reading
    const timeUs = START_US + late.atMs * 1000
    state.sample(
      sampleOf({ timeUs, seq: 90, voltage: 5, current: 0.09, power: 0.45, origin: 'late' }),
      timeUs,
      null,
    )
    const flow = flowOf(readings, 60)
    expect(state.battery?.left[0]?.draw).toBeCloseTo((flow.mAh / flow.s) * 3600, 9)
    state.resetTotals()
    // What was drawn in the last minute was drawn all the same.
    expect(state.battery?.percent).toBe(80)
    expect(state.battery?.left[0]?.draw).toBeCloseTo((flow.mAh / flow.s) * 3600, 9)
    expect(state.battery?.left[2]?.draw).toBeNull()
  })

  it('is none where nobody says its capacity', () => {
    expect(new DeviceState(START_US).battery).toBeNull()
    expect(new DeviceState(START_US, { battery: CHARGE }).battery).toBeNull()
  })
})

describe('its line on the screen', () => {
  const text = (battery: BatteryState, width: number): string =>
    batteryLines(sampleSnapshot({ battery }), width, LOOK, new FigureMemory())
      .map(lineText)
      .join('')
      .trimEnd()

  it('names the basis of each time left, and leaves out what does not fit', () => {
    const battery = batteryAfter(steady(1200, (s) => (s > 1140 ? 400 : 100)))
    expect(text(battery, 120)).toBe(
      ' battery 78.1 %  left 3:55 h (1m draw)  13:01 h (15m)  13:35 h (reset)  1.5617 Ah of 2.0000 Ah',
    )
    expect(text(battery, 80)).toBe(
      ' battery 78.1 %  left 3:55 h (1m draw)  13:01 h (15m)  13:35 h (reset)',
    )
    expect(text(battery, 40)).toBe(' battery 78.1 %  left 3:55 h (1m draw)')
  })

  it('says charging, and nothing of a draw that is not known', () => {
    expect(text(batteryAfter(steady(100, () => -360)), 100)).toMatch(
      /left charging \(1m draw\) {2}charging \(reset\)/,
    )
  })
})

describe('a capacity', () => {
  it('is a charge or an energy', () => {
    expect(parseCapacity('2000mAh')).toEqual({ unit: 'mAh', capacity: 2000 })
    expect(parseCapacity('2.2Ah')).toEqual({ unit: 'mAh', capacity: 2200 })
    expect(parseCapacity('7.4 Wh')).toEqual({ unit: 'mWh', capacity: 7400 })
    expect(parseCapacity('500 mWh')).toEqual({ unit: 'mWh', capacity: 500 })
  })

  it('is refused without a unit, with another one, and where it is none', () => {
    for (const text of ['2000', '2000mA', '0mAh', '-1Ah', 'Ah', '1e12Ah', '']) {
      expect(() => parseCapacity(text)).toThrow('is no capacity of a battery')
    }
  })
})
