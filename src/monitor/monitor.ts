import type { Trace } from '../chart/trace.ts'
import { ELECTRIC, ELECTRIC_CHANNELS, QUANTITIES, type Quantity } from '../domain/channels.ts'
import { isMeasured, type Sample } from '../domain/sample.ts'
import type { Command } from '../protocol/link/commands.ts'
import type { SourceState } from '../sources/source.ts'
import { Integrator } from '../stats/totals.ts'
import { SlidingWindows } from '../stats/windows.ts'
import { estimateLogBytes } from '../storage/file/log-size.ts'
import type { Ledger } from '../stream/ledger.ts'
import { Session, type SessionOptions } from '../stream/session.ts'
import type { InaError } from '../util/errors.ts'
import { RateMeter } from './rate-meter.ts'
import { TraceStore } from './trace-store.ts'
import {
  type EventLine,
  type Snapshot,
  type SourceView,
  type TraceWish,
  VIEW_VERSION,
  type View,
} from './view.ts'

export interface MonitorOptions extends SessionOptions {
  /** Where the log is and how long it keeps samples; null with `--no-log`. */
  readonly logFile: { readonly path: string; readonly retainMs: number } | null
}

export interface MonitorListener {
  /** Each accepted sample, in order. */
  sample(sample: Sample, device: string): void
  event(event: EventLine): void
  ended(reason: 'source' | 'limit'): void
  failed(error: InaError): void
  /** The screen asks to stop. */
  quit(): void
}

const WINDOWS_S: readonly number[] = [60, 300, 900]
const EVENTS_KEPT = 50
/** How long the end of a run waits at most for samples that are being sent again. */
const SETTLE_MS = 1000

/**
 * The running monitor: a session, and what a view may want to know of it.
 * Publishes immutable snapshots; never draws and never touches the disk.
 */
