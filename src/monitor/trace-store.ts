import {
  emptyTrace,
  placeWithin,
  SIGN,
  type Sign,
  type Trace,
  type TraceSeries,
} from '../chart/trace.ts'
import { ELECTRIC_CHANNELS, type Extras } from '../domain/channels.ts'
import type { Sample } from '../domain/sample.ts'
import { US_PER_SECOND } from '../util/time-units.ts'
import { SlotSeries } from './slot-series.ts'

/** Width of a stored slot: up to 50 samples a second are kept one by one. */
export const SLOT_US = 20_000
/** Beside the `SIGN`s of a slot: not to be joined to the one before. */
const BROKEN = 128
/** 15 min of slots. */
const CAPACITY = 45_000
/** Extra channels that are kept, more than any screen has strips for; further ones are in the log alone. */
export const MOST_EXTRA_SERIES = 16
/** Marks of each sign that are kept; older ones are in the log alone. */
const MARKS = 500

/** A slot without samples has no row. */
const NO_ROW = 0

/**
 * The last 15 minutes for the chart, folded to min, max and last per 20 ms. Slots without samples
 * stay empty, and take 3 bytes; others a row more (80 bytes, 24 an extra channel): 1 MB at
 * ten samples a second, 4 MB however fast they come.
 */
export class TraceStore {
  /** By place, the number of a slot modulo `CAPACITY`; what is older than that is cleared. */
  readonly #rows = new Uint16Array(CAPACITY)
  /** `SIGN`s, and `BROKEN`; by place. */
  readonly #signs = new Uint8Array(CAPACITY)
  /** Measured samples, by row. */
  readonly #counts: number[] = [0]
  readonly #freeRows: number[] = []
  #electric: readonly SlotSeries[] = []
  readonly #extras = new Map<string, SlotSeries>()
  readonly #marks = new Map<Sign, readonly number[]>()
  #epochId: number | null = null
  #oldest = Number.POSITIVE_INFINITY
  #newest = -1
  /** What came last was not measured. */
  #broken = false
  #isWhole = true

