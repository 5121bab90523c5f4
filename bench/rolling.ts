/**
 * Rolling statistics against a rescan: voltage, current and power at 1 kHz, windows of 1, 5 and 15 minutes.
 *
 * - each sample: it is taken (which keeps up all figures, percentiles too), and minimum, mean and maximum of all nine
 *   are read; the rescan keeps the newest 15 minutes as arrays of doubles and computes these 27 figures from them at each sample
 * - once a second: a second of samples is taken, and all eleven figures of all nine are read, as the screen does; the rescan computes
 *   them from its arrays once a second
 *
 * In one process, without a log. Both must agree to 9 digits, percentiles within the error that they state.
 *
 * node bench/run.mjs rolling [rate Hz]
 */
import {
  LiveStatistics,
  type StatisticsById,
  type WindowStats,
} from '../src/stats/live-statistics.ts'
import { isPercentile, type StatisticName } from '../src/stats/statistic-names.ts'
import { BIN_ERROR } from '../src/stats/value-digest.ts'
import { sampleOf } from '../test/support/samples.ts'
import { inTurn, ratioOf, spreadOf } from './support/pairs.ts'
import { benchArguments, report } from './support/results.ts'

const [rateHz = 1000] = benchArguments().map(Number)
const WINDOWS_S = [60, 300, 900]
const LONGEST_S = Math.max(...WINDOWS_S)
const START_US = 1_790_000_000_000_000
const stepUs = 1e6 / rateHz
/** Samples taken in a measurement, and rescans made in one. */
const TAKEN = 20 * rateHz
const RESCANS = 20

/** In steps of the sensor: 4 mV, 0.1 mA, 2 mW. */
function valuesAt(i: number): readonly [voltage: number, current: number, power: number] {
  const noise = (i * 48_271) % 101
  const volts = Math.round((5 + Math.sin(i / 5000) * 0.2 + noise / 5000) / 0.004) * 0.004
  const amps = Math.round((0.4 + Math.sin(i / 900) * 0.3 + noise / 10_000) / 0.0001) * 0.0001
  return [round(volts), round(amps), round(Math.round((volts * amps) / 0.002) * 0.002)]
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

/** The newest 15 minutes, as the rescan has them; what is measured of it does not contain their keeping. */
const columns = [0, 1, 2].map(() => new Float64Array(rateHz * LONGEST_S))
const times = new Float64Array(rateHz * LONGEST_S)
let count = 0
const live = new LiveStatistics(LONGEST_S, Number.NEGATIVE_INFINITY)
let briefly: WindowStats[] = []
let newest: StatisticsById[] = []

/** @returns the next samples, also for the rescan */
function next(length: number) {
  for (const list of [...columns, times]) list.copyWithin(0, length)
  return Array.from({ length }, (_, k) => {
    const [voltage, current, power] = valuesAt(count)
    const timeUs = START_US + count * stepUs
    const at = times.length - length + k
    times[at] = timeUs
    for (const [q, value] of [voltage, current, power].entries()) {
      const column = columns[q] as Float64Array
      column[at] = value
    }
    return sampleOf({ timeUs, seq: count++, voltage, current, power })
  })
}

/** @returns µs a sample, each of which is taken and followed by a look at all windows */
function eachSampleUs(): number {
  const samples = next(TAKEN)
  const beginMs = performance.now()
  for (const sample of samples) {
    live.add(sample)
    briefly = WINDOWS_S.map((seconds) => live.brief(seconds, sample.timeUs))
  }
  return ((performance.now() - beginMs) * 1000) / TAKEN
}

/** @returns µs a second: its samples are taken, then all figures are read once */
function eachSecondUs(): number {
  const samples = next(rateHz)
  const beginMs = performance.now()
  for (const sample of samples) live.add(sample)
  newest = WINDOWS_S.map((seconds) => live.window(seconds, samples.at(-1)?.timeUs ?? 0))
  return (performance.now() - beginMs) * 1000
}

/** The values of each window at the newest sample, by quantity. */
function windows(): { values: Float64Array; at: Float64Array }[][] {
  const nowUs = times.at(-1) as number
  return WINDOWS_S.map((seconds) => {
    const fromUs = (Math.floor(nowUs / 1e6) - seconds + 1) * 1e6
    const first = times.findIndex((timeUs) => timeUs >= fromUs)
    return columns.map((column) => ({ values: column.subarray(first), at: times.subarray(first) }))
  })
}

let brieflyScanned: ReturnType<typeof rescanBriefly>[][] = []
let scanned: ReturnType<typeof rescan>[][] = []

/** @returns µs a rescan of minimum, mean and maximum */
function brieflyRescannedUs(): number {
  const all = windows()
  const beginMs = performance.now()
  for (let i = 0; i < RESCANS; i++) {
    brieflyScanned = all.map((window) => window.map(({ values }) => rescanBriefly(values)))
  }
  return ((performance.now() - beginMs) * 1000) / RESCANS
}

/** @returns µs a rescan of all figures */
function rescannedUs(): number {
  const all = windows()
  const beginMs = performance.now()
  scanned = all.map((window) => window.map(({ values, at }) => rescan(values, at)))
  return (performance.now() - beginMs) * 1000
}

function rescanBriefly(values: Float64Array): { min: number; avg: number; max: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value < min) min = value
    if (value > max) max = value
    sum += value
  }
  return { min, avg: sum / values.length, max }
}

