import type { Trace } from '../../src/chart/trace.ts'
import {
  type Channel,
  ELECTRIC_CHANNELS,
  extraChannel,
  type ValueRange,
} from '../../src/domain/channels.ts'
import {
  type ChannelStats,
  type DeviceBrief,
  type Snapshot,
  type TraceWish,
  VIEW_VERSION,
  type View,
  type ViewControl,
} from '../../src/monitor/view.ts'

/** What a snapshot can differ in from a healthy one. */
export type SnapshotChanges = Partial<Snapshot>

export const NOW_US = Date.UTC(2026, 10, 20, 14, 3, 27) * 1000

/** v, a, w as a record by channel id. */
export function electric(v: number, a: number, w = v * a): Record<string, number> {
  return { v, a, w }
}

/** A healthy monitor's snapshot at 14:03:27 UTC, of one device. */
export function sampleSnapshot(changes: SnapshotChanges = {}): Snapshot {
  const stats = {
    v: { min: 5.001, avg: 5.05, max: 5.101 },
    a: { min: 0.412, avg: 0.804, max: 1.204 },
    w: { min: 2.081, avg: 4.06, max: 6.091 },
  }
  const snapshot: Snapshot = {
    version: VIEW_VERSION,
    nowUs: NOW_US,
    devices: [],
    number: 0,
    sampleUs: NOW_US - 20_000,
    device: 'bench-7',
    source: { label: '/dev/ttyUSB0', state: 'live', reason: '' },
    channels: ELECTRIC_CHANNELS,
    values: { v: 5.053, a: 1.104, w: 5.577 },
    valuesUs: NOW_US - 20_000,
    status: 'ok',
    mode: 'NORMAL',
    fullScale: { v: 26, a: 3.2, w: 83.2 },
    rate: 100.2,
    lagMs: 12,
    ledger: {
      lines: 76_100,
      samples: 76_100,
      out_of_range: 0,
      duplicates: 0,
      malformed: 0,
      crc_errors: 0,
      overlong: 0,
      control: 0,
      logged: 76_100,
      gaps: 0,
      lost: 0,
      recovered: 0,
      reboots: 0,
      nacks_sent: 0,
      commands_acked: 0,
      bytes: 7_000_000,
      seconds: 761,
      log_state: 'recording',
      log_outages: 0,
    },
    log: {
      kind: 'recording',
      reason: '',
      queued: 0,
      logged: 76_100,
      bytes: 4_000_000,
      file: '/home/user/ina219/bench-7.db',
      bytesAtRetention: 1e9,
    },
    windows: [60, 300, 900].map((seconds) => ({ seconds, samples: seconds * 100, stats })),
    totals: { sinceUs: NOW_US - 761e6, chargeMah: 13.4, energyMwh: 67.9, samples: 76_100 },
    startedUs: NOW_US - 761e6,
    oldestUs: NOW_US - 761e6,
    events: [{ timeUs: NOW_US - 30e6, kind: 'restart', text: 'the device restarted (boot 18)' }],
    unnumbered: false,
    ...changes,
  }
  return changes.devices ? snapshot : { ...snapshot, devices: [briefOf(snapshot)] }
}

/** A snapshot's own device, as it stands in the strip of all. */
export function briefOf(snapshot: Snapshot, changes: Partial<DeviceBrief> = {}): DeviceBrief {
  const { number, device, source, values, channels, rate, ledger } = snapshot
  return { number, device, source, values, channels, rate, lost: ledger.lost, ...changes }
}

const EXTRAS: readonly (readonly [id: string, unit: string, range: ValueRange | null])[] = [
  ['soc', '%', { min: 0, max: 100 }],
  ['temp', '°C', null],
  ['lux', 'lx', { min: 0, max: 100_000 }],
  ['humidity', '%', { min: 0, max: 100 }],
  ['press', 'hPa', null],
  ['rpm', '1/min', null],
  ['solar_v', 'V', null],
  ['solar_a', 'A', null],
  ['grid', '', null],
  ['wind', 'm/s', { min: 0, max: 40 }],
]

