import type { Trace } from '../chart/trace.ts'
import type { Burst } from '../domain/burst.ts'
import { type Channel, ELECTRIC_CHANNELS, extraChannel } from '../domain/channels.ts'
import { DEFAULT_RANGE } from '../domain/limits.ts'
import { mainFirst } from '../domain/main-channels.ts'
import type { SourceState } from '../sources/source.ts'
import { totalsOf } from '../stats/totals.ts'
import type { LogHistory } from '../storage/client/log-history.ts'
import type { LogOverview } from '../storage/read/log-query.ts'
import { emptyLedger } from '../stream/ledger.ts'
import type { Clock } from '../util/clock.ts'
import { InaError } from '../util/errors.ts'
import { US_PER_SECOND, windowBeginUs } from '../util/time-units.ts'
import { deviceAt } from './device-at.ts'
import { fullScaleOf } from './device-state.ts'
import { slotsOf } from './trace-provider.ts'
import {
  type Bucket,
  type DeviceBrief,
  type DeviceNumber,
  type FindRequest,
  type Moment,
  type Snapshot,
  type SpanStatistics,
  type StatisticsRequest,
  type TraceRequest,
  VIEW_VERSION,
  type View,
  type WindowStats,
} from './view.ts'
import { WINDOWS_S } from './view-memory.ts'

/** A log is looked at again after so long, ms, and rests so many times as long as that took. */
const LOOK_MS = 1000
const LOOK_REST = 10
/** A newest sample that is no older than that is one of now: somebody writes the log. */
const LIVE_US = 5 * US_PER_SECOND

export interface LogViewOptions {
  readonly history: LogHistory
  readonly file: string
  readonly clock: Clock
}

/** A log without its devices, as a screen shows it: read alone, and followed while another process writes it. */
export class LogView implements View {
  readonly #options: LogViewOptions
  readonly #startedUs: number
  #devices: readonly LogOverview[] = []
  #dueMs = Number.NEGATIVE_INFINITY

  constructor(options: LogViewOptions) {
    this.#options = options
    this.#startedUs = options.clock.wallMs() * 1000
  }

