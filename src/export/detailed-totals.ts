import { isPercentile, type StatisticName } from '../stats/statistic-names.ts'
import type { ChannelStatistics } from '../stats/statistics.ts'
import type { Bucket, LogRange, StatisticsWish } from '../storage/read/log-query.ts'
import type { LogReader } from '../storage/read/log-reader.ts'

/** Without `--stats`, so many values are read for the statistics of a span: a fraction of a second. */
const READ_UNASKED = 200_000

/**
 * Why a span has further statistics, or none: `computed`; `skipped`, for there are too many
 * samples to read them unasked; `expired`, for some of them have passed the retention.
 */
export type StatisticsState = 'computed' | 'skipped' | 'expired'

/** A total with what is known of its statistics. */
export interface DetailedTotal {
  readonly total: Bucket
  readonly state: StatisticsState
  readonly statistics: ReadonlyMap<string, ChannelStatistics>
}

/** @param isAsked they were named, so that any number of samples is read for them */
export function detailedTotals(
  reader: LogReader,
  range: LogRange,
  names: readonly StatisticName[],
  isAsked: boolean,
): DetailedTotal[] {
  const totals = reader.totals(range)
  const samples = totals.reduce((sum, each) => sum + each.samples, 0)
  if (names.length === 0 || (!isAsked && samples > READ_UNASKED)) {
    return totals.map((total) => ({ total, state: 'skipped', statistics: new Map() }))
  }
  return reader.detailedTotals(totals, range, wishOf(names)).map((total) => ({
    total,
    state: total.statistics === null ? 'expired' : 'computed',
    statistics: total.statistics ?? new Map(),
  }))
}

export function wishOf(names: readonly StatisticName[]): StatisticsWish {
  return {
    withPercentiles: names.some(isPercentile),
    withMoments: !names.every(isPercentile),
  }
}
