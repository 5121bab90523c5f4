import { ELECTRIC } from '../../domain/channels.ts'
import type { ChannelStatistics } from '../../stats/statistics.ts'
import { extraKey } from '../../stats/statistics-feed.ts'
import type { Catalog } from '../file/catalog.ts'
import type { Bucket, DetailedBucket, LogRange, StatisticsWish } from './log-query.ts'
import type { FilledStatistics, StatisticsScan } from './statistics-scan.ts'

type Statistics = ReadonlyMap<string, ChannelStatistics>

const NONE: Statistics = new Map()

/** Statistics of one device, bucket by bucket. */
interface Head {
  readonly rest: Generator<FilledStatistics, undefined>
  next: FilledStatistics | undefined
}

/** Adds to buckets what only the raw samples can tell. */
export class StatisticsQuery {
  readonly #catalog: Catalog
  readonly #scan: StatisticsScan

  constructor(catalog: Catalog, scan: StatisticsScan) {
    this.#catalog = catalog
    this.#scan = scan
  }

  /**
   * The same buckets, one by one. Samples of a bucket that are no longer all there have
   * no statistics: roll-ups know how many there were.
   *
   * @param buckets of the range, in order of time
   * @param everyUs their length; infinite: one a device over all of the range
   */
  *detailed(
    buckets: Iterable<Bucket>,
    range: LogRange,
    everyUs: number,
    wish: StatisticsWish,
  ): Generator<DetailedBucket> {
    const heads = new Map<string, Head>()
    for (const id of this.#catalog.idsOf(range.device)) {
      const rest = this.#scan.buckets(id, range, everyUs, wish)
      heads.set(this.#catalog.nameOf(id), { rest, next: undefined })
    }
    for (const bucket of buckets) {
      const index = everyUs === Number.POSITIVE_INFINITY ? 0 : Math.floor(bucket.fromUs / everyUs)
      const head = heads.get(bucket.device)
      const statistics = head === undefined ? NONE : advanceTo(head, index)
      yield { ...bucket, statistics: isComplete(bucket, statistics) ? statistics : null }
    }
    // To their ends, where they see whether all rows were met.
    for (const { rest } of heads.values()) for (const _filled of rest);
  }
}

function advanceTo(head: Head, index: number): Statistics {
  while (head.next === undefined || head.next.index < index) {
    const { value } = head.rest.next()
    if (value === undefined) return NONE
    head.next = value
  }
  return head.next.index === index ? head.next.channels : NONE
}

function isComplete({ measured, channels }: Bucket, statistics: Statistics): boolean {
  if ((statistics.get(ELECTRIC.voltage.id)?.n ?? 0) !== measured) return false
  return [...channels].every(([id, { n }]) => statistics.get(extraKey(id))?.n === n)
}
