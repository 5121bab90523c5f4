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

/** Those that are percentiles. */
const PERCENTS: Readonly<Partial<Record<StatisticName, number>>> = {
  p5: 5,
  p50: 50,
  p95: 95,
  p99: 99,
}

export function isPercentile(name: StatisticName): boolean {
  return PERCENTS[name] !== undefined
}