  /** False: something that was added is not kept any more, or never was. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** Begin of the oldest slot with a sample that is still kept, Unix µs; null: none yet. */
  get oldestUs(): number | null {
    if (this.#newest < 0) return null
    return Math.max(this.#oldest, this.#newest - CAPACITY + 1) * SLOT_US
  }

  /** Something is to be said of that time, Unix µs. */
  mark(timeUs: number, sign: Sign): void {
    const before = this.#marks.get(sign) ?? []
    if (before.length >= MARKS) this.#isWhole = false
    this.#marks.set(sign, [...before.slice(1 - MARKS), timeUs])
  }

  /** @param sample measured */
  add(sample: Sample): void {
    const slot = Math.floor(sample.timeUs / SLOT_US)
    // A sample that comes late lies before the break, not after it.
    const endsBreak = this.#broken && slot >= this.#newest
    if (endsBreak) this.#broken = false
    if (!this.#place(slot, sample)) return
    const row = this.#rowOf(slot)
    this.#counts[row] = (this.#counts[row] as number) + 1
    if (sample.gapBefore || endsBreak) this.#sign(slot, BROKEN)
    if (sample.electric) this.#addElectric(row, sample)
    if (sample.extras !== null) this.#addExtras(row, sample.extras)
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
    const all = [...this.#electric, ...this.#extras.values()]
    const grid = { startUs: first * slotUs, slotUs, length }
    const trace = emptyTrace(
      grid,
      all.map(({ id }) => id),
    )
    const series = all.map((from) => ({ from, into: trace.channels[from.id] as TraceSeries }))
    const from = Math.max(0, first * fold, this.#newest - CAPACITY + 1)
    const count = Math.min(end, this.#newest) - from + 1
    // Counted in small numbers: those of slots are beyond what an integer of the engine's takes.
    const begin = from % CAPACITY
    const into = from - first * fold
    const isLong = slotUs >= US_PER_SECOND
    for (let i = 0; i < count; i++) {
      const part = (into + i) / fold
      const to = Math.floor(part)
      // Of long ones, that of any sample: at their ends, a load that repeats may always be in one state.
      const keepsLast = isLong && to < length - 1 && part - to > placeWithin(first + to)
      this.#foldInto(trace, series, to, (begin + i) % CAPACITY, keepsLast)
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
    if (slot <= this.#newest - CAPACITY) {
      this.#isWhole = false
      return false
    }
    // A run begins without anything being lost: what is, the restart says.
    const isSameRun = this.#epochId === null || epochId === this.#epochId
    if (origin !== 'late') this.#epochId = epochId
    if (gapBefore && isSameRun) this.#lose(slot)
    this.#open(slot)
    if (!gapBefore && origin === 'late') this.#found(slot)
    return true
  }

  /** The slot is there from now on; what stood in the places of it and of those that are left out is over. */
  #open(slot: number): void {
    if (slot < this.#oldest) this.#oldest = slot
    if (slot <= this.#newest) return
    if (slot - this.#oldest >= CAPACITY) this.#isWhole = false
    const over = this.#newest < 0 ? 0 : Math.min(CAPACITY, slot - this.#newest)
    for (let back = 0; back < over; back++) this.#clear((slot - back) % CAPACITY)
    this.#newest = slot
  }

  #clear(place: number): void {
    this.#signs[place] = 0
    const row = this.#rows[place] as number
    if (row === NO_ROW) return
    this.#rows[place] = NO_ROW
    this.#freeRows.push(row)
  }

  /** The row of a slot that is there, an empty one where it had none. */
  #rowOf(slot: number): number {
    const place = slot % CAPACITY
    const known = this.#rows[place] as number
    if (known !== NO_ROW) return known
    const row = this.#freeRows.pop() ?? this.#counts.length
    this.#rows[place] = row
    this.#counts[row] = 0
    for (const series of this.#electric) series.clear(row)
    for (const series of this.#extras.values()) series.clear(row)
    return row
  }

  #sign(slot: number, bits: number): void {
    const place = slot % CAPACITY
    this.#signs[place] = (this.#signs[place] as number) | bits
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
    const place = slot % CAPACITY
    const signs = this.#signs[place] as number
    // Another sample is there: it may be the one behind the gap.
    const isThere = this.#rows[place] !== NO_ROW || (signs & SIGN.unmeasured) !== 0
    if (!isThere) this.#signs[place] = signs & ~SIGN.lost
  }

  #addElectric(row: number, { voltage, current, power, detail }: Sample): void {
    if (this.#electric.length === 0) {
      this.#electric = ELECTRIC_CHANNELS.map(({ id }) => new SlotSeries(id))
    }
    this.#electric[0]?.add(row, voltage)
    this.#electric[1]?.add(row, current)
    this.#electric[2]?.add(row, power)
    if (detail === null) return
    this.#electric[0]?.reach(row, detail.voltageMin, detail.voltageMax)
    this.#electric[1]?.reach(row, detail.currentMin, detail.currentMax)
  }

  #addExtras(row: number, extras: Extras): void {
    for (const id in extras) {
      let series = this.#extras.get(id)
      if (series === undefined) {
        if (this.#extras.size >= MOST_EXTRA_SERIES) {
          this.#isWhole = false
          continue
        }
        series = new SlotSeries(id)
        this.#extras.set(id, series)
      }
      series.add(row, extras[id] as number)
    }
  }

  #foldInto(trace: Trace, series: Pairs, to: number, place: number, keepsLast: boolean): void {
    const row = this.#rows[place] as number
    const signs = this.#signs[place] as number
    if (row === NO_ROW && signs === 0) return
    const isNew = trace.count[to] === 0
    trace.signs[to] = (trace.signs[to] as number) | (signs & ~BROKEN)
    if (isNew && (signs & BROKEN) !== 0) trace.broken[to] = 1
    if (row === NO_ROW) return
    trace.count[to] = (trace.count[to] as number) + (this.#counts[row] as number)
    for (let i = 0; i < series.length; i++) {
      const { from, into } = series[i] as Pairs[number]
      from.foldInto(into, to, row, keepsLast)
    }
  }
}

/** What is kept of each channel, and its place in a trace. */
type Pairs = readonly { readonly from: SlotSeries; readonly into: TraceSeries }[]
