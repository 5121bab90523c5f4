import { detailedTotals, wishOf } from '../../export/detailed-totals.ts'
import {
  channelMembers,
  countedMembers,
  directionMembers,
  eventMembers,
  lossMembers,
  totalMembers,
} from '../../export/total-members.ts'
import { STATISTICS, type StatisticName } from '../../stats/statistic-names.ts'
import type { ChannelStatistics } from '../../stats/statistics.ts'
import type { Bucket, DetailedBucket, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { BucketLines } from './export-format.ts'

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
  yield* list('devices', totals, (each) => JSON.stringify(totalMembers(each, names, channels)))
  if (everyMs !== undefined) {
    const own = stats ?? []
    const lines = new BucketLines('ndjson', [], own)
    yield* list('buckets', bucketsOf(reader, range, everyMs, own), (bucket) => {
      const line = withMembers(lines.line(bucket).trimEnd(), {
        ...directionMembers(bucket),
        ...countedMembers(bucket),
      })
      return channels.length === 0
        ? line
        : withMembers(line, { channels: channelMembers(bucket, [], own, statisticsIn(bucket)) })
    })
  }
  yield* list('lost', reader.losses(range), (loss) => JSON.stringify(lossMembers(loss)))
  yield* list('events', reader.events(range), (event) => JSON.stringify(eventMembers(event)))
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