/** So many extra channels, with and without unit and range. */
export function extraChannels(count: number): Channel[] {
  return Array.from({ length: count }, (_, i) => {
    const [id, unit, range] = EXTRAS[i] ?? [`extra_${i}`, '', null]
    return extraChannel(id, i, unit, range)
  })
}

/** A snapshot whose device has these channels beside, or in place of, v, a and w. */
export function snapshotWith(
  channels: readonly Channel[],
  changes: SnapshotChanges = {},
): Snapshot {
  const base = sampleSnapshot()
  const valueAt = ({ id, quantity }: Channel, i: number): number =>
    quantity === null ? 20.5 + i : (base.values?.[id] ?? 0)
  const stats = Object.fromEntries(
    channels.map((channel, i): [string, ChannelStats | null] => {
      const value = valueAt(channel, i)
      const figures = { min: value - 1, avg: value, max: value + 1 }
      return [channel.id, base.windows[0]?.stats[channel.id] ?? figures]
    }),
  )
  return sampleSnapshot({
    channels,
    values: Object.fromEntries(channels.map((channel, i) => [channel.id, valueAt(channel, i)])),
    windows: base.windows.map((window) => ({ ...window, stats })),
    ...changes,
  })
}

/** One slot of a made-up trace. */
export interface Point {
  readonly slot: number
  /** By channel id; others than those of the trace are left out. */
  readonly values: Readonly<Record<string, number>>
  readonly gapBefore?: boolean
}

/** A trace with the given points in otherwise empty slots, the newest slot at 14:03:27. */
export function traceOf(
  length: number,
  points: readonly Point[],
  slotUs = 1_000_000,
  ids: readonly string[] = ['v', 'a', 'w'],
): Trace {
  const values = (): Float64Array => new Float64Array(length).fill(Number.NaN)
  const trace = {
    slotUs,
    startUs: Math.floor(NOW_US / slotUs) * slotUs - (length - 1) * slotUs,
    length,
    count: new Uint32Array(length),
    missing: new Uint8Array(length),
    broken: new Uint8Array(length),
    channels: Object.fromEntries(
      ids.map((id) => [id, { min: values(), max: values(), last: values() }]),
    ),
  }
  for (const { slot, values: given, gapBefore } of points) {
    trace.count[slot] = (trace.count[slot] ?? 0) + 1
    if (gapBefore) {
      trace.missing[slot] = 1
      trace.broken[slot] = 1
    }
    for (const [id, { min, max, last }] of Object.entries(trace.channels)) {
      const value = given[id]
      if (value === undefined) continue
      const isNew = Number.isNaN(min[slot])
      min[slot] = isNew ? value : Math.min(min[slot] ?? value, value)
      max[slot] = isNew ? value : Math.max(max[slot] ?? value, value)
      last[slot] = value
    }
  }
  return trace
}

/** A load that swings, with a gap in every 20 s. @param seconds device time */
function loadAt(seconds: number): Record<string, number> | null {
  if (seconds % 20 > 17) return null
  const current = 0.8 + 0.4 * Math.sin(seconds / 3) + (seconds % 7 < 0.2 ? 0.3 : 0)
  const voltage = 5.05 - 0.05 * current + 0.01 * Math.sin(seconds * 5)
  return electric(voltage, current)
}

export interface SyntheticViewOptions {
  /** Samples a second. */
  readonly rate: number
  readonly devices?: number
  /** Extra channels of each device. */
  readonly extras?: number
  /** False: no device has voltage and current. */
  readonly electric?: boolean
  /** So long a question for a trace takes, in ms. */
  readonly traceMs?: number
  /** How old the oldest sample is at the start, in s. */
  readonly ageS?: number
}

/** A view of endless made-up loads, as fast as the host's clock runs. */
export class SyntheticView implements View {
  resets = 0
  readonly #options: SyntheticViewOptions
  readonly #channels: readonly Channel[]
  readonly #startedUs = Date.now() * 1000

