import { US_PER_HOUR, US_PER_MINUTE, US_PER_SECOND } from '../../../util/time-units.ts'

const US_PER_MS = 1000
const US_PER_DAY = 24 * US_PER_HOUR

/**
 * Lengths of buckets: 1, 2, 5, 10, … of each unit, µs. From a minute on whole minutes, since the
 * log keeps no more than these once samples have passed the retention.
 */
const STEPS_US: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * US_PER_MS),
  ...[1, 2, 5, 10, 20].map((n) => n * US_PER_SECOND),
  ...[1, 2, 5, 10, 20].map((n) => n * US_PER_MINUTE),
  ...[1, 2, 5, 10].map((n) => n * US_PER_HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000].map(
    (n) => n * US_PER_DAY,
  ),
]

/** Times of a series, Unix µs; the end exclusive. */
export interface SeriesSpan {
  readonly fromUs: number
  readonly toUs: number
}

/**
 * The shortest step of the ladder with which a span has no more buckets than `points`; these
 * begin at multiples of it since 1970, so that another look at the same time finds the same ones.
 *
 * @param points 1 or more
 * @param leastUs no shorter than that
 */
export function stepFor(span: SeriesSpan, points: number, leastUs = 0): number {
  const fits = (stepUs: number): boolean => stepUs >= leastUs && bucketsIn(span, stepUs) <= points
  // The longest one is more than all of JavaScript's time.
  return STEPS_US.find(fits) ?? (STEPS_US.at(-1) as number)
}

/** The span, out to the ends of the buckets that it reaches into. */
export function alignedTo({ fromUs, toUs }: SeriesSpan, stepUs: number): SeriesSpan {
  return { fromUs: Math.floor(fromUs / stepUs) * stepUs, toUs: Math.ceil(toUs / stepUs) * stepUs }
}

function bucketsIn(span: SeriesSpan, stepUs: number): number {
  const { fromUs, toUs } = alignedTo(span, stepUs)
  return (toUs - fromUs) / stepUs
}
