/** From where to where a gauge's bar reaches, so that a small load uses it as well as a large one. */

/** A bar's two ends, in the channel's unit; `from` is 0, or as far below it as `to` is above. */
export interface GaugeScale {
  readonly from: number
  readonly to: number
}

/** What a bar has to hold, in the channel's unit. */
export interface GaugeSpan {
  readonly min: number
  readonly max: number
  /** What the sensor can measure; a round end beyond it would be of no use. 0: not known. */
  readonly fullScale: number
}

/** Ends are these times a power of ten: close enough to each other that a bar is at least half full. */
const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const
/** The least height of a bar, in steps of the sensor: less would show nothing but noise. */
const LEAST_STEPS = 20
/** A smaller end is taken where the largest value is clearly within it. */
const SHRINK_BELOW = 0.9
/** What is negative by less than this share of the bar moves no zero: it is an offset. */
const OFFSET = 0.02

/**
 * The next scale. It grows at once, and shrinks only where all that is to be held is clearly within a
 * smaller one.
 *
 * @param finest a step of the sensor
 * @param previous the last one of this gauge; null: there is none
 */
export function gaugeScale(
  { min, max, fullScale }: GaugeSpan,
  finest: number,
  previous: GaugeScale | null,
): GaugeScale {
  const size = Math.max(Math.abs(min), Math.abs(max), LEAST_STEPS * finest)
  const to = endFor(size, fullScale, previous?.to ?? null)
  const isBelow = min < -OFFSET * to
  const wasBelow = previous !== null && previous.from < 0 && min < (-OFFSET * to) / 2
  return { from: isBelow || wasBelow ? -to : 0, to }
}

function endFor(size: number, fullScale: number, previous: number | null): number {
  const fit = bounded(roundAbove(size), size, fullScale)
  if (previous === null || fit >= previous) return fit
  return size < SHRINK_BELOW * fit ? fit : bounded(roundAbove(fit * 1.001), size, fullScale)
}

function bounded(end: number, size: number, fullScale: number): number {
  return size <= fullScale && end > fullScale ? fullScale : end
}

function roundAbove(size: number): number {
  const power = Math.floor(Math.log10(Math.min(size, 1e300)))
  const digit = ROUND.find((each) => Number(`${each}e${power}`) >= size) ?? 10
  return Number(`${digit}e${power}`)
}
