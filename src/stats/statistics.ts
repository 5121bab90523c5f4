import { Moments } from './moments.ts'
import { isPercentile, type StatisticName } from './statistic-names.ts'
import { BIN_ERROR, ValueDigest } from './value-digest.ts'

/** What the measured values of one channel in a span come to; defined in docs/log.md. */
export interface ChannelStatistics {
  /** Measured values. */
  readonly n: number
  /** In the unit of the channel; null where there is no value. */
  readonly min: number | null
  readonly mean: number | null
  readonly max: number | null
  /** null where it does not exist, or was not asked for. `slope` is per second. */
  readonly figures: Readonly<Record<StatisticName, number | null>>
  /** Time that `mean_time` is known for, µs. */
  readonly coveredUs: number
  /** Relative error of the percentiles at most; 0: they are measured values. */
  readonly percentileError: number
}

/** @param digest null: percentiles were not asked for */
export function statisticsOf(moments: Moments, digest: ValueDigest | null): ChannelStatistics {
  const { count, min, mean, max, coveredUs } = moments
  return {
    n: count,
    min,
    mean,
    max,
    figures: {
      mean_time: moments.meanTime,
      stddev: moments.stddev,
      p2p: moments.p2p,
      ...percentileFigures(digest, min, max),
      crest: moments.crest,
      slope: moments.slope,
    },
    coveredUs,
    percentileError: errorOf(digest),
  }
}

/** Of values that are counted and no more: all else is null. @param min, max of the values */
export function percentilesOf(digest: ValueDigest, min: number, max: number): ChannelStatistics {
  const none = statisticsOf(new Moments(), null)
  const figures = { ...none.figures, ...percentileFigures(digest, min, max) }
  return { ...none, n: digest.count, min, max, figures, percentileError: errorOf(digest) }
}

type Percentiles = Readonly<Record<'p5' | 'p50' | 'p95' | 'p99', number | null>>

function percentileFigures(
  digest: ValueDigest | null,
  min: number | null,
  max: number | null,
): Percentiles {
  const percentile = (percent: number): number | null => {
    const value = digest?.percentile(percent) ?? null
    if (value === null || min === null || max === null) return null
    // The middle of the outer bins may lie outside.
    return Math.min(max, Math.max(min, value))
  }
  return { p5: percentile(5), p50: percentile(50), p95: percentile(95), p99: percentile(99) }
}

function errorOf(digest: ValueDigest | null): number {
  return digest === null || digest.isExact ? 0 : BIN_ERROR
}

/** Decimals of all figures but exact percentiles, which have the digits of the device. */
const DECIMALS = 9
/** Slopes are small: a volt a month is 0.4 µV/s. */
const SLOPE_DECIMALS = 12

/** A figure as reports print it, without float noise; null stays null. */
export function printedFigure(
  { figures, percentileError }: ChannelStatistics,
  name: StatisticName,
): number | null {
  const value = figures[name]
  if (value === null || (isPercentile(name) && percentileError === 0)) return value
  return Number(value.toFixed(name === 'slope' ? SLOPE_DECIMALS : DECIMALS))
}

/** Gathers the values of one channel. */
export class ChannelAccumulator {
  readonly moments = new Moments()
  readonly #digest: ValueDigest | null

  /** @param withPercentiles false: less memory */
  constructor(withPercentiles: boolean) {
    this.#digest = withPercentiles ? new ValueDigest() : null
  }

  add(timeUs: number, value: number): void {
    this.moments.add(timeUs, value)
    this.#digest?.add(value)
  }

  read(): ChannelStatistics {
    return statisticsOf(this.moments, this.#digest)
  }
}
