import { UsualInterval } from '../stats/usual-interval.ts'
import type { Trace, TraceSeries } from './trace.ts'

/** What a slot is to the curve of a channel: nothing, its next point, or one to which no line leads. */
export type Join = 'none' | 'joined' | 'begun'

/** A value that comes within this many usual intervals is in time: none is missing before it. */
const IN_TIME = 1.5

/**
 * Which slots of a trace the curve of a channel joins; to be asked of each, in order. A gap of all channels is one of this curve as well.
 * Where only other channels have values in between, as those of other polling groups, the time between two of this one decides: where
 * it is a pause (`UsualInterval`) there is a gap, and where it is as long as usual, the gap is that of the others.
 */
export class Joins {
  readonly #trace: Trace
  readonly #series: TraceSeries
  readonly #usual = new UsualInterval()
  /** Of the newest value; -1: none yet. */
  #before = -1
  /** Since then, slots that have values of other channels alone, and whether the curves break in one of them. */
  #others = 0
  #isBroken = false

  constructor(trace: Trace, series: TraceSeries) {
    this.#trace = trace
    this.#series = series
  }

  at(slot: number): Join {
    const { count, broken, slotUs } = this.#trace
    const isBroken = broken[slot] === 1
    if (count[slot] === 0 || Number.isNaN(this.#series.min[slot])) {
      if (count[slot] !== 0) this.#others++
      this.#isBroken ||= isBroken
      return 'none'
    }
    const spacingUs = (slot - this.#before) * slotUs
    const isFirst = this.#before < 0
    const isSparse = this.#others > 0
    // A slot is as long as it is: two values may be that much nearer to each other.
    const isPause = isSparse && spacingUs > this.#usual.longestUs + slotUs
    const usualUs = this.#usual.us
    const isInTime = usualUs !== null && spacingUs <= IN_TIME * usualUs + slotUs
    if (!isFirst) this.#usual.add(spacingUs)
    const isGap = isFirst || isBroken || isPause || (this.#isBroken && !(isSparse && isInTime))
    this.#before = slot
    this.#others = 0
    this.#isBroken = false
    return isGap ? 'begun' : 'joined'
  }
}
