import { ELECTRIC, QUANTITIES } from '../../domain/channels.ts'
import { STATISTICS, type StatisticName } from '../../stats/statistic-names.ts'
import type { ChannelStatistics } from '../../stats/statistics.ts'
import { extraKey } from '../../stats/statistics-feed.ts'
import type {
  Bucket,
  DetailedBucket,
  LoggedChannel,
  LogRange,
} from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatIso } from '../../util/time-text.ts'
import { averageOf, BucketLines, coverageOf, hourAmount } from './export-format.ts'
import { type DetailedTotal, detailedTotals, statisticsMembers } from './history-statistics.ts'
import { wishOf } from './statistics-option.ts'

/** Version of the JSON that `history` writes; goes up when a member changes its meaning or goes. */
const JSON_VERSION = 1

/** The log for programs; documented in docs/log.md. Piece by piece, so that memory stays flat. */
export function* jsonText(
  reader: LogReader,
  range: LogRange,
  everyMs: number | undefined,
  stats: readonly StatisticName[] | undefined,
): Generator<string> {
  yield `{"version":${JSON_VERSION}`
  const channels = reader.channels(range.device)
  // Asked for with --every, they are wanted of the buckets; the totals have what costs little.
  const names = stats ?? STATISTICS
  const isAsked = stats !== undefined && everyMs === undefined
  const totals = detailedTotals(reader, range, names, isAsked)
  yield* list('devices', totals, (each) => totalObject(each, names, channels))
  if (everyMs !== undefined) {
    const own = stats ?? []
    const lines = new BucketLines('ndjson', [], own)
    yield* list('buckets', bucketsOf(reader, range, everyMs, own), (bucket) => {
      const line = withMembers(lines.line(bucket).trimEnd(), directionMembers(bucket))
      return channels.length === 0
        ? line
        : withMembers(line, { channels: channelMembers(bucket, [], own, statisticsIn(bucket)) })
    })
  }
  yield* list('lost', reader.losses(range), (loss) =>
    JSON.stringify({
      device: loss.device,
      from: formatIso(loss.fromUs),
      to: formatIso(loss.toUs),
      first_seq: loss.firstSeq,
      count: loss.count,
      reason: loss.reason,
    }),
  )
  yield* list('events', reader.events(range), ({ timeUs, device, kind, detail }) =>
    JSON.stringify({ time: formatIso(timeUs), device, kind, detail }),
  )
  yield '}\n'
}

function bucketsOf(
  reader: LogReader,
  range: LogRange,
  everyMs: number,
  names: readonly StatisticName[],
): Generator<Bucket | DetailedBucket> {
  return names.length === 0
    ? reader.buckets(range, everyMs * 1000)
    : reader.detailedBuckets(range, everyMs * 1000, wishOf(names))
}

type Statistics = ReadonlyMap<string, ChannelStatistics>

function statisticsIn(bucket: Bucket | DetailedBucket): Statistics {
  return ('statistics' in bucket ? bucket.statistics : null) ?? new Map()
}

/** @param channels of all devices; none: the log has no extra channels */
function totalObject(
  { total: bucket, state, statistics }: DetailedTotal,
  names: readonly StatisticName[],
  channels: readonly LoggedChannel[],
): string {
  const electric = QUANTITIES.map((each) => {
    const { id, column } = ELECTRIC[each]
    const figures = bucket[each]
    const further = statisticsMembers(statistics.get(id), names)
    return [column, figures && { ...figures, avg: averageOf(figures), ...further }]
  })
  return JSON.stringify({
    device: bucket.device,
    from: formatIso(bucket.fromUs),
    to: formatIso(bucket.toUs),
    samples: bucket.samples,
    measured: bucket.measured,
    lost: bucket.lost,
    covered_s: bucket.coveredUs / 1e6,
    coverage: coverageOf(bucket),
    ...Object.fromEntries(electric),
    charge_mah: hourAmount(bucket.chargeMah),
    energy_mwh: hourAmount(bucket.energyMwh),
    ...directionMembers(bucket),
    ...(channels.length === 0
      ? {}
      : { channels: channelMembers(bucket, channels, names, statistics) }),
    statistics: state,
  })
}

/** The extra channels of a bucket by id; with their units where these are given. */
function channelMembers(
  bucket: Bucket,
  channels: readonly LoggedChannel[],
  names: readonly StatisticName[],
  statistics: Statistics,
): Record<string, object> {
  const entries = [...bucket.channels].map(([id, summary]) => {
    const own = channels.find((each) => each.id === id && each.device === bucket.device)
    const figures = statistics.get(extraKey(id))
    const further = {
      ...statisticsMembers(figures, names),
      // Its own: not every sample has a value.
      ...(names.includes('mean_time') ? { covered_s: coveredS(figures) } : {}),
    }
    const unit = own === undefined ? {} : { unit: own.unit }
    return [id, { ...summary, avg: averageOf(summary), ...unit, ...further }] as const
  })
  return Object.fromEntries(entries)
}

function coveredS(figures: ChannelStatistics | undefined): number | null {
  return figures === undefined ? null : figures.coveredUs / 1e6
}

/** Charge and energy by direction; what flowed back is negative, so that both add up to the signed sum. */
function directionMembers(bucket: Bucket): Record<string, number | null> {
  return {
    charge_forward_mah: hourAmount(bucket.chargeForwardMah),
    charge_backward_mah: hourAmount(bucket.chargeBackwardMah),
    energy_forward_mwh: hourAmount(bucket.energyForwardMwh),
    energy_backward_mwh: hourAmount(bucket.energyBackwardMwh),
  }
}

/** An object's text with more members. */
function withMembers(text: string, members: object): string {
  return `${text.slice(0, -1)},${JSON.stringify(members).slice(1)}`
}

function* list<T>(name: string, items: Iterable<T>, text: (item: T) => string): Generator<string> {
  yield `,"${name}":[`
  let isFirst = true
  for (const item of items) {
    yield `${isFirst ? '' : ','}\n${text(item)}`
    isFirst = false
  }
  yield ']'
}
