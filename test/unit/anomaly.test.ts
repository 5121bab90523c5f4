import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIGN } from '../../src/chart/trace.ts'
import { AnomalyWatch } from '../../src/monitor/anomaly-watch.ts'
import { type Anomaly, AnomalyDetector } from '../../src/stats/anomaly.ts'
import { RobustWindow } from '../../src/stats/robust-window.ts'
import { countAnomalies } from '../support/anomaly-count.ts'
import {
  disturbedRecordings,
  type LabelledRecording,
  plainRecordings,
  realRecordings,
} from '../support/labelled-recordings.ts'
import { LineSource } from '../support/line-source.ts'
import { ManualClock } from '../support/simulated-wire.ts'
import { startHub } from '../support/stream-rig.ts'

const FINEST = 0.002
const SECOND_US = 1e6

/** Values 0.1 s apart, of which those at some places are others. */
function found(length: number, others: Readonly<Record<number, number>>): readonly Anomaly[] {
  const detector = new AnomalyDetector(FINEST)
  const all: Anomaly[] = []
  for (let n = 0; n < length; n++) {
    const value = others[n] ?? 0.2 + (n % 3) * 0.001
    all.push(...detector.push((n * SECOND_US) / 10, value, true))
  }
  return [...all, ...detector.end()]
}

const run = (from: number, length: number, value: number): Record<number, number> =>
  Object.fromEntries(Array.from({ length }, (_, i) => [from + i, value]))

describe('the window', () => {
  it('has the quartiles and the deviation of its newest 256 values', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 600 })
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (all, part) => {
        const window = new RobustWindow()
        all.forEach((value, i) => {
          window.add(i * SECOND_US, value)
        })
        const held = all.slice(-256).toSorted((a, b) => a - b)
        const ranked = (sorted: readonly number[], at: number): number | undefined =>
          sorted[Math.max(0, Math.ceil(at * sorted.length) - 1)]
        expect(window.quantile(part)).toBe(ranked(held, part))
        const center = window.quantile(0.5)
        const off = held.map((value) => Math.abs(value - center)).toSorted((a, b) => a - b)
        expect(window.deviationFrom(center)).toBe(ranked(off, 0.5))
      }),
    )
  })

  it('spans a minute however fast the values come', () => {
    const window = new RobustWindow()
    for (let n = 0; n < 100_000; n++) window.add(n * 1000, n)
    expect(window.quantile(0)).toBeLessThan(45_000)
    expect(window.quantile(0)).toBeGreaterThan(35_000)
  })
})

