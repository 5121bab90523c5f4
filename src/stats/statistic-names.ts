/** What there is beside min, avg and max, in the order in which all of it is shown. */
export const STATISTICS = [
  'mean_time',
  'stddev',
  'p2p',
  'p5',
  'p50',
  'p95',
  'p99',
  'crest',
  'slope',
] as const
export type StatisticName = (typeof STATISTICS)[number]

const PERCENTILES: ReadonlySet<StatisticName> = new Set(['p5', 'p50', 'p95', 'p99'])

export function isPercentile(name: StatisticName): boolean {
  return PERCENTILES.has(name)
}
