import type { Trace } from '../../../chart/trace.ts'
import { mainChannels } from '../../../domain/channels.ts'
import type {
  DeviceNumber,
  Snapshot,
  SpanStatistics,
  TraceRequest,
  View,
} from '../../../monitor/view.ts'
import { ownValue } from '../../../util/records.ts'
import { NotConnected } from '../link/view-link.ts'
import { Due } from './due.ts'
import { FLAGS, type Flag } from './flags.ts'
import { missedBetween } from './missed.ts'
import type { PageState, Store } from './store.ts'
import { edgeUs } from './time-window.ts'
import { tailSlots, withTail } from './trace-tail.ts'
import { deviceNamed } from './words.ts'

/** Pictures a second at most: five are as many as one reads. */
const SNAPSHOT_MS = 200
/** A running chart of a long span changes slowly; its open slot is read again as often, ms. */
const LONGEST_TRACE_MS = 2000
/** A running chart is read as a whole again, ms. */
const WHOLE_MS = 5000
/** Whoever drags and zooms asks for one after the other: the newest need not wait for the one before. */
const MOST_TRACING = 2
const SPARK_MS = 2000
const OVERVIEW_MS = 5000
const PERCENTILES_MS = 5000
/** A pointer that rests for so long asks for the very sample, ms. */
const REST_MS = 120
const SPARK_SLOTS = 80
const SPARK_SPAN_MS = 60_000
const OVERVIEW_SLOTS = 600
/** What is shown of a short log, ms. */
const LEAST_OVERVIEW_MS = 60_000
const LEAST_SLOTS = 100
const MOST_SLOTS = 2000

/** Keeps the state as the monitor is, as long as somebody looks; asks for nothing that is not shown. */
export class Feed {
  readonly #view: View
  readonly #store: Store
  readonly #onArrived: (missing: string | null) => void
  #hasArrived = false
  /** Pixels that the chart is wide. */
  #slots = 600
  #asked: Readonly<Record<string, unknown>> = {}
  readonly #trace = new Due()
  readonly #whole = new Due()
  readonly #overview = new Due()
  readonly #sparks = new Due()
  readonly #percentiles = new Due()
  /** Questions about the chart that are under way, and whether another one waits for them. */
  #tracing = 0
  #isTraceWanted = false
  /** Of the newest question about the chart. */
  #ticket = 0
  /** The chart, and what was asked to have it. */
  #known: { readonly shape: string; readonly trace: Trace } | null = null
  #isUnderWay = false
  #before: Snapshot | null = null
  #rest: ReturnType<typeof setTimeout> | undefined