  constructor(options: SyntheticViewOptions) {
    this.#options = options
    const extras = extraChannels(options.extras ?? 0)
    this.#channels = options.electric === false ? extras : [...ELECTRIC_CHANNELS, ...extras]
  }

  async snapshot(device: number): Promise<Snapshot> {
    const { rate, ageS = 0 } = this.#options
    const nowUs = Date.now() * 1000
    const sampleUs = this.#newestUs()
    const values = this.#valuesAt(sampleUs / 1e6, device)
    const snapshot = snapshotWith(this.#channels, {
      nowUs,
      number: device,
      device: nameOf(device),
      sampleUs,
      values,
      valuesUs: sampleUs,
      status: values === null ? 'nosensor' : 'ok',
      startedUs: this.#startedUs,
      oldestUs: this.#startedUs - ageS * 1e6,
      totals: {
        sinceUs: this.#startedUs,
        chargeMah: this.resets > 0 ? 0 : 13.4,
        energyMwh: 67.9,
        samples: 76_100,
      },
      rate,
      events: [{ timeUs: nowUs - 3e6, kind: 'lost', text: '12 samples, 60 ms' }],
    })
    const devices = Array.from({ length: this.#options.devices ?? 1 }, (_, number) =>
      briefOf(snapshot, {
        number,
        device: nameOf(number),
        values: this.#valuesAt(sampleUs / 1e6, number),
        lost: number % 3 === 2 ? 12 : 0,
        ...(number % 4 === 3 ? { source: { label: 'stdin', state: 'silent', reason: '' } } : {}),
      }),
    )
    return { ...snapshot, devices }
  }

  async trace({ device, spanMs, slots, endUs }: TraceWish): Promise<Trace> {
    const { rate, ageS = 0, traceMs } = this.#options
    if (traceMs !== undefined && traceMs > 0)
      await new Promise((resolve) => setTimeout(resolve, traceMs))
    const end = endUs ?? this.#newestUs()
    const slotUs = Math.max(20_000, Math.ceil((spanMs * 1000) / slots / 20_000) * 20_000)
    const length = Math.max(1, Math.ceil((spanMs * 1000) / slotUs))
    const last = Math.floor(end / slotUs)
    // Of a long span only so many samples that reading it stays quick.
    const stepUs = Math.max(1e6 / rate, slotUs / 4)
    const points: Point[] = []
    let before = true
    const first = (last - length + 1) * slotUs
    const oldest = Math.max(first, ageS === 0 ? first : this.#startedUs - ageS * 1e6)
    for (let us = Math.ceil(oldest / stepUs) * stepUs; us <= end; us += stepUs) {
      const values = this.#valuesAt(us / 1e6, device)
      if (values) {
        const slot = Math.floor(us / slotUs) - last + length - 1
        points.push({ slot, values, gapBefore: !before })
      }
      before = values !== null
    }
    const ids = this.#channels.map(({ id }) => id)
    return { ...traceOf(length, points, slotUs, ids), startUs: first }
  }

  async control(control: ViewControl): Promise<void> {
    if (control.kind === 'totals_reset') this.resets++
  }

  #valuesAt(seconds: number, device: number): Record<string, number> | null {
    const load = loadAt(seconds + device * 5)
    if (load === null) return null
    const extras = this.#channels
      .filter(({ quantity }) => quantity === null)
      .map(({ id }, i) => [id, 50 + i + 10 * Math.sin(seconds / (5 + i) + device)] as const)
    const own = this.#options.electric === false ? {} : load
    return { ...own, ...Object.fromEntries(extras) }
  }

  #newestUs(): number {
    const stepUs = 1e6 / this.#options.rate
    return Math.floor((Date.now() * 1000) / stepUs) * stepUs
  }
}

function nameOf(device: number): string {
  return device === 0 ? 'bench-7' : `rack-${device}`
}
