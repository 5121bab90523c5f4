import type { Trace, TraceSeries } from '../chart/trace.ts'
import { ELECTRIC } from '../domain/channels.ts'
import type { Sample } from '../domain/sample.ts'

/** Width of a stored slot: up to 50 samples a second are kept one by one. */
export const SLOT_US = 20_000
/** 15 min of slots. */
const CAPACITY = 45_000
/** Extra channels that are kept; further ones are in the log alone. 1 MB each. */
const EXTRA_SERIES = 16

/** Values of one channel by slot; NaN: none. */
class SeriesStore implements TraceSeries {
  readonly min = new Float64Array(CAPACITY).fill(Number.NaN)
  readonly max = new Float64Array(CAPACITY).fill(Number.NaN)
  readonly last = new Float64Array(CAPACITY).fill(Number.NaN)

  clear(i: number): void {
    this.min[i] = Number.NaN
    this.max[i] = Number.NaN
    this.last[i] = Number.NaN
  }

  add(i: number, value: number): void {
    // False for NaN as well: then this is the first value of the slot.
    if (!((this.min[i] as number) <= value)) this.min[i] = value
    if (!((this.max[i] as number) >= value)) this.max[i] = value
    this.last[i] = value
  }
}

/**
 * The last 15 minutes for the chart, folded to min, max and last per 20 ms
 * (a fixed 4 MB, however fast the samples come). Empty slots stay empty.
 */
export class TraceStore {
  readonly #slot = new Float64Array(CAPACITY).fill(-1)
  readonly #count = new Uint32Array(CAPACITY)
  readonly #gap = new Uint8Array(CAPACITY)
  readonly #series = new Map<string, SeriesStore>()
  #electric: { readonly v: SeriesStore; readonly a: SeriesStore; readonly w: SeriesStore } | null =
    null
  #oldest = Number.POSITIVE_INFINITY
  #newest = -1
  /** What came last was not measured. */
  #broken = false

  /** Begin of the oldest slot with a sample that is still kept, Unix µs; null: none yet. */
  get oldestUs(): number | null {
    if (this.#newest < 0) return null
    return Math.max(this.#oldest, this.#newest - CAPACITY + 1) * SLOT_US
  }

  /** The time of a sample without values to draw: the end moves on, and the curve breaks there. */
  advanceTo(timeUs: number): void {
    const slot = Math.floor(timeUs / SLOT_US)
    this.#newest = Math.max(this.#newest, slot)
    this.#oldest = Math.min(this.#oldest, slot)
    this.#broken = true
  }

  add(sample: Sample): void {
    const slot = Math.floor(sample.timeUs / SLOT_US)
    // A sample that comes late lies before the break, not after it.
    const endsBreak = this.#broken && slot >= this.#newest
    if (endsBreak) this.#broken = false
    if (slot <= this.#newest - CAPACITY) return
    if (slot > this.#newest) this.#newest = slot
    if (slot < this.#oldest) this.#oldest = slot
    const i = slot % CAPACITY
    if (this.#slot[i] !== slot) this.#clear(i, slot)
    this.#count[i] = (this.#count[i] as number) + 1
    if (sample.gapBefore || endsBreak) this.#gap[i] = 1
    if (sample.electric) this.#addElectric(i, sample)
    if (sample.extras !== null) this.#addExtras(i, sample.extras)
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
    const trace = {
      slotUs,
      startUs: first * slotUs,
      length,
      count: new Uint32Array(length),
      missing: new Uint8Array(length),
      broken: new Uint8Array(length),
      channels: emptySeries(this.#series.keys(), length),
    }
    const from = Math.max(0, first * fold, this.#newest - CAPACITY + 1)
    for (let slot = from; slot <= Math.min(end, this.#newest); slot++) {
      const i = slot % CAPACITY
      if (this.#slot[i] === slot) this.#foldInto(trace, Math.floor(slot / fold) - first, i)
    }
    return trace
  }

  #clear(i: number, slot: number): void {
    this.#slot[i] = slot
    this.#count[i] = 0
    this.#gap[i] = 0
    for (const series of this.#series.values()) series.clear(i)
  }

  #addElectric(i: number, { voltage, current, power }: Sample): void {
    this.#electric ??= {
      v: this.#open(ELECTRIC.voltage.id),
      a: this.#open(ELECTRIC.current.id),
      w: this.#open(ELECTRIC.power.id),
    }
    this.#electric.v.add(i, voltage)
    this.#electric.a.add(i, current)
    this.#electric.w.add(i, power)
  }

  #addExtras(i: number, extras: Readonly<Record<string, number>>): void {
    for (const id in extras) {
      const series = this.#series.get(id)
      if (series !== undefined) series.add(i, extras[id] as number)
      else if (this.#series.size < EXTRA_SERIES) this.#open(id).add(i, extras[id] as number)
    }
  }

  #open(id: string): SeriesStore {
    const series = new SeriesStore()
    this.#series.set(id, series)
    return series
  }

  #foldInto(trace: Writable<Trace>, to: number, i: number): void {
    const isNew = trace.count[to] === 0
    trace.count[to] = (trace.count[to] as number) + (this.#count[i] as number)
    if (this.#gap[i] === 1) {
      trace.missing[to] = 1
      if (isNew) trace.broken[to] = 1
    }
    for (const [id, series] of this.#series) {
      const min = series.min[i] as number
      if (Number.isNaN(min)) continue
      const into = trace.channels[id] as TraceSeries
      if (!((into.min[to] as number) <= min)) into.min[to] = min
      const max = series.max[i] as number
      if (!((into.max[to] as number) >= max)) into.max[to] = max
      into.last[to] = series.last[i] as number
    }
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

function emptySeries(ids: Iterable<string>, length: number): Record<string, TraceSeries> {
  const empty = (): Float64Array => new Float64Array(length).fill(Number.NaN)
  const series: Record<string, TraceSeries> = {}
  for (const id of ids) series[id] = { min: empty(), max: empty(), last: empty() }
  return series
}
