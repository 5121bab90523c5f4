import { emptyTrace, SIGN, type Sign, type Trace, type TraceSeries } from '../chart/trace.ts'
import { ELECTRIC_CHANNELS, type Extras } from '../domain/channels.ts'
import type { Sample } from '../domain/sample.ts'

/** Width of a stored slot: up to 50 samples a second are kept one by one. */
export const SLOT_US = 20_000
/** Beside the `SIGN`s of a slot: not to be joined to the one before. */
const BROKEN = 128
/** 15 min of slots. */
const CAPACITY = 45_000
/** Extra channels that are kept, more than any screen has strips for; further ones are in the log alone. 1.4 MB each. */
const EXTRA_SERIES = 16
/** Marks of each sign that are kept; older ones are in the log alone. */
const MARKS = 500

/**
 * Values of channels that come together, by slot. Nothing is filled beforehand, so
 * that memory is taken only as it is used.
 */
class SeriesStore {
  /** Which slot each place holds; 0: none. */
  readonly #slot = new Float64Array(CAPACITY)
  readonly #series: readonly { readonly id: string; readonly values: TraceSeries }[]

  constructor(ids: readonly string[]) {
    const values = (): TraceSeries => ({
      min: new Float64Array(CAPACITY),
      max: new Float64Array(CAPACITY),
      last: new Float64Array(CAPACITY),
    })
    this.#series = ids.map((id) => ({ id, values: values() }))
  }

  get ids(): string[] {
    return this.#series.map(({ id }) => id)
  }

  /** @returns true: these are the first values of the slot */
  open(slot: number): boolean {
    const i = slot % CAPACITY
    const isNew = this.#slot[i] !== slot
    this.#slot[i] = slot
    return isNew
  }

