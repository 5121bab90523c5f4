import type { Trace } from '../../src/chart/trace.ts'
import { type Channel, ELECTRIC_CHANNELS } from '../../src/domain/channels.ts'
import {
  type FindRequest,
  type Moment,
  type Snapshot,
  type SpanStatistics,
  type StatisticsRequest,
  type TraceRequest,
  VIEW_VERSION,
  type View,
  type ViewControl,
} from '../../src/monitor/view.ts'
import { ChannelAccumulator } from '../../src/stats/statistics.ts'
import { briefOf, electric, extraChannels, type Point, snapshotWith, traceOf } from './snapshots.ts'

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
  /** Resolves when the answer to this question for a trace may be given. */
  readonly mayTrace?: (request: TraceRequest) => Promise<void>
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
        chargeForwardMah: this.resets > 0 ? 0 : 13.4,
        energyForwardMwh: 67.9,
        chargeBackwardMah: 0,
        energyBackwardMwh: 0,
        coveredS: 761,
        countedS: 0,
        bridgedS: 0,
        elapsedS: 761,
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

  async trace(request: TraceRequest): Promise<Trace> {
    await this.#options.mayTrace?.(request)
    const { device, spanMs, slots, endUs } = request
    const { rate, ageS = 0 } = this.#options
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

  /** Of 20 samples a second. */
  async statistics({ device, span }: StatisticsRequest): Promise<SpanStatistics> {
    const toUs = span.kind === 'between' ? span.toUs : this.#newestUs()
    const lengthUs = 'seconds' in span ? span.seconds * 1e6 : 60e6
    const fromUs = span.kind === 'between' ? span.fromUs : toUs - lengthUs
    const channels = new Map<string, ChannelAccumulator>()
    for (let timeUs = fromUs; timeUs < toUs; timeUs += 50_000) {
      for (const [id, value] of Object.entries(this.#valuesAt(timeUs / 1e6, device) ?? {})) {
        const own = channels.get(id) ?? new ChannelAccumulator(true)
        own.add(timeUs, value)
        own.moments.addPair(50_000, value, value)
        channels.set(id, own)
      }
    }
    const figures = [...channels].map(([id, each]) => [id, each.read()] as const)
    return {
      version: VIEW_VERSION,
      fromUs,
      toUs,
      channels: Object.fromEntries(figures),
      isExpired: false,
      isTooMany: false,
      total: null,
    }
  }

  /** Samples lie at multiples of their spacing; events and extremes there are none. */
  async find(request: FindRequest): Promise<Moment | null> {
    if (request.what !== 'sample') return null
    const stepUs = 1e6 / this.#options.rate
    const timeUs = Math.round(request.atUs / stepUs) * stepUs
    const values = this.#valuesAt(timeUs / 1e6, request.device)
    return { timeUs, withinUs: 0, kind: 'sample', text: values ? 'ok' : 'nosensor', values }
  }

  async burst(_device: number): Promise<null> {
    return null
  }

  async control(control: ViewControl): Promise<string> {
    if (control.kind === 'totals_reset') this.resets++
    return control.kind === 'totals_reset' ? 'charge and energy start again at 0' : control.kind
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
