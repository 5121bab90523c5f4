import { SIGN, type Trace } from '../../src/chart/trace.ts'
import {
  type Channel,
  ELECTRIC_CHANNELS,
  extraChannel,
  type ValueRange,
} from '../../src/domain/channels.ts'
import {
  type DeviceBrief,
  type Snapshot,
  VIEW_VERSION,
  type WindowStat,
} from '../../src/monitor/view.ts'
import { emptyLedger } from '../../src/stream/ledger.ts'
import type { KeysState } from '../../src/tui/panels/keys.ts'

/** What a snapshot can differ in from a healthy one. */
export type SnapshotChanges = Partial<Snapshot>

const NOW_US = Date.UTC(2026, 10, 20, 14, 3, 27) * 1000

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
    of: 'monitor',
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
    delayMs: 3,
    ledger: {
      ...emptyLedger(),
      lines: 76_100,
      samples: 76_100,
      logged: 76_100,
      bytes: 7_000_000,
      seconds: 761,
      log_state: 'recording',
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
    battery: null,
    energyStore: null,
    cycles: null,
    totals: {
      sinceUs: NOW_US - 761e6,
      chargeMah: 13.4,
      energyMwh: 67.9,
      chargeForwardMah: 13.4,
      energyForwardMwh: 67.9,
      chargeBackwardMah: 0,
      energyBackwardMwh: 0,
      coveredS: 761,
      countedS: 0,
      bridgedS: 0,
      elapsedS: 761,
      samples: 76_100,
    },
    startedUs: NOW_US - 761e6,
    oldestUs: NOW_US - 761e6,
    alarms: [],
    limits: [],
    latches: [],
    events: [{ timeUs: NOW_US - 30e6, kind: 'restart', text: 'the device restarted (boot 18)' }],
    unnumbered: false,
    outputs: null,
    unconfirmed: {},
    hasVirtualOutputs: false,
    calibration: '',
    plcs: [],
    sinks: [],
    ...changes,
  }
  return changes.devices ? snapshot : { ...snapshot, devices: [briefOf(snapshot)] }
}

/** A snapshot's own device, as it stands in the strip of all. */
export function briefOf(snapshot: Snapshot, changes: Partial<DeviceBrief> = {}): DeviceBrief {
  const { number, device, source, values, channels, rate, ledger } = snapshot
  return {
    number,
    device,
    source,
    values,
    channels,
    rate,
    lost: ledger.lost,
    alarms: { active: 0, raised: 0 },
    limits: snapshot.limits,
    latches: snapshot.latches,
    ...changes,
  }
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

/** A snapshot in which the values are now, and all of the last 15 minutes. */
export function steady(values: Record<string, number>, changes: SnapshotChanges = {}): Snapshot {
  const stats = Object.fromEntries(
    Object.entries(values).map(([id, value]) => [id, { min: value, avg: value, max: value }]),
  )
  return withStats(values, stats, changes)
}

/** A snapshot with these values now, and these figures in all windows. */
export function withStats(
  values: Record<string, number>,
  stats: Record<string, WindowStat>,
  changes: SnapshotChanges = {},
): Snapshot {
  const { windows } = sampleSnapshot()
  return sampleSnapshot({
    values,
    windows: windows.map((window) => ({ ...window, stats })),
    ...changes,
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
    channels.map((channel, i): [string, WindowStat] => {
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
    broken: new Uint8Array(length),
    signs: new Uint8Array(length),
    channels: Object.fromEntries(
      ids.map((id) => [id, { min: values(), max: values(), last: values() }]),
    ),
  }
  for (const { slot, values: given, gapBefore } of points) {
    trace.count[slot] = (trace.count[slot] ?? 0) + 1
    if (gapBefore) {
      trace.signs[slot] = SIGN.lost
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

/** What the keys line depends on while nothing special goes on. */
export const RUNNING_KEYS: KeysState = {
  isNew: false,
  frozen: false,
  cursor: false,
  selection: false,
  pressing: false,
  mouse: true,
}
