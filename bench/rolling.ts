/**
 * Rolling statistics against a rescan: voltage, current and power at a rate, for some time of the
 * device. Each sample is taken, and every so often (as a screen does) all figures of the windows of
 * 1, 5 and 15 minutes are read. The rescan keeps the samples of 15 minutes and computes the same
 * figures from them at each reading. Both must agree to 9 digits, percentiles within the error that they state.
 *
 * node bench/run.mjs rolling [rate Hz] [minutes] [readings a second]
 */
import { LiveStatistics, type StatisticsById } from '../src/stats/live-statistics.ts'
import { isPercentile, type StatisticName } from '../src/stats/statistic-names.ts'
import { BIN_ERROR } from '../src/stats/value-digest.ts'
import { sampleOf } from '../test/support/samples.ts'

const rateHz = Number(process.argv[2] ?? 1000)
const minutes = Number(process.argv[3] ?? 20)
const readings = Number(process.argv[4] ?? 1)
const WINDOWS_S = [60, 300, 900]
const START_US = 1_790_000_000_000_000
const count = rateHz * 60 * minutes
const stepUs = 1e6 / rateHz

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

const usBefore = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed
const live = new LiveStatistics(Math.max(...WINDOWS_S), Number.NEGATIVE_INFINITY)
let takenMs = 0
let readMs = 0
let reads = 0
let newest: StatisticsById[] = []
for (let from = 0; from < count; from += rateHz / readings) {
  const to = Math.min(count, from + rateHz / readings)
  const samples = Array.from({ length: to - from }, (_, k) => {
    const [voltage, current, power] = valuesAt(from + k)
    return sampleOf({
      timeUs: START_US + (from + k) * stepUs,
      seq: from + k,
      voltage,
      current,
      power,
    })
  })
  let begin = performance.now()
  for (const each of samples) live.add(each)
  takenMs += performance.now() - begin
  begin = performance.now()
  newest = WINDOWS_S.map((seconds) => live.window(seconds, START_US + (to - 1) * stepUs))
  readMs += performance.now() - begin
  reads++
}
const bytes = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - usBefore

// The rescan of one reading, at the end: all three windows of all three quantities.
const kept = Math.min(count, rateHz * Math.max(...WINDOWS_S))
const columns = [0, 1, 2].map((at) =>
  Float64Array.from({ length: kept }, (_, i) => valuesAt(count - kept + i)[at] as number),
)
const times = Float64Array.from({ length: kept }, (_, i) => (count - kept + i) * stepUs)
const nowUs = times.at(-1) as number
const begin = performance.now()
const scanned = WINDOWS_S.map((seconds) => {
  const fromUs = (Math.floor(nowUs / 1e6) - seconds + 1) * 1e6
  const first = times.findIndex((timeUs) => timeUs >= fromUs)
  return columns.map((column) => rescan(column.subarray(first), times.subarray(first)))
})
const rescanMs = performance.now() - begin

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
const isRight = worst < 1e-9 && worstPercentile <= BIN_ERROR
const rollingMsPerS = (takenMs + readMs) / (count / rateHz)
const rescanMsPerS = rescanMs * readings
console.log(
  JSON.stringify({
    rateHz,
    minutes,
    readings,
    nsPerSample: Math.round((takenMs / count) * 1e6),
    msPerReading: Number((readMs / reads).toFixed(2)),
    msPerRescan: Number(rescanMs.toFixed(1)),
    cpuRolling: `${(rollingMsPerS / 10).toFixed(2)} %`,
    cpuRescan: `${(rescanMsPerS / 10).toFixed(1)} %`,
    ratio: Number((rescanMsPerS / rollingMsPerS).toFixed(1)),
    megabytes: Number((bytes / 1e6).toFixed(1)),
    worst,
    worstPercentile,
    isRight,
  }),
)
if (!isRight) process.exitCode = 1
