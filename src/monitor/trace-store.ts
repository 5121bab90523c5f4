import type { Trace, TraceSeries } from '../chart/trace.ts'
import { ELECTRIC, QUANTITIES, type Quantity } from '../domain/channels.ts'
import type { Sample } from '../domain/sample.ts'

/** Width of a stored slot: up to 50 samples a second are kept one by one. */
const SLOT_US = 20_000
/** 15 min of slots. */
const CAPACITY = 45_000

type Columns = Record<Quantity, Float64Array>

function columns(length: number): Columns {
  return {
    voltage: new Float64Array(length),
    current: new Float64Array(length),
    power: new Float64Array(length),
  }
}

/**
 * The last 15 minutes for the chart, folded to min, max and last per 20 ms
 * (a fixed 3.5 MB, however fast the samples come). Empty slots stay empty.
 */
export class TraceStore {
  readonly #slot = new Float64Array(CAPACITY).fill(-1)
  readonly #count = new Uint32Array(CAPACITY)
  readonly #gap = new Uint8Array(CAPACITY)
  readonly #min = columns(CAPACITY)
  readonly #max = columns(CAPACITY)
  readonly #last = columns(CAPACITY)
  #newest = -1
  #oldest = Number.POSITIVE_INFINITY
  /** What came last was not measured. */
  #broken = false

  /** The time of a sample without values to draw: the end moves on, and the curve breaks there. */
  advanceTo(timeUs: number): void {
    this.#newest = Math.max(this.#newest, Math.floor(timeUs / SLOT_US))
    this.#broken = true
  }

  add(sample: Sample): void {
    const slot = Math.floor(sample.timeUs / SLOT_US)
    // A sample that comes late lies before the break, not after it.
    const endsBreak = this.#broken && slot >= this.#newest
    if (endsBreak) this.#broken = false
    if (slot <= this.#newest - CAPACITY) return
    if (slot > this.#newest) this.#newest = slot
    this.#oldest = Math.min(this.#oldest, slot)
    const i = slot % CAPACITY
    const isNew = this.#slot[i] !== slot
    if (isNew) {
      this.#slot[i] = slot
      this.#count[i] = 0
      this.#gap[i] = 0
    }
    this.#count[i] = (this.#count[i] as number) + 1
    if (sample.gapBefore || endsBreak) this.#gap[i] = 1
    for (const quantity of QUANTITIES) {
      const value = sample[quantity]
      const [min, max] = [this.#min[quantity], this.#max[quantity]]
      min[i] = isNew ? value : Math.min(min[i] as number, value)
      max[i] = isNew ? value : Math.max(max[i] as number, value)
      this.#last[quantity][i] = value
    }
  }

  /** Unix µs; null: nothing is stored. */
  get oldestUs(): number | null {
    if (!Number.isFinite(this.#oldest)) return null
    return Math.max(this.#oldest, this.#newest - CAPACITY + 1) * SLOT_US
  }

  /**
   * @param spanMs how much, up to `endUs`
   * @param slots most slots of the answer
   * @param endUs end, Unix µs; null: the newest sample, measured or not
   */
  read(spanMs: number, slots: number, endUs: number | null = null): Trace {
    const end = endUs === null ? this.#newest : Math.floor(endUs / SLOT_US)
    const wanted = Math.max(1, Math.min(CAPACITY, Math.ceil((spanMs * 1000) / SLOT_US)))
    const fold = Math.max(1, Math.ceil(wanted / Math.max(1, slots)))
    // Folded slots are aligned, so that a scrolling chart does not flicker.
    const last = Math.floor(end / fold)
    const length = Math.ceil(wanted / fold)
    const first = last - length + 1
    const series = (): TraceSeries => ({
      min: new Float64Array(length).fill(Number.NaN),
      max: new Float64Array(length).fill(Number.NaN),
      last: new Float64Array(length).fill(Number.NaN),
    })
    const trace = {
      slotUs: SLOT_US * fold,
      startUs: first * fold * SLOT_US,
      length,
      count: new Uint32Array(length),
      missing: new Uint8Array(length),
      broken: new Uint8Array(length),
      channels: Object.fromEntries(QUANTITIES.map((each) => [ELECTRIC[each].id, series()])),
    }
    for (let slot = Math.max(0, first * fold); slot <= Math.min(end, this.#newest); slot++) {
      const i = slot % CAPACITY
      if (this.#slot[i] === slot) this.#foldInto(trace, Math.floor(slot / fold) - first, i)
    }
    return trace
  }

  #foldInto(trace: Trace, to: number, i: number): void {
    const isNew = trace.count[to] === 0
    trace.count[to] = (trace.count[to] as number) + (this.#count[i] as number)
    if (this.#gap[i] === 1) {
      trace.missing[to] = 1
      trace.broken[to] = 1
    }
    for (const quantity of QUANTITIES) {
      const { min, max, last } = trace.channels[ELECTRIC[quantity].id] as TraceSeries
      const low = this.#min[quantity][i] as number
      const high = this.#max[quantity][i] as number
      min[to] = isNew ? low : Math.min(min[to] as number, low)
      max[to] = isNew ? high : Math.max(max[to] as number, high)
      last[to] = this.#last[quantity][i] as number
    }
  }
}