export class Monitor {
  readonly view: View = {
    snapshot: async () => this.snapshot(),
    trace: async (wish) => this.trace(wish),
    control: async () => this.resetTotals(),
  }
  readonly #options: MonitorOptions
  readonly #listener: MonitorListener
  readonly #session: Session
  readonly #windows = new SlidingWindows(WINDOWS_S)
  readonly #trace = new TraceStore()
  readonly #totals = new Integrator()
  readonly #rate = new RateMeter()
  readonly #startedUs: number
  #totalsSinceUs: number
  #newest: {
    readonly sample: Sample
    readonly arrivalUs: number
    readonly mode: string | null
  } | null = null
  #newestInRange: Sample | null = null
  #source: { state: SourceState; reason: string } = { state: 'opening', reason: '' }
  #events: EventLine[] = []
  /** Ends the wait of `settle` once there is nothing to wait for; null: nobody waits. */
  #settling: (() => void) | null = null

  constructor(options: MonitorOptions, listener: MonitorListener) {
    this.#options = options
    this.#listener = listener
    this.#session = new Session(options, {
      sample: (sample, arrivalUs, mode) => this.#sample(sample, arrivalUs, mode),
      event: (kind, text, timeUs) => this.#event({ kind, text, timeUs }),
      sourceState: (state, reason) => this.#sourceState(state, reason),
      ended: (reason) => {
        if (reason === 'source') this.#source = { state: 'ended', reason: 'end of input' }
        listener.ended(reason)
      },
      failed: (error) => listener.failed(error),
    })
    this.#startedUs = this.#session.nowUs()
    this.#totalsSinceUs = this.#startedUs
  }

  start(): void {
    this.#session.start()
  }

  /** Timers of the session; call about every 50 ms. */
  tick(): void {
    this.#session.tick()
    this.#settling?.()
  }

  /**
   * Waits a moment for samples that are being sent again: an end just now would
   * lose them. `tick` has to go on meanwhile, since it is what ends the wait.
   */
  settle(): Promise<void> {
    const { clock } = this.#options
    const endMs = clock.monoMs() + SETTLE_MS
    return new Promise((resolve) => {
      this.#settling = () => {
        if (this.#session.healing && clock.monoMs() < endMs) return
        this.#settling = null
        resolve()
      }
      this.#settling()
    })
  }

  /** Hands on what still waits, before the log is closed. */
  finish(): void {
    this.#session.finish()
  }

  /** Sends a command to the device; how it ended is an event. */
  command(command: Command): void {
    this.#session.command(command)
  }

  quit(): void {
    this.#listener.quit()
  }

  resetTotals(): void {
    this.#totals.reset()
    this.#totalsSinceUs = this.#newest?.sample.timeUs ?? this.#session.nowUs()
  }

  trace({ spanMs, slots, endUs }: Omit<TraceWish, 'device'>): Trace {
    return this.#trace.read(spanMs, slots, endUs)
  }

  get ledger(): Readonly<Ledger> {
    return this.#session.ledger
  }

  snapshot(): Snapshot {
    const newest = this.#newest
    const sampleUs = newest?.sample.timeUs ?? null
    const { voltageMax, currentMax } = this.#session.range
    const nowUs = this.#session.nowUs()
    const { device, ledger } = this.#session
    const source: SourceView = { label: this.#options.source.label, ...this.#source }
    const values = this.#newestInRange && byId((each) => this.#newestInRange?.[each] ?? Number.NaN)
    const rate = this.#source.state === 'live' ? this.#rate.perSecondAt(nowUs) : 0
    const channels = ELECTRIC_CHANNELS
    return {
      version: VIEW_VERSION,
      nowUs,
      devices: [{ number: 0, device, source, values, channels, rate, lost: ledger.lost }],
      number: 0,
      sampleUs,
      device,
      source,
      channels,
      values,
      valuesUs: this.#newestInRange?.timeUs ?? null,
      status: newest?.sample.status ?? '',
      mode: newest?.mode ?? null,
      fullScale: { v: voltageMax, a: currentMax, w: voltageMax * currentMax },
      rate,
      lagMs: newest === null ? 0 : (newest.arrivalUs - newest.sample.timeUs) / 1000,
      ledger,
      log: this.#log(),
      windows: this.#windows
        .read(sampleUs ?? nowUs)
        .map((window) => ({ ...window, stats: byId((each) => window.stats[each]) })),
      totals: { sinceUs: this.#totalsSinceUs, ...this.#totals.read() },
      startedUs: this.#startedUs,
      oldestUs: this.#trace.oldestUs,
      events: this.#events,
      unnumbered: this.#session.unnumbered,
    }
  }

  #log(): Snapshot['log'] {
    const { log, logFile } = this.#options
    if (log === null || logFile === null) return null
    // What a running device takes: a pause doesn't make the log smaller for long.
    const rate = this.#rate.perSecond()
    const bytesAtRetention = rate > 0 ? estimateLogBytes(rate, logFile.retainMs) : null
    return { ...log.state, file: logFile.path, bytesAtRetention }
  }

  #sample(sample: Sample, arrivalUs: number, mode: string | null): void {
    this.#totals.add(sample)
    if (sample.origin === 'late') {
      // It belongs between samples that were counted already.
      if (isMeasured(sample.status)) {
        this.#windows.add(sample)
        this.#trace.add(sample)
      }
      this.#listener.sample(sample, this.#session.device)
      return
    }
    this.#newest = { sample, arrivalUs, mode }
    this.#rate.add(sample.timeUs, arrivalUs)
    if (isMeasured(sample.status)) {
      this.#newestInRange = sample
      this.#windows.add(sample)
      this.#trace.add(sample)
    } else {
      this.#trace.advanceTo(sample.timeUs)
    }
    this.#listener.sample(sample, this.#session.device)
  }

  #sourceState(state: SourceState, reason: string): void {
    const changed = state !== this.#source.state || reason !== this.#source.reason
    this.#source = { state, reason }
    if (changed && reason !== '') {
      this.#event({ kind: state, text: reason, timeUs: this.#session.nowUs() })
    }
  }

  #event(event: EventLine): void {
    this.#events = [event, ...this.#events.slice(0, EVENTS_KEPT - 1)]
    this.#listener.event(event)
  }
}

function byId<T>(of: (quantity: Quantity) => T): Record<string, T> {
  return Object.fromEntries(QUANTITIES.map((each) => [ELECTRIC[each].id, of(each)]))
}
