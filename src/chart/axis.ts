import { fixed } from '../util/number-text.ts'
import { inUnit } from '../util/scaled-unit.ts'

/** A linear axis whose labelled values are whole multiples of 1, 2 or 5 times a power of ten. */
export interface Axis {
  /** Height in cells. */
  readonly rows: number
  /** Value at the lowest dot of the lowest row. */
  readonly low: number
  /** Value of a row's height. */
  readonly perRow: number
  /**
   * The value that each row is labelled with, from the top down; undefined where no label falls. It
   * is that at the lowest dot of its row, exactly.
   */
  readonly ticks: readonly (number | undefined)[]
  /** Power of ten of the labels' last digit. */
  readonly digit: number
}

/** Steps between labels: these times a power of ten. */
export const ROUND_STEPS: readonly number[] = [1, 2, 5]
/** Beyond, the height of an axis may be no number any more. */
const LARGEST = 1e300
/** The highest value stands at most this far above the lowest dot of the top row, in rows. */
const HEADROOM = 0.5
/** A value on a label must not be pushed to the next one by float noise. */
const NOISE = 1e-9

/**
 * The narrowest axis with round labels that holds `min` to `max`. A label falls on the
 * same dot of each row that has one, so that every label is exact.
 *
 * Zero is part of it where the values come near it, since a bar chart of a
 * load reads wrong otherwise; a steady value far from zero is zoomed into, but
 * never closer than `finest`, so that one digit of noise does not fill it.
 *
 * @param finest smallest height of the axis, in the unit of the values
 * @param rows height in cells, 1 or more
 */
export function roundAxis(min: number, max: number, rows: number, finest: number): Axis {
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
  const spacings = labelSpacings(rows)
  let exponent = Math.floor(Math.log10(height / rows)) - 1
  for (;;) {
    let best: Axis | null = null
    // A wide spacing of the next power of ten may be narrower than a tight one of this.
    for (let e = exponent; e <= exponent + 1; e++) {
      for (const round of ROUND_STEPS) {
        for (const spacing of spacings) {
          if (best !== null && (round * 10 ** e) / spacing >= best.perRow) continue
          best = stepAxis({ low, high, rows }, round, e, spacing) ?? best
        }
      }
    }
    if (best !== null) return best
    exponent++
  }
}

/** Rows from one label to the next, tight ones first: two labels in any axis, three where there is room. */
function labelSpacings(rows: number): number[] {
  const least = rows >= 7 ? 3 : Math.min(rows, 2)
  const tightest = rows >= 5 ? 2 : 1
  const widest = Math.max(tightest, Math.floor((rows - 1) / Math.max(1, least - 1)))
  const most = rows >= 20 ? Math.ceil(rows / 8) : tightest
  const first = Math.min(most, widest)
  return Array.from({ length: widest - first + 1 }, (_, i) => first + i)
}

/** What an axis has to hold, and where. */
interface Need {
  readonly low: number
  readonly high: number
  readonly rows: number
}

/** The axis for one step, or nothing where it is too small for the values. */
function stepAxis(
  { low, high, rows }: Need,
  round: number,
  exponent: number,
  spacing: number,
): Axis | null {
  const step = round * 10 ** exponent
  const perRow = step / spacing
  const first = Math.floor(low / step + NOISE)
  if (high - first * step > (rows - 1 + HEADROOM) * perRow + step * NOISE) return null
  const ticks = Array.from({ length: rows }, (_, row) => {
    const up = rows - 1 - row
    return up % spacing === 0 ? (first + up / spacing) * step : undefined
  })
  return { rows, low: first * step, perRow, ticks, digit: exponent }
}

/** What stands in each row, from the top down. @param exponent of the unit that it is written in */
export function labelsOf({ ticks, digit }: Axis, exponent = 0): readonly (string | undefined)[] {
  return ticks.map((tick) => (tick === undefined ? undefined : labelText(tick, digit, exponent)))
}

/**
 * A round value, exactly.
 *
 * @param digit power of ten of its last digit
 * @param exponent of the unit that it is written in
 */
export function labelText(value: number, digit: number, exponent: number): string {
  return fixed(inUnit(value, exponent), Math.min(20, Math.max(0, exponent - digit)))
}

/** The largest value that it is labelled with, without its sign. */
export function magnitudeOf({ ticks }: Axis): number {
  return Math.max(0, ...ticks.map((tick) => Math.abs(tick ?? 0)))
}

/** Dot row of a value, 0 at the top; values outside are held at the edge. */
export function dotRow({ rows, low, perRow }: Axis, value: number, dotsPerRow: number): number {
  const bottom = rows * dotsPerRow - 1
  const row = bottom - Math.round(((value - low) / perRow) * dotsPerRow)
  return Math.max(0, Math.min(bottom, row))
}