  /** @param place of the channel among the ids @param isNew what `open` said */
  add(place: number, slot: number, value: number, isNew: boolean): void {
    const { min, max, last } = (this.#series[place] as { values: TraceSeries }).values
    const i = slot % CAPACITY
    if (isNew || value < (min[i] as number)) min[i] = value
    if (isNew || value > (max[i] as number)) max[i] = value
    last[i] = value
  }

  /** Folds a slot into place `to` of a trace, whose values are NaN as long as there are none. */
  foldInto(trace: Trace, to: number, slot: number): void {
    const i = slot % CAPACITY
    if (this.#slot[i] !== slot) return
    for (const { id, values } of this.#series) {
      const into = trace.channels[id] as TraceSeries
      const [min, max] = [values.min[i] as number, values.max[i] as number]
      // False for NaN as well.
      if (!((into.min[to] as number) <= min)) into.min[to] = min
      if (!((into.max[to] as number) >= max)) into.max[to] = max
      into.last[to] = values.last[i] as number
    }
  }
}

/**
 * The last 15 minutes for the chart, folded to min, max and last per 20 ms
 * (4 MB, and 1.4 MB an extra channel, however fast the samples come). Empty slots
 * stay empty.
 */
export class TraceStore {
  /** Which slot each place holds; 0: none. */
  readonly #slot = new Float64Array(CAPACITY)
  readonly #count = new Uint32Array(CAPACITY)
  /** `SIGN`s, and `BROKEN`. */
  readonly #signs = new Uint8Array(CAPACITY)
  #electric: SeriesStore | null = null
  readonly #extras = new Map<string, SeriesStore>()
  readonly #marks = new Map<Sign, readonly number[]>()
  #epochId: number | null = null
  #oldest = Number.POSITIVE_INFINITY
  #newest = -1
  /** What came last was not measured. */
  #broken = false

  /** Begin of the oldest slot with a sample that is still kept, Unix µs; null: none yet. */
  get oldestUs(): number | null {
    if (this.#newest < 0) return null
    return Math.max(this.#oldest, this.#newest - CAPACITY + 1) * SLOT_US
  }

  /** Something is to be said of that time, Unix µs. */
  mark(timeUs: number, sign: Sign): void {
    const before = this.#marks.get(sign) ?? []
    this.#marks.set(sign, [...before.slice(1 - MARKS), timeUs])
  }

  /** @param sample measured */
  add(sample: Sample): void {
    const slot = Math.floor(sample.timeUs / SLOT_US)
    // A sample that comes late lies before the break, not after it.
    const endsBreak = this.#broken && slot >= this.#newest
    if (endsBreak) this.#broken = false
    if (!this.#place(slot, sample)) return
    const i = slot % CAPACITY
    this.#count[i] = (this.#count[i] as number) + 1
    if (sample.gapBefore || endsBreak) this.#sign(slot, BROKEN)
    if (sample.electric) this.#addElectric(slot, sample)
    if (sample.extras !== null) this.#addExtras(slot, sample.extras)
  }

  /** A sample without values to draw: the end moves on, and the curve breaks there. */
  addUnmeasured(sample: Sample): void {
    const slot = Math.floor(sample.timeUs / SLOT_US)
    if (sample.origin !== 'late') this.#broken = true
    if (this.#place(slot, sample)) this.#sign(slot, SIGN.unmeasured)
  }

  /** All that is kept, slot by slot. */
  all(): Trace {
    const first = Math.max(0, Math.min(this.#oldest, this.#newest))
    return this.read(SLOT_US, Math.max(0, Math.min(CAPACITY, this.#newest - first + 1)), null)
  }

  /**
   * @param slotUs width of the slots of the answer, a multiple of `SLOT_US`
   * @param length how many
   * @param endUs in the last one, Unix µs; null: the newest sample, measured or not
   */
  read(slotUs: number, length: number, endUs: number | null): Trace {
    const fold = slotUs / SLOT_US
    const end = endUs === null ? this.#newest : Math.floor(endUs / SLOT_US)
    // Folded slots are aligned, so that a scrolling chart does not flicker.
    const first = Math.floor(end / fold) - length + 1
    const ids = [...(this.#electric?.ids ?? []), ...this.#extras.keys()]
    const trace = emptyTrace({ startUs: first * slotUs, slotUs, length }, ids)
    const from = Math.max(0, first * fold, this.#newest - CAPACITY + 1)
    for (let slot = from; slot <= Math.min(end, this.#newest); slot++) {
      this.#foldInto(trace, Math.floor(slot / fold) - first, slot)
    }
    for (const [sign, times] of this.#marks) {
      for (const timeUs of times) {
        const at = Math.floor(timeUs / slotUs) - first
        if (at >= 0 && at < length) trace.signs[at] = (trace.signs[at] as number) | SIGN[sign]
      }
    }
    return trace
  }

  /** Opens the slot of a sample and notes what is missing before it. @returns false: older than what is kept */
  #place(slot: number, { epochId, gapBefore, origin }: Sample): boolean {
    if (slot <= this.#newest - CAPACITY) return false
    // A run begins without anything being lost: what is, the restart says.
    const isSameRun = this.#epochId === null || epochId === this.#epochId
    if (origin !== 'late') this.#epochId = epochId
    if (gapBefore && isSameRun) this.#lose(slot)
    this.#open(slot)
    if (!gapBefore && origin === 'late') this.#found(slot)
    return true
  }

  /** The slot is there from now on, whatever stood in its place. */
  #open(slot: number): void {
    if (slot > this.#newest) this.#newest = slot
    if (slot < this.#oldest) this.#oldest = slot
    const i = slot % CAPACITY
    if (this.#slot[i] === slot) return
    this.#slot[i] = slot
    this.#count[i] = 0
    this.#signs[i] = 0
  }

  #sign(slot: number, bits: number): void {
    const i = slot % CAPACITY
    this.#signs[i] = (this.#signs[i] as number) | bits
  }

  /** Samples are missing up to this one, since the newest slot so far. */
  #lose(to: number): void {
    const from = this.#newest < 0 ? to : Math.min(to, this.#newest + 1)
    for (let slot = Math.max(from, to - CAPACITY + 1); slot <= to; slot++) {
      this.#open(slot)
      this.#sign(slot, SIGN.lost)
    }
  }

  /** What seemed to be missing has come after all. */
  #found(slot: number): void {
    const i = slot % CAPACITY
    const signs = this.#signs[i] as number
    // Another sample is there: it may be the one behind the gap.
    if (this.#count[i] === 0 && (signs & SIGN.unmeasured) === 0) this.#signs[i] = signs & ~SIGN.lost
  }

  #addElectric(slot: number, { voltage, current, power }: Sample): void {
    this.#electric ??= new SeriesStore(ELECTRIC_CHANNELS.map(({ id }) => id))
    const isNew = this.#electric.open(slot)
    this.#electric.add(0, slot, voltage, isNew)
    this.#electric.add(1, slot, current, isNew)
    this.#electric.add(2, slot, power, isNew)
  }

  #addExtras(slot: number, extras: Extras): void {
    for (const id in extras) {
      let series = this.#extras.get(id)
      if (series === undefined) {
        if (this.#extras.size >= EXTRA_SERIES) continue
        series = new SeriesStore([id])
        this.#extras.set(id, series)
      }
      series.add(0, slot, extras[id] as number, series.open(slot))
    }
  }

  #foldInto(trace: Trace, to: number, slot: number): void {
    const i = slot % CAPACITY
    if (this.#slot[i] !== slot) return
    const isNew = trace.count[to] === 0
    trace.count[to] = (trace.count[to] as number) + (this.#count[i] as number)
    const signs = this.#signs[i] as number
    trace.signs[to] = (trace.signs[to] as number) | (signs & ~BROKEN)
    if (isNew && (signs & BROKEN) !== 0) trace.broken[to] = 1
    this.#electric?.foldInto(trace, to, slot)
    for (const series of this.#extras.values()) series.foldInto(trace, to, slot)
  }
}