describe('a detector', () => {
  it('finds one value that stands out, with what is usual and how far it is off', () => {
    const [first, ...rest] = found(2000, { 1500: 0.9 })
    expect(first).toMatchObject({
      timeUs: 150e6,
      fromUs: 150e6,
      toUs: 150e6,
      value: 0.9,
      usual: 0.201,
    })
    // The MAD is 0.001.
    expect(first?.score).toBeCloseTo(0.699 / (1.4826 * 0.001), 3)
    expect(rest).toEqual([])
  })

  it('finds one below as well, and says where it was farthest off', () => {
    const dip = { 1500: 0.15, 1501: 0.05, 1502: -0.4, 1503: 0.1 }
    expect(found(2000, dip)).toMatchObject([
      { timeUs: 150.2e6, fromUs: 150e6, toUs: 150.3e6, value: -0.4 },
    ])
  })

  it('is quiet where a load is switched on and off again, or stays on', () => {
    expect(found(2000, run(1500, 20, 0.9))).toEqual([])
    expect(found(2000, run(1500, 500, 0.9))).toEqual([])
  })

  it('is quiet about what comes again and again, and not about another height', () => {
    const pulses = Object.assign(
      {},
      ...Array.from({ length: 40 }, (_, i) => run(35 + i * 45, 2, 0.6)),
    )
    expect(found(2000, pulses)).toEqual([])
    expect(found(2000, { ...pulses, 1600: 1.9 })).toMatchObject([{ value: 1.9 }])
  })

  it('has the second of a kind, and the third no more', () => {
    const thrice = { 1500: 0.9, 2500: 0.9, 3500: 0.9 }
    expect(found(4000, thrice).map(({ timeUs }) => timeUs)).toEqual([150e6, 250e6])
  })

  it('holds back what stands out while it is new, and gives it out at the end', () => {
    expect(found(900, { 700: 0.9 })).toMatchObject([{ timeUs: 70e6 }])
    const detector = new AnomalyDetector(FINEST)
    const at: number[] = []
    for (let n = 0; n < 2000; n++) {
      const value = n === 700 ? 0.9 : 0.2
      if (detector.push((n * SECOND_US) / 10, value, true).length > 0) at.push(n)
    }
    expect(at).toEqual([1200])
  })

  it('does not judge what ended in a gap', () => {
    const detector = new AnomalyDetector(FINEST)
    const all: Anomaly[] = []
    for (let n = 0; n < 2000; n++) {
      all.push(...detector.push(n * 1e5, n === 1500 ? 0.9 : 0.2, n !== 1501))
    }
    expect([...all, ...detector.end()]).toEqual([])
  })

  it('takes no notice of steps of the sensor on a still channel', () => {
    expect(found(2000, { 1500: 0.2015, 1600: 0.1995 })).toEqual([])
  })
})

describe('on labelled recordings', () => {
  const sum = (recordings: Iterable<LabelledRecording>): Record<string, number> => {
    let [hits, misses, falseAlarms] = [0, 0, 0]
    for (const recording of recordings) {
      const each = countAnomalies(recording)
      hits += each.hits
      misses += each.misses
      falseAlarms += each.falseAlarms
    }
    return { hits, misses, falseAlarms }
  }

  // What these are: node bench/run.mjs anomalies
  it('has as few false alarms, and as many hits, as the bench says', () => {
    expect(sum(plainRecordings())).toEqual({ hits: 0, misses: 0, falseAlarms: 0 })
    expect(sum(disturbedRecordings())).toEqual({ hits: 113, misses: 13, falseAlarms: 0 })
    expect(sum(realRecordings())).toEqual({ hits: 0, misses: 0, falseAlarms: 0 })
  })
})

describe('a watch', () => {
  it('puts an event on record for each channel, at the time of the value', () => {
    const clock = new ManualClock(1_790_000_000_000)
    const source = new LineSource({ live: false })
    const { hub } = startHub({ clock, sources: [source], devices: ['bench'], keepTime: true })
    const watch = new AnomalyWatch(hub)
    const told: string[] = []
    hub.bus.subscribe(watch)
    hub.bus.subscribe({
      anomaly: (_device, channel, { value }) => told.push(`${channel} ${value}`),
    })
    for (let n = 0; n < 300; n++) {
      const [v, t] = [n === 200 ? 3.9 : 5, n === 250 ? 80 : 21.5]
      source.line(`{"v":${v},"a":0.1,"t":${t},"ts":${1_780_000_000 + n},"seq":${n}}`)
    }
    hub.finish()
    watch.end()
    expect(told).toEqual(['v 3.9', 't 80'])
    const events = hub.devices[0]?.state.events.filter(({ kind }) => kind === 'anomaly')
    expect(events).toEqual([
      { kind: 'anomaly', timeUs: 1_780_000_250e6, text: 't 80, usually 21.5 (z 2177)' },
      { kind: 'anomaly', timeUs: 1_780_000_200e6, text: 'v 3.9 V, usually 5 V (z 176)' },
    ])
    const trace = hub.devices[0]?.state.keepForView().trace.read(1e6, 100, 1_780_000_299e6)
    expect(
      [...(trace?.signs ?? [])].flatMap((said, i) => (said === SIGN.outlier ? [i] : [])),
    ).toEqual([0, 50])
  })
})