function rescan(values: Float64Array, at: Float64Array): Record<string, number> {
  const n = values.length
  const mean = values.reduce((sum, each) => sum + each, 0) / n
  const middle = at.reduce((sum, each) => sum + each, 0) / n
  let [xx, tt, tx, squares, peak, area] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [x, t] = [values[i] as number, at[i] as number]
    xx += (x - mean) ** 2
    tt += (t - middle) ** 2
    tx += (t - middle) * (x - mean)
    squares += x * x
    peak = Math.max(peak, Math.abs(x))
    if (i > 0) area += ((x + (values[i - 1] as number)) / 2) * (t - (at[i - 1] as number))
  }
  const sorted = Float64Array.from(values).sort()
  const rank = (percent: number): number => sorted[Math.ceil((percent * n) / 100) - 1] as number
  return {
    min: sorted[0] as number,
    mean,
    max: sorted[n - 1] as number,
    stddev: Math.sqrt(xx / (n - 1)),
    p5: rank(5),
    p50: rank(50),
    p95: rank(95),
    p99: rank(99),
    crest: peak / Math.sqrt(squares / n),
    slope: (tx / tt) * 1e6,
    mean_time: area / ((at[n - 1] as number) - (at[0] as number)),
  }
}

for (let second = 0; second < LONGEST_S; second++) for (const each of next(rateHz)) live.add(each)
const each = await inTurn({ ours: eachSampleUs, rescan: brieflyRescannedUs })
briefly.forEach(({ stats }, w) => {
  for (const [q, id] of ['v', 'a', 'w'].entries()) {
    const [own, other] = [stats[id], brieflyScanned[w]?.[q]]
    const isSame =
      own?.min === other?.min &&
      own?.max === other?.max &&
      Math.abs((own?.avg ?? 1) - (other?.avg ?? 0)) < 1e-9
    if (!isSame)
      throw new Error(`${JSON.stringify(own)}, but the rescan has ${JSON.stringify(other)}`)
  }
})
const second = await inTurn({ ours: eachSecondUs, rescan: rescannedUs })

let worst = 0
let worstPercentile = 0
WINDOWS_S.forEach((_, w) => {
  for (const [q, id] of ['v', 'a', 'w'].entries()) {
    const own = newest[w]?.[id]
    const { min, mean, max, ...others } = scanned[w]?.[q] ?? {}
    const off = (got: number | null | undefined, wanted = 0): number =>
      Math.abs((got ?? Number.NaN) - wanted) / Math.max(1e-3, Math.abs(wanted))
    worst = Math.max(worst, off(own?.min, min), off(own?.mean, mean), off(own?.max, max))
    for (const [name, wanted] of Object.entries(others)) {
      const got = own?.figures[name as StatisticName]
      // The pair into the window counts in it; a rescan does not have it.
      if (name === 'mean_time') continue
      if (!isPercentile(name as StatisticName)) worst = Math.max(worst, off(got, wanted))
      else if ((own?.percentileError ?? 0) === 0 && got !== wanted) worst = Number.NaN
      else worstPercentile = Math.max(worstPercentile, off(got, wanted))
    }
  }
})
if (!(worst < 1e-9 && worstPercentile <= BIN_ERROR)) {
  throw new Error(`the rescan says otherwise: off by ${worst}, percentiles by ${worstPercentile}`)
}
const us = (values: readonly number[]): string =>
  `${Number(spreadOf(values).median.toPrecision(3)).toLocaleString('en')} µs`
const nine = `three quantities, three windows, ${rateHz} Hz`
report('rolling', [
  {
    what: `speed of rolling minimum, mean, maximum at each sample (${nine})`,
    peer: 'rescan of the windows at each sample',
    unit: 'x',
    better: 'more',
    least: 500,
    aim: 2000,
    ...ratioOf(each.rescan, each.ours),
    ours: `${us(each.ours)} a sample, taken and read`,
    theirs: us(each.rescan),
  },
  {
    what: `speed of all eleven figures, percentiles too, once a second (${nine})`,
    peer: 'rescan of the windows once a second',
    unit: 'x',
    better: 'more',
    isDetail: true,
    ...ratioOf(second.rescan, second.ours),
    ours: `${us(second.ours)} a second, its ${rateHz} samples taken and all read`,
    theirs: us(second.rescan),
  },
])
