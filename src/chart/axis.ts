import { fixed } from '../util/number-text.ts'

/** A linear axis with evenly spaced round ticks. */
export interface Axis {
  readonly low: number
  readonly high: number
  /** From `high` down to `low`. */
  readonly labels: readonly string[]
}

/** Steps between ticks: these times a power of ten. */
const ROUND_STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8]

/** Beyond, the height of an axis may be no number any more. */
const LARGEST = 1e300

/**
 * The narrowest axis of `intervals` round steps that holds `min` to `max`.
 *
 * Zero is part of it where the values come near it, since a bar chart of a
 * load reads wrong otherwise; a steady value far from zero is zoomed into, but
 * never closer than `finest`, so that one digit of noise does not fill it.
 *
 * @param finest smallest height of the axis, in the unit of the values
 * @param intervals 1 or more
 */
export function roundAxis(min: number, max: number, intervals: number, finest: number): Axis {
  let low = Math.max(-LARGEST, Math.min(min, max))
  let high = Math.min(LARGEST, Math.max(min, max))
  if (low > 0 && low <= high / 2) low = 0
  if (high < 0 && high >= low / 2) high = 0
  const height = Math.max(high - low, finest, Math.max(Math.abs(low), Math.abs(high)) * 1e-6)
  const middle = (low + high) / 2
  if (high - low < height) {
    // Grow around the middle, but not across zero: nothing was negative there.
    low = low >= 0 ? Math.max(0, middle - height / 2) : middle - height / 2
    high = low + height
  }
  let exponent = Math.floor(Math.log10(height / intervals)) - 1
  for (;;) {
    for (const round of ROUND_STEPS) {
      const axis = stepAxis(low, high, round, exponent, intervals)
      if (axis) return axis
    }
    exponent++
  }
}

/** The axis for one step size, or nothing where it is too small for the values. */
function stepAxis(
  low: number,
  high: number,
  round: number,
  exponent: number,
  intervals: number,
): Axis | undefined {
  const step = round * 10 ** exponent
  // A value on a tick must not be pushed to the next one by float noise.
  const first = Math.floor(low / step + 1e-9)
  if ((first + intervals) * step < high - step * 1e-9) return undefined
  const decimals = Math.max(0, -exponent + (Number.isInteger(round) ? 0 : 1))
  const labels = Array.from({ length: intervals + 1 }, (_, i) =>
    fixed((first + intervals - i) * step, Math.min(20, decimals)),
  )
  return { low: first * step, high: (first + intervals) * step, labels }
}

/** Dot row of a value, 0 at the top; values outside are held at the edge. */
export function dotRow(axis: Axis, value: number, dots: number): number {
  const row = Math.round(((axis.high - value) / (axis.high - axis.low)) * (dots - 1))
  return Math.max(0, Math.min(dots - 1, row))
}