  /**
   * Reads the log for the first time.
   *
   * @throws InaError log_*: it can't be read; log_missing: there is nothing in it
   */
  async open(): Promise<void> {
    await this.#look()
    if (this.#devices.length > 0) return
    throw new InaError(
      'log_missing',
      `the log ${this.#options.file} has no samples yet`,
      "record some with 'ina219 monitor', or name another file with --db",
    )
  }

  async snapshot(number: DeviceNumber): Promise<Snapshot> {
    const { clock, file } = this.#options
    if (clock.monoMs() >= this.#dueMs) await this.#look()
    const own = this.#device(number)
    const nowUs = clock.wallMs() * 1000
    const { total, totals, span, newest } = own
    const isMeasuredNow = newest?.values != null
    return {
      version: VIEW_VERSION,
      of: 'log',
      nowUs,
      devices: this.#devices.map((each, place) => brief(each, place, nowUs)),
      number,
      device: own.device,
      source: sourceOf(own, nowUs),
      channels: channelsOf(own),
      sampleUs: span.toUs,
      values: newest?.values ?? null,
      valuesUs: isMeasuredNow ? span.toUs : null,
      status: newest?.text ?? '',
      mode: null,
      fullScale: fullScaleOf(DEFAULT_RANGE),
      rate: own.rate,
      lagMs: 0,
      delayMs: 0,
      ledger: {
        ...emptyLedger(),
        samples: total.unmeasured === null ? total.measured : total.samples - total.unmeasured,
        out_of_range: 0,
        logged: total.samples,
        lost: total.lost,
        gaps: own.gaps,
        reboots: own.restarts,
        log_state: 'off',
      },
      log: {
        kind: 'recording',
        reason: '',
        queued: 0,
        logged: total.samples,
        bytes: 0,
        file,
        bytesAtRetention: null,
      },
      windows: WINDOWS_S.map((seconds, i) => windowOf(seconds, own.windows[i] ?? null)),
      totals: {
        ...totalsOf(totals.figures),
        sinceUs: totals.sinceUs,
        elapsedS: Math.max(0, totals.untilUs - totals.sinceUs) / US_PER_SECOND,
      },
      cycles: null,
      energyStore: null,
      battery: null,
      startedUs: this.#startedUs,
      oldestUs: span.fromUs,
      alarms: [],
      limits: [],
      latches: [],
      events: own.events,
      unnumbered: false,
      outputs: null,
      unconfirmed: {},
      hasVirtualOutputs: false,
      calibration: '',
      plcs: [],
      sinks: [],
    }
  }

  async trace(request: TraceRequest): Promise<Trace> {
    const { device, span } = this.#device(request.device)
    const { slotUs, length } = slotsOf(request)
    const endUs = request.endUs ?? span.toUs
    const first = Math.floor(endUs / slotUs) - length + 1
    return this.#options.history.series(device, first * slotUs, slotUs, length)
  }

  async statistics({ device, span }: StatisticsRequest): Promise<SpanStatistics> {
    const own = this.#device(device)
    const [fromUs, toUs] = rangeOf(span, own)
    const { channels, total, missing } = await this.#options.history.statistics(
      own.device,
      fromUs,
      toUs,
    )
    const isExpired = missing === 'expired'
    const isTooMany = missing === 'too_many'
    return { version: VIEW_VERSION, fromUs, toUs: toUs - 1, channels, isExpired, isTooMany, total }
  }

  async find({ device, ...wish }: FindRequest): Promise<Moment | null> {
    return this.#options.history.find(this.#device(device).device, wish)
  }

  async burst(device: DeviceNumber): Promise<Burst | null> {
    return this.#options.history.burst(this.#device(device).device)
  }

  async control(): Promise<never> {
    throw new InaError(
      'usage_invalid',
      'this is a log, which is only looked at',
      "devices, alarms, totals and marks are those of 'ina219 monitor'",
    )
  }

  async #look(): Promise<void> {
    const { clock, history } = this.#options
    const beganMs = clock.monoMs()
    // Others that ask meanwhile get what there is.
    this.#dueMs = Number.POSITIVE_INFINITY
    try {
      const devices = await history.overview(WINDOWS_S)
      // A device keeps its number, whatever comes.
      if (devices.length >= this.#devices.length) this.#devices = devices
    } finally {
      const nowMs = clock.monoMs()
      this.#dueMs = nowMs + Math.max(LOOK_MS, (nowMs - beganMs) * LOOK_REST)
    }
  }

  #device(number: DeviceNumber): LogOverview {
    return deviceAt(this.#devices, number)
  }
}

function rangeOf(span: StatisticsRequest['span'], own: LogOverview): [number, number] {
  const newestUs = own.span.toUs
  switch (span.kind) {
    case 'between':
      return [span.fromUs, span.toUs]
    case 'last':
    case 'window':
      return [windowBeginUs(newestUs, span.seconds), newestUs + 1]
    case 'reset':
      return [own.totals.sinceUs, newestUs + 1]
  }
}

function sourceOf({ device, span }: LogOverview, nowUs: number): Snapshot['source'] {
  const state: SourceState = Math.abs(nowUs - span.toUs) <= LIVE_US ? 'live' : 'ended'
  return { label: device, state, reason: '' }
}

function channelsOf({ total, channels }: LogOverview): readonly Channel[] {
  const extras = channels.map(({ id, unit }, place) => extraChannel(id, place, unit))
  const isBare = total.voltage === null && extras.length > 0
  return mainFirst(isBare ? extras : [...ELECTRIC_CHANNELS, ...extras])
}

function brief(own: LogOverview, number: DeviceNumber, nowUs: number): DeviceBrief {
  const { newest } = own
  return {
    number,
    device: own.device,
    source: sourceOf(own, nowUs),
    values: newest?.values ?? null,
    channels: channelsOf(own),
    rate: own.rate,
    lost: own.total.lost,
    alarms: { active: 0, raised: 0 },
    limits: [],
    latches: [],
  }
}

function windowOf(seconds: number, bucket: Bucket | null): WindowStats {
  if (bucket === null) return { seconds, samples: 0, stats: {} }
  const { voltage, current, power, channels } = bucket
  const electric = voltage && current && power ? { v: voltage, a: current, w: power } : {}
  const stats = Object.assign(Object.create(null), electric, Object.fromEntries(channels))
  return { seconds, samples: bucket.measured, stats }
}
