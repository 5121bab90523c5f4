import { QUANTITIES, type Quantity } from '../../src/domain/channels.ts'
import type { MonitorControls, Snapshot, Trace } from '../../src/monitor/snapshot.ts'

/** What a snapshot can differ in from a healthy one. */
export type SnapshotChanges = Partial<Snapshot>

const NOW_US = Date.UTC(2026, 10, 20, 14, 3, 27) * 1000

/** A healthy monitor's snapshot at 14:03:27 UTC. */
export function sampleSnapshot(changes: SnapshotChanges = {}): Snapshot {
  const stats = {
    voltage: { min: 5.001, avg: 5.05, max: 5.101 },
    current: { min: 0.412, avg: 0.804, max: 1.204 },
    power: { min: 2.081, avg: 4.06, max: 6.091 },
  }
  return {
    nowUs: NOW_US,
    sampleUs: NOW_US - 20_000,
    device: 'bench-7',
    source: { label: '/dev/ttyUSB0', state: 'live', reason: '' },
    values: { voltage: 5.053, current: 1.104, power: 5.577 },
    valuesUs: NOW_US - 20_000,
    status: 'ok',
    mode: 'NORMAL',
    fullScale: { voltage: 26, current: 3.2, power: 83.2 },
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
    events: [{ timeUs: NOW_US - 30e6, kind: 'restart', text: 'the device restarted (boot 18)' }],
    unnumbered: false,
    ...changes,
  }
}

/** One slot of a made-up trace. */
export interface Point {
  readonly slot: number
  readonly values: Readonly<Record<Quantity, number>>
  readonly gapBefore?: boolean
}

/** A trace with the given points in otherwise empty slots. */
export function traceOf(length: number, points: readonly Point[], slotUs = 1_000_000): Trace {
  const columns = (): Record<Quantity, Float64Array> => ({
    voltage: new Float64Array(length),
    current: new Float64Array(length),
    power: new Float64Array(length),
  })
  const trace = {
    slotUs,
    startUs: Math.floor(NOW_US / slotUs) * slotUs - (length - 1) * slotUs,
    length,
    count: new Uint32Array(length),
    gapBefore: new Uint8Array(length),
    min: columns(),
    max: columns(),
    last: columns(),
  }
  for (const { slot, values, gapBefore } of points) {
    const isNew = trace.count[slot] === 0
    trace.count[slot] = (trace.count[slot] ?? 0) + 1
    if (gapBefore) trace.gapBefore[slot] = 1
    for (const quantity of QUANTITIES) {
      const value = values[quantity]
      const [min, max] = [trace.min[quantity], trace.max[quantity]]
      min[slot] = isNew ? value : Math.min(min[slot] ?? value, value)
      max[slot] = isNew ? value : Math.max(max[slot] ?? value, value)
      trace.last[quantity][slot] = value
    }
  }
  return trace
}

/** A load that swings, with a gap in every 20 s. @param seconds device time */
function loadAt(seconds: number): Readonly<Record<Quantity, number>> | null {
  if (seconds % 20 > 17) return null
  const current = 0.8 + 0.4 * Math.sin(seconds / 3) + (seconds % 7 < 0.2 ? 0.3 : 0)
  const voltage = 5.05 - 0.05 * current + 0.01 * Math.sin(seconds * 5)
  return { voltage, current, power: voltage * current }
}

/** Controls over an endless made-up load, as fast as the host's clock runs. */
export class SyntheticControls implements MonitorControls {
  resets = 0
  quits = 0
  readonly #rate: number
  readonly #startedUs: number
  readonly #onQuit: () => void

  /** @param rate samples a second */
  constructor(rate: number, onQuit: () => void) {
    this.#rate = rate
    this.#onQuit = onQuit
    this.#startedUs = Date.now() * 1000
  }

  snapshot(): Snapshot {
    const nowUs = Date.now() * 1000
    const sampleUs = this.#newestUs()
    const values = loadAt(sampleUs / 1e6)
    return sampleSnapshot({
      nowUs,
      sampleUs,
      values,
      valuesUs: sampleUs,
      status: values === null ? 'nosensor' : 'ok',
      startedUs: this.#startedUs,
      totals: {
        sinceUs: this.#startedUs,
        chargeMah: this.resets > 0 ? 0 : 13.4,
        energyMwh: 67.9,
        samples: 76_100,
      },
      rate: this.#rate,
      events: [{ timeUs: nowUs - 3e6, kind: 'lost', text: '12 samples, 60 ms' }],
    })
  }

  trace(spanMs: number, slots: number, endUs = this.#newestUs()): Trace {
    const slotUs = Math.max(20_000, Math.ceil((spanMs * 1000) / slots / 20_000) * 20_000)
    const length = Math.max(1, Math.ceil((spanMs * 1000) / slotUs))
    const last = Math.floor(endUs / slotUs)
    const stepUs = 1e6 / this.#rate
    const points: Point[] = []
    let before = true
    const first = (last - length + 1) * slotUs
    for (let us = Math.ceil(first / stepUs) * stepUs; us <= endUs; us += stepUs) {
      const values = loadAt(us / 1e6)
      if (values) {
        const slot = Math.floor(us / slotUs) - last + length - 1
        points.push({ slot, values, gapBefore: !before })
      }
      before = values !== null
    }
    return { ...traceOf(length, points, slotUs), startUs: first }
  }

  resetTotals(): void {
    this.resets++
  }

  quit(): void {
    this.quits++
    this.#onQuit()
  }

  #newestUs(): number {
    const stepUs = 1e6 / this.#rate
    return Math.floor((Date.now() * 1000) / stepUs) * stepUs
  }
}
