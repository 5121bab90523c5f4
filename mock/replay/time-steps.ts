import { median } from './columns.ts'

const DAY_US = 86_400e6
/** Share of steps that must not go back in a column that is the time. */
const MOSTLY = 0.95
/** Up to so many restarts of the board are believed in however short a recording. */
const FEW_RESTARTS = 3

/** Differences between values one after another; NaN is passed over. */
export function steps(values: readonly number[]): number[] {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.slice(1).map((value, i) => value - (known[i] as number))
}

export function medianStep(values: readonly number[]): number {
  return median(steps(values).filter((step) => step > 0))
}

export function isMonotonic(us: readonly number[]): boolean {
  const all = steps(us)
  return all.filter((step) => step >= 0).length >= all.length * MOSTLY
}

/** Rising, but for a broken cell or a restart here and there. */
export function isCounter(values: readonly number[]): boolean {
  const all = steps(values)
  const back = all.filter((step) => step < 0).length
  const forward = all.filter((step) => step > 0).length
  return all.length === 0 || (back <= Math.max(1, all.length * (1 - MOSTLY)) && forward > 2 * back)
}

/** A time further than this from those around it is none, µs. */
export function farFrom(us: readonly number[]): number {
  return Math.max(1e6, 3 * (medianStep(us) || 0))
}

/** Whether a time lies far outside of those before and after it, which are in order. */
export function isSpike(before: number, value: number, after: number, farUs: number): boolean {
  return before <= after && (value > after + farUs || value < before - farUs)
}

/**
 * Rows whose time is neither a restart nor a step back: the rows before and after
 * it are in order, and it lies far outside of them. One digit was damaged.
 */
export function spikesOf(us: readonly number[]): ReadonlySet<number> {
  const farUs = farFrom(us)
  const spikes = new Set<number>()
  const known = us.flatMap((value, i) => (Number.isNaN(value) ? [] : [i]))
  let before = us[known[0] ?? 0] as number
  for (let k = 1; k + 1 < known.length; k++) {
    const row = known[k] as number
    const value = us[row] as number
    const after = us[known[k + 1] as number] as number
    if (isSpike(before, value, after, farUs)) spikes.add(row)
    else before = value
  }
  return spikes
}

/** Gives each time of a column its place where the count begins again; the times come in order, NaN for none. */
export type Unwrap = (us: number) => number

/** A time of day that falls by more than half a day belongs to the next one. */
export function pastMidnight(): Unwrap {
  let days = 0
  let last = Number.NaN
  return (value) => {
    if (last - value > DAY_US / 2) days++
    if (!Number.isNaN(value)) last = value
    return value + days * DAY_US
  }
}

/**
 * `millis()` and `micros()` begin again at 2^32; a restarted board begins near 0, and its time goes on.
 *
 * @param scale µs of the counter's 1
 * @param us of the whole column, or a look at it
 * @returns leaves them as they are where they fall so often that they are no time
 */
export function past32Bits(scale: number, us: readonly number[]): Unwrap {
  const wrapUs = 2 ** 32 * scale
  const stepUs = medianStep(us) || 0
  const unwrap = (): { readonly next: Unwrap; readonly restarts: () => number } => {
    let shiftUs = 0
    let restarts = 0
    let last = Number.NaN
    const next = (value: number): number => {
      const backUs = last - value
      if (backUs > wrapUs / 2) {
        shiftUs += wrapUs
      } else if (backUs > 1e6 && value <= last / 2) {
        shiftUs += backUs + stepUs
        restarts++
      }
      if (!Number.isNaN(value)) last = value
      return value + shiftUs
    }
    return { next, restarts: () => restarts }
  }
  const tried = unwrap()
  for (const value of us) tried.next(value)
  const isNoTime = tried.restarts() > Math.max(FEW_RESTARTS, us.length * (1 - MOSTLY))
  return isNoTime ? (value) => value : unwrap().next
}