  /** @param onArrived the first picture is there; of which device the address spoke, if there is none of that name */
  constructor(view: View, store: Store, onArrived: (missing: string | null) => void) {
    this.#view = view
    this.#store = store
    this.#onArrived = onArrived
    setInterval(() => void this.#round(), SNAPSHOT_MS)
    document.addEventListener('visibilitychange', () => void this.#round())
  }

  /** @param pixels of the chart's width */
  resized(pixels: number): void {
    this.#slots = Math.min(MOST_SLOTS, Math.max(LEAST_SLOTS, Math.round(pixels)))
    this.changed()
  }

  /** Something else is looked at: no waiting for the next round. */
  changed(): void {
    this.#isTraceWanted = false
    this.#trace.now()
    void this.#traced()
    void this.#selected()
  }

  /** A connection is there, maybe again. */
  connected(): void {
    this.#known = null
    for (const due of [this.#trace, this.#overview, this.#sparks, this.#percentiles]) due.now()
    this.#asked = {}
    void this.#round()
  }

  /** The connection broke: what is known now is what the page was last up to date with. */
  broken(): void {
    this.#before ??= this.#store.state.snapshot
  }

  async #round(): Promise<void> {
    if (document.hidden || this.#isUnderWay || this.#store.state.link.kind !== 'open') return
    this.#isUnderWay = true
    try {
      const snapshot = await this.#view.snapshot(this.#store.state.device)
      this.#take(snapshot)
      // Another one is looked at by now.
      if (snapshot.number !== this.#store.state.device) return
      await this.#traced()
      void this.#selected()
      await this.#beside(snapshot)
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#isUnderWay = false
    }
  }

  #take(snapshot: Snapshot): void {
    const { wantedDevice, device } = this.#store.state
    const wanted = wantedDevice === null ? null : deviceNamed(snapshot, wantedDevice)
    const snapshotMs = performance.now()
    if (wanted !== null && wanted !== snapshot.number) {
      this.#store.set({ device: wanted, wantedDevice: null })
      return
    }
    // An answer about the one that was shown before.
    if (snapshot.number !== device) return
    this.#store.set({ snapshot, snapshotMs, wantedDevice: null })
    if (!this.#hasArrived) {
      this.#hasArrived = true
      this.#onArrived(wanted === null ? wantedDevice : null)
    }
    if (this.#before !== null) void this.#fill(this.#before, snapshot)
    this.#before = null
  }

  /** Says what was missed, and whether the log has it. */
  async #fill(before: Snapshot, now: Snapshot): Promise<void> {
    const awayMs = (now.nowUs - before.nowUs) / 1000
    const missed = missedBetween(before, now, awayMs)
    this.#store.set({ missed })
    const [fromUs, toUs] = [before.sampleUs ?? before.nowUs, now.sampleUs]
    if (before.device !== now.device || toUs === null || toUs <= fromUs) {
      return this.#store.set({ missed: { ...missed, filled: 0 } })
    }
    const request = { device: now.number, spanMs: (toUs - fromUs) / 1000, slots: 500, endUs: toUs }
    const trace = await this.#view.trace(request).catch(() => null)
    if (trace === null) return
    let filled = 0
    for (let i = 0; i < trace.length; i++) {
      if (trace.startUs + i * trace.slotUs > fromUs) filled += trace.count[i] ?? 0
    }
    this.#store.set({ missed: { ...missed, filled } })
  }

  async #traced(): Promise<void> {
    const { window, snapshot, device, link } = this.#store.state
    if (document.hidden || snapshot === null || link.kind !== 'open') return
    const edge = edgeUs(snapshot)
    const newest = window.endUs === null ? edge : null
    const endUs = window.endUs ?? (edge === snapshot.sampleUs ? null : edge)
    const shape = `${device} ${window.spanMs} ${window.endUs} ${this.#slots}`
    const key = `${shape} ${newest}`
    if (key === this.#asked['trace']) return
    if (this.#tracing === MOST_TRACING) {
      this.#isTraceWanted = true
      return
    }
    if (!this.#trace.take()) return
    this.#asked = { ...this.#asked, trace: key }
    const ticket = ++this.#ticket
    this.#tracing++
    try {
      const trace = await this.#readTrace({ device, spanMs: window.spanMs, endUs }, shape, edge)
      // Somebody has gone on in the meantime.
      if (ticket !== this.#ticket || this.#store.state.device !== device) return
      this.#trace.done(Math.min(LONGEST_TRACE_MS, Math.max(SNAPSHOT_MS, trace.slotUs / 1000)))
      this.#known = { shape, trace }
      this.#store.set({ trace })
    } catch (error) {
      this.#failed(error)
      if (ticket !== this.#ticket) return
      this.#asked = { ...this.#asked, trace: null }
      this.#trace.done(LONGEST_TRACE_MS)
    } finally {
      this.#tracing--
      if (this.#isTraceWanted) this.changed()
    }
  }

  /** Of a chart that runs only what is new; all of it now and then, since samples are healed, and marks set, behind. */
  async #readTrace(
    wish: Pick<TraceRequest, 'device' | 'spanMs' | 'endUs'>,
    shape: string,
    edge: number | null,
  ): Promise<Trace> {
    const known = this.#known?.shape === shape && wish.endUs === null ? this.#known.trace : null
    const slots = known === null || edge === null ? null : tailSlots(known, edge)
    if (known !== null && slots !== null && !this.#whole.take()) {
      const spanMs = (slots * known.slotUs) / 1000
      const tail = await this.#view.trace({ device: wish.device, spanMs, slots, endUs: null })
      const joined = withTail(known, tail)
      if (joined !== null) return joined
    }
    try {
      return await this.#view.trace({ ...wish, slots: this.#slots })
    } finally {
      this.#whole.done(WHOLE_MS)
    }
  }

  async #selected(): Promise<void> {
    const { selection, device, statistics, snapshot, link } = this.#store.state
    if (selection === null || link.kind !== 'open' || snapshot === null) return
    const isOpen = (snapshot.sampleUs ?? 0) < selection.toUs
    const key = `${device} ${selection.fromUs} ${selection.toUs} ${isOpen ? snapshot.sampleUs : ''}`
    if (key === this.#asked['selection']) return
    this.#asked = { ...this.#asked, selection: key }
    const isSame = statistics?.fromUs === selection.fromUs && statistics.toUs === selection.toUs
    if (!isSame) this.#store.set({ statistics: null })
    try {
      const span = { kind: 'between', ...selection } as const
      const answer = await this.#view.statistics({ device, span })
      if (this.#store.state.selection === selection) this.#store.set({ statistics: answer })
    } catch (error) {
      this.#failed(error)
    }
  }

  /** The sample that a cursor stands at, once it rests. */
  pointedAt(timeUs: number | null, withinUs: number): void {
    clearTimeout(this.#rest)
    this.#store.set({ cursorUs: timeUs, moment: undefined })
    if (timeUs === null) return
    this.#rest = setTimeout(async () => {
      const { device } = this.#store.state
      const wish = {
        what: 'sample',
        atUs: Math.round(timeUs),
        withinUs: Math.round(withinUs),
      } as const
      const moment = await this.#view.find({ device, ...wish }).catch(() => undefined)
      if (this.#store.state.cursorUs === timeUs) this.#store.set({ moment })
    }, REST_MS)
  }

  /** What the log says of a flag, in words; null: nothing. */
  async reasonOf({ kind, fromUs, toUs }: Flag): Promise<string | null> {
    const { device, trace } = this.#store.state
    const slackUs = trace?.slotUs ?? 0
    const request = {
      device,
      what: FLAGS[kind].subject,
      direction: 'after',
      atUs: Math.floor(fromUs - slackUs),
    } as const
    const moment = await this.#view.find(request).catch(() => null)
    return moment !== null && moment.timeUs <= toUs + slackUs ? moment.text : null
  }

  async #beside(snapshot: Snapshot): Promise<void> {
    if (this.#overview.take()) {
      await this.#keep(snapshot, this.#readOverview(snapshot), (overview) => ({ overview }))
      this.#overview.done(OVERVIEW_MS)
    }
    if (snapshot.devices.length > 1 && this.#sparks.take()) {
      await this.#keep(snapshot, this.#readSparks(snapshot), (sparks) => ({ sparks }))
      this.#sparks.done(SPARK_MS)
    }
    if (this.#percentiles.take()) {
      await this.#keep(snapshot, this.#readPercentiles(snapshot), (percentiles) => ({
        percentiles,
      }))
      this.#percentiles.done(PERCENTILES_MS)
    }
  }

  /** Unless another device is shown by now. */
  async #keep<T>(
    { number }: Snapshot,
    answer: Promise<T>,
    change: (value: T) => Partial<PageState>,
  ): Promise<void> {
    const value = await answer
    if (this.#store.state.device === number) this.#store.set(change(value))
  }

  #readOverview({ number, oldestUs, sampleUs }: Snapshot): Promise<Trace | null> {
    if (oldestUs === null || sampleUs === null) return Promise.resolve(null)
    const spanMs = Math.max(LEAST_OVERVIEW_MS, Math.ceil((sampleUs - oldestUs) / 1000))
    return this.#view.trace({ device: number, spanMs, slots: OVERVIEW_SLOTS, endUs: null })
  }

  async #readSparks({ devices }: Snapshot): Promise<ReadonlyMap<DeviceNumber, Trace>> {
    const request = { spanMs: SPARK_SPAN_MS, slots: SPARK_SLOTS, endUs: null }
    const traces = devices.map(
      async ({ number }) =>
        [number, await this.#view.trace({ device: number, ...request })] as const,
    )
    return new Map(await Promise.all(traces))
  }

  async #readPercentiles({ windows, number, channels }: Snapshot) {
    const found = windows.map(async ({ seconds }) => {
      const span = { kind: 'last', seconds } as const
      const answer = await this.#view.statistics({ device: number, span })
      return [
        seconds,
        p95Of(
          answer,
          mainChannels(channels).map(({ id }) => id),
        ),
      ] as const
    })
    return new Map(await Promise.all(found))
  }

  /** What the connection says by itself is not said again. */
  #failed(error: unknown): void {
    if (error instanceof NotConnected) return
    const text = error instanceof Error ? error.message : String(error)
    this.#store.set({ notice: { kind: 'failed', text } })
  }
}

function p95Of({ channels }: SpanStatistics, ids: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    ids.flatMap((id) => {
      const p95 = ownValue(channels, id)?.figures.p95
      return p95 === null || p95 === undefined ? [] : [[id, p95] as const]
    }),
  )
}
