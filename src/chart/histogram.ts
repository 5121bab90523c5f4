import { ownValue } from '../util/records.ts'
import { ROUND_STEPS } from './axis.ts'
import { extent } from './columns.ts'
import { AVERAGED, type Trace } from './trace.ts'

/** How often a channel had values of which size. */
export interface Histogram {
  /** Lower end of the first bin, and height of each. */
  readonly low: number
  readonly step: number
  /** Power of ten of the last digit of a bin's end. */
  readonly digit: number
  /** Samples in each bin, from the lowest on; fractions where it is not known in which of several. */
  readonly counts: readonly number[]
  readonly samples: number
  /** Every sample is counted where it belongs. */
  readonly isExact: boolean
}

/** The least height of a bin is this part of the smallest axis: about a step of the sensor. */
const FINEST_BIN = 10
const NOISE = 1e-9

/**
 * Counts the samples of a channel by their value, in at most so many bins, whose ends are
 * whole multiples of 1, 2 or 5 times a power of ten. Of a slot of one or two samples every value is
 * known; of one with more the lowest, the highest and the last. The others are counted half with the last and
 * half with the last of the slot before where it lies between the two ends: both were taken as samples come, not
 * because they stood out. Where all that is known beside the two ends is a mean, the others are shared between
 * the ends as it says. So no bin has a count in which no sample was.
 *
 * @param finest smallest height of an axis of the channel
 * @returns null: there are no values
 */
export function histogramOf(
  trace: Trace,
  channel: { readonly id: string; readonly finest: number },
  bins: number,
): Histogram | null {
  const range = extent(trace, channel.id)
  const series = ownValue(trace.channels, channel.id)
  if (range === null || series === undefined || bins < 1) return null
  const { step, exponent, first } = binsFor(range, bins, channel.finest / FINEST_BIN)
  const binOf = (value: number): number => {
    return Math.max(0, Math.min(bins - 1, Math.floor(value / step + NOISE) - first))
  }
  const counts = new Array<number>(bins).fill(0)
  const add = (bin: number, count: number): void => {
    counts[bin] = (counts[bin] ?? 0) + count
  }
  const isAveraged = (slot: number): boolean => ((trace.signs[slot] ?? 0) & AVERAGED) !== 0
  let samples = 0
  let isExact = true
  let before = Number.NaN
  for (let slot = 0; slot < trace.length; slot++) {
    const count = trace.count[slot] ?? 0
    if (count === 0) continue
    const min = series.min[slot] as number
    const max = series.max[slot] as number
    if (Number.isNaN(min)) continue
    samples += count
    const from = binOf(min)
    const to = binOf(max)
    if (from === to) add(from, count)
    else {
      add(from, 1)
      add(to, count > 1 ? 1 : 0)
      const others = Math.max(0, count - 2)
      if (others > 0) isExact = false
      const last = series.last[slot] ?? max
      if (isAveraged(slot)) {
        // The mean of the others, without the two that are counted.
        const mean = others > 0 ? (last * count - min - max) / others : min
        const high = Math.max(0, Math.min(1, (mean - min) / (max - min))) * others
        add(to, high)
        add(from, others - high)
      } else {
        const other = before >= min && before <= max ? before : last
        add(binOf(last), others / 2)
        add(binOf(other), others / 2)
      }
    }
    before = isAveraged(slot) ? Number.NaN : (series.last[slot] ?? Number.NaN)
  }
  const used = counts.findLastIndex((count) => count > 0) + 1
  return {
    low: first * step,
    step,
    digit: exponent,
    counts: counts.slice(0, used),
    samples,
    isExact,
  }
}

/** The smallest round step with which the range has no more than so many bins. */
function binsFor(
  { min, max }: { readonly min: number; readonly max: number },
  bins: number,
  finest: number,
): { readonly step: number; readonly exponent: number; readonly first: number } {
  // Below this, a bin would be smaller than the digits of the values.
  const least = Math.max(finest, (max - min) / bins, Math.max(Math.abs(min), Math.abs(max)) * 1e-9)
  for (let exponent = Math.floor(Math.log10(least)); ; exponent++) {
    for (const round of ROUND_STEPS) {
      const step = round * 10 ** exponent
      if (step < least * (1 - NOISE)) continue
      const first = Math.floor(min / step + NOISE)
      if (Math.floor(max / step + NOISE) - first < bins) return { step, exponent, first }
    }
  }
}
