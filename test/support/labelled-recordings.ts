import { existsSync, readFileSync } from 'node:fs'
import { Noise } from '../../mock/random.ts'
import { findScenario } from '../../mock/scenarios/index.ts'

/** One sample of a recording. */
interface Row {
  readonly timeUs: number
  /** V and A, in steps of the sensor */
  readonly v: number
  readonly a: number
}

/** What was put into a recording at a known place. */
export interface Label {
  readonly channel: 'v' | 'a'
  readonly fromUs: number
  readonly toUs: number
}

/** A recording of which it is known where it has anomalies. */
export interface LabelledRecording {
  readonly name: string
  readonly rows: readonly Row[]
  readonly labels: readonly Label[]
}

/** Loads that switch regularly, wander, ripple or are noisy, and nothing else. */
const LOADS = [
  ...['normal', 'noise', 'sine', 'ramp', 'spike', 'burst', 'drop', 'battery', 'radio', 'motor'],
  ...['usb-sag', 'bench', 'solar'],
] as const
/** Loads with room above and below for a glitch to be one. */
const QUIET_LOADS = ['normal', 'noise', 'sine', 'bench', 'solar', 'battery', 'burst'] as const
const RATES_HZ = [1, 10, 100]
const LENGTH_S = 1800
const SEED = 7
const RECORDING = '../shared/data/abedtegar-ina226/20251127_020201.csv'

/** Regular loads, in which nothing is an anomaly. */
export function* plainRecordings(seed = SEED): Generator<LabelledRecording> {
  for (const load of LOADS) {
    for (const hz of RATES_HZ)
      yield { name: `${load} ${hz} Hz`, rows: rowsOf(load, hz, seed), labels: [] }
  }
}

/** Loads with a few short disturbances at random places, each of another kind and height. */
export function* disturbedRecordings(seed = SEED): Generator<LabelledRecording> {
  for (const load of QUIET_LOADS) {
    for (const hz of RATES_HZ) {
      yield disturbed(`${load} ${hz} Hz, disturbed`, rowsOf(load, hz, seed), hz, seed)
    }
  }
}

/** A real one: an INA226, currents of 0 and 1.5 A, as it is and disturbed; none where it is absent. */
export function* realRecordings(): Generator<LabelledRecording> {
  if (!existsSync(RECORDING)) return
  const lines = readFileSync(RECORDING, 'utf8').trim().split('\n').slice(1)
  const rows = lines.map((line) => {
    const [, time = '', v, , milliamps] = line.split(',')
    return {
      timeUs: Date.parse(`${time.slice(0, 23)}Z`) * 1000,
      v: Number(v),
      a: Number(milliamps) / 1000,
    }
  })
  rows.sort((one, other) => one.timeUs - other.timeUs)
  yield { name: 'INA226 on an ESP32', rows, labels: [] }
}

function rowsOf(load: string, hz: number, seed: number): Row[] {
  const scenario = findScenario(load)
  const noise = new Noise(seed)
  return Array.from({ length: LENGTH_S * hz }, (_, n) => {
    const out = { volts: 0, amps: 0, status: 'ok', mode: 'NORMAL' as const, extras: null }
    scenario.at(n / hz, n, noise, out)
    return { timeUs: Math.round((n * 1e6) / hz), v: step(out.volts, 250), a: step(out.amps, 1e4) }
  })
}

function step(value: number, perUnit: number): number {
  return Math.round(value * perUnit) / perUnit
}

/** What is added to a channel: as long as `s`, at least one sample; `shape` from 0 to 1 over it. */
interface Disturbance {
  readonly channel: 'v' | 'a'
  readonly s: number
  readonly height: number
  readonly shape: (part: number) => number
}

const whole = (): number => 1
const bell = (part: number): number => Math.sin(Math.PI * part) ** 2

const DISTURBANCES: readonly Disturbance[] = [
  { channel: 'a', s: 0, height: 2.4, shape: whole },
  { channel: 'v', s: 0, height: -3, shape: whole },
  { channel: 'a', s: 0.35, height: 1.5, shape: bell },
  { channel: 'v', s: 0.5, height: -1.6, shape: bell },
  { channel: 'a', s: 0.02, height: -2.2, shape: whole },
  { channel: 'v', s: 0, height: 4.5, shape: whole },
]

/** One disturbance each four minutes, from the fourth on. */
function disturbed(
  name: string,
  clean: readonly Row[],
  hz: number,
  seed: number,
): LabelledRecording {
  // Another stream than that of the load.
  const noise = new Noise(seed, 1)
  const rows = [...clean]
  const labels = DISTURBANCES.map(({ channel, s, height, shape }, i) => {
    const at = Math.floor((240 * (i + 1) + 60 * noise.uniform(i, 0)) * hz)
    // An odd number of samples, so that one of them is the peak of a bell.
    const samples = 2 * Math.floor((s * hz) / 2) + 1
    for (let k = 0; k < samples; k++) {
      const row = rows[at + k] as Row
      const off = height * shape((k + 1) / (samples + 1))
      rows[at + k] = { ...row, [channel]: step(row[channel] + off, channel === 'v' ? 250 : 1e4) }
    }
    const timeOf = (k: number): number => (rows[at + k] as Row).timeUs
    return { channel, fromUs: timeOf(0), toUs: timeOf(samples - 1) }
  })
  return { name, rows, labels }
}
