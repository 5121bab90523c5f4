import type { Trace } from '../../../chart/trace.ts'
import type { TraceRequest, View } from '../../../monitor/view.ts'
import { Due } from './due.ts'
import type { Store } from './store.ts'
import { edgeUs } from './time-window.ts'
import { tailSlots, withTail } from './trace-tail.ts'

/** Shortest time between two readings of a running chart, ms: as often as there is a picture. */
const LEAST_MS = 200
/** A running chart of a long span changes slowly; its open slot is read again as often, ms. */
const MOST_MS = 2000
/** A running chart is read as a whole again, ms. */
const WHOLE_MS = 5000
/** Whoever drags and zooms asks for one after the other: the newest need not wait for the one before. */
const MOST_TRACING = 2
const LEAST_SLOTS = 100
const MOST_SLOTS = 2000

/** Reads the trace of the chart, as long as somebody looks at it. */
export class ChartFeed {
  readonly #view: View
  readonly #store: Store
  readonly #onFailed: (error: unknown) => void
  /** Pixels that the chart is wide. */
  #slots = 600
  /** What was asked for last; null: it has to be asked for again. */
  #asked: string | null = null
  readonly #due = new Due()
  readonly #whole = new Due()
  /** Questions that are under way, and whether another one waits for them. */
  #tracing = 0
  #isWanted = false
  /** Of the newest question. */
  #ticket = 0
  /** The chart, and what was asked to have it. */
  #known: { readonly shape: string; readonly trace: Trace } | null = null

  constructor(view: View, store: Store, onFailed: (error: unknown) => void) {
    this.#view = view
    this.#store = store
    this.#onFailed = onFailed
  }

  /** @param pixels of the chart's width */
  resized(pixels: number): void {
    this.#slots = Math.min(MOST_SLOTS, Math.max(LEAST_SLOTS, Math.round(pixels)))
  }

  /** A connection is there, maybe again: what is known may be old. */
  forget(): void {
    this.#known = null
    this.#asked = null
    this.#due.now()
  }

  /** Something else is looked at: no waiting for the next round. */
  changed(): void {
    this.#isWanted = false
    this.#due.now()
    void this.read()
  }

  async read(): Promise<void> {
    const { window, snapshot, device, link } = this.#store.state
    if (document.hidden || snapshot === null || link.kind !== 'open') return
    const edge = edgeUs(snapshot)
    const newest = window.endUs === null ? edge : null
    const endUs = window.endUs ?? (edge === snapshot.sampleUs ? null : edge)
    const shape = `${device} ${window.spanMs} ${window.endUs} ${this.#slots}`
    const key = `${shape} ${newest}`
    if (key === this.#asked) return
    if (this.#tracing === MOST_TRACING) {
      this.#isWanted = true
      return
    }
    if (!this.#due.take()) return
    this.#asked = key
    const ticket = ++this.#ticket
    this.#tracing++
    try {
      const trace = await this.#trace({ device, spanMs: window.spanMs, endUs }, shape, edge)
      // Somebody has gone on in the meantime.
      if (ticket !== this.#ticket || this.#store.state.device !== device) return
      this.#due.done(Math.min(MOST_MS, Math.max(LEAST_MS, trace.slotUs / 1000)))
      this.#known = { shape, trace }
      this.#store.set({ trace })
    } catch (error) {
      this.#onFailed(error)
      if (ticket !== this.#ticket) return
      this.#asked = null
      this.#due.done(MOST_MS)
    } finally {
      this.#tracing--
      if (this.#isWanted) this.changed()
    }
  }

  /** Of a chart that runs only what is new; all of it now and then, since samples are healed, and marks set, behind. */
  async #trace(
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
}
