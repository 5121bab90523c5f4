import type { Trace } from '../../../chart/trace.ts'
import { mainChannels } from '../../../domain/main-channels.ts'
import type { DeviceNumber, Snapshot, SpanStatistics, View } from '../../../monitor/view.ts'
import { ownValue } from '../../../util/records.ts'
import { NotConnected } from '../link/view-link.ts'
import { ChartFeed } from './chart-feed.ts'
import { Due } from './due.ts'
import { FLAGS, type Flag } from './flags.ts'
import { missedBetween } from './missed.ts'
import type { PageState, Store } from './store.ts'
import { edgeUs } from './time-window.ts'
import { deviceNamed } from './words.ts'

/** Pictures a second at most: five are as many as one reads. */
const SNAPSHOT_MS = 200
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

/** Keeps the state as the monitor is, as long as somebody looks; asks for nothing that is not shown. */
export class Feed {
  readonly #view: View
  readonly #store: Store
  readonly #onArrived: (missing: string | null) => void
  #hasArrived = false
  readonly #chart: ChartFeed
  /** The figures of the selection that were asked for last; null: they have to be asked for again. */
  #asked: string | null = null
  readonly #overview = new Due()
  readonly #sparks = new Due()
  readonly #percentiles = new Due()
  #isUnderWay = false
  #before: Snapshot | null = null
  #rest: ReturnType<typeof setTimeout> | undefined

  /** @param onArrived the first picture is there; of which device the address spoke, if there is none of that name */
  constructor(view: View, store: Store, onArrived: (missing: string | null) => void) {
    this.#view = view
    this.#store = store
    this.#onArrived = onArrived
    this.#chart = new ChartFeed(view, store, (error) => this.#failed(error))
    setInterval(() => void this.#round(), SNAPSHOT_MS)
    document.addEventListener('visibilitychange', () => void this.#round())
  }

  /** @param pixels of the chart's width */
  resized(pixels: number): void {
    this.#chart.resized(pixels)
    this.changed()
  }

  /** Something else is looked at: no waiting for the next round. */
  changed(): void {
    this.#chart.changed()
    void this.#selected()
  }

  /** A connection is there, maybe again. */
  connected(): void {
    this.#chart.forget()
    for (const due of [this.#overview, this.#sparks, this.#percentiles]) due.now()
    this.#asked = null
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
      await this.#chart.read()
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

  async #selected(): Promise<void> {
    const { selection, device, statistics, snapshot, link } = this.#store.state
    if (selection === null || link.kind !== 'open' || snapshot === null) return
    const isOpen = (snapshot.sampleUs ?? 0) < selection.toUs
    const key = `${device} ${selection.fromUs} ${selection.toUs} ${isOpen ? snapshot.sampleUs : ''}`
    if (key === this.#asked) return
    this.#asked = key
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

  #readOverview(snapshot: Snapshot): Promise<Trace | null> {
    const { number, oldestUs, sampleUs } = snapshot
    const newestUs = sampleUs ?? edgeUs(snapshot)
    if (oldestUs === null || newestUs === null) return Promise.resolve(null)
    const spanMs = Math.max(LEAST_OVERVIEW_MS, Math.ceil((newestUs - oldestUs) / 1000))
    const endUs = sampleUs === null ? newestUs : null
    return this.#view.trace({ device: number, spanMs, slots: OVERVIEW_SLOTS, endUs })
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
