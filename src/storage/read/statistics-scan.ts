import type Database from 'better-sqlite3'
import { withoutDetail } from '../../domain/detail.ts'
import { type ChannelFlow, FlowSink } from '../../stats/channel-flow.ts'
import { ChannelAccumulator, type ChannelStatistics } from '../../stats/statistics.ts'
import {
  type FeedSample,
  StatisticsFeed,
  type StatisticsSink,
} from '../../stats/statistics-feed.ts'
import type { Catalog } from '../file/catalog.ts'
import { Damage } from '../file/log-errors.ts'
import { areStored, type SampleRow, type SampleScan } from '../file/sample-scan.ts'
import { fromStored } from '../file/stored-value.ts'
import type { ExtrasScan } from './extras-scan.ts'
import type { LogSpan, StatisticsWish } from './log-query.ts'
import { PercentileScan } from './percentile-scan.ts'

/** The statistics of a bucket that has samples; those between have none. */
export interface FilledStatistics {
  /** Number of the bucket: its begin is this times its length, Unix time. */
  readonly index: number
  readonly channels: ReadonlyMap<string, ChannelStatistics>
}

const WITHOUT_MOMENTS: StatisticsWish = { withPercentiles: true, withMoments: false }

/** Gathers the statistics of one device in buckets of equal length, from the raw samples. */
export class StatisticsScan {
  readonly #catalog: Catalog
  readonly #scan: SampleScan
  readonly #extras: ExtrasScan | null
  readonly #percentiles: PercentileScan

  /** @param extras null: the log has no extra channels */
  constructor(
    db: Database.Database,
    catalog: Catalog,
    scan: SampleScan,
    extras: ExtrasScan | null,
  ) {
    this.#catalog = catalog
    this.#scan = scan
    this.#extras = extras
    this.#percentiles = new PercentileScan(db)
  }

  /** Buckets with samples in order of time. @param everyUs whole µs; infinite: one for all @throws Damage */
  buckets(
    deviceId: number,
    span: LogSpan,
    everyUs: number,
    wish: StatisticsWish,
  ): Generator<FilledStatistics, undefined> {
    const isCountOnly = wish.withPercentiles && !wish.withMoments && this.#extras === null
    return isCountOnly
      ? this.#counted(deviceId, span, everyUs)
      : this.#gathered(deviceId, span, everyUs, wish)
  }

  *#counted(
    deviceId: number,
    { fromUs, toUs }: LogSpan,
    everyUs: number,
  ): Generator<FilledStatistics, undefined> {
    let rows = 0
    for (let from = fromUs; from < toUs; ) {
      const next = this.#percentiles.next({ fromUs: from, toUs })
      if (next === null) break
      const isOne = everyUs === Number.POSITIVE_INFINITY
      const index = isOne ? 0 : Math.floor(next / everyUs)
      const span = { fromUs: next, toUs: isOne ? toUs : Math.min(toUs, (index + 1) * everyUs) }
      const { channels, rowCount } = this.#percentiles.counted(deviceId, span)
      rows += rowCount
      if (channels === null) yield* this.#gathered(deviceId, span, everyUs, WITHOUT_MOMENTS)
      else if (channels.size > 0) yield { index, channels }
      from = span.toUs
    }
    this.#percentiles.checkSpan({ fromUs, toUs }, rows)
    return undefined
  }

  *#gathered(
    deviceId: number,
    { fromUs, toUs }: LogSpan,
    everyUs: number,
    wish: StatisticsWish,
  ): Generator<FilledStatistics, undefined> {
    const sink = new BucketSink(wish)
    const feed = new StatisticsFeed(sink, false)
    let index = Number.NaN
    for (const rows of this.#scan.pages(fromUs, toUs)) {
      const own = rows.filter((row) => this.#scan.isOf(row, deviceId))
      for (const sample of this.#samples(own)) {
        const next = Math.floor(sample.timeUs / everyUs)
        if (next !== index) {
          if (!Number.isNaN(index)) yield { index, channels: sink.take(feed.channels) }
          index = next
        }
        this.#show(feed, sample)
      }
    }
    if (!Number.isNaN(index)) yield { index, channels: sink.take(feed.channels) }
    return undefined
  }

  /**
   * What the channels of one device come to over time, by their keys (`extraKey`), between each two cuts. Samples
   * of other devices cost little.
   *
   * @param cuts Unix µs, rising, at least two
   * @throws Damage
   */
  flows(deviceId: number, cuts: readonly number[]): ReadonlyMap<string, ChannelFlow>[] {
    const sink = new FlowSink()
    const feed = new StatisticsFeed(sink, false)
    const [fromUs = 0, ...ends] = cuts
    const flows: ReadonlyMap<string, ChannelFlow>[] = []
    for (const rows of this.#scan.pagesOf(deviceId, fromUs, ends.at(-1) ?? fromUs)) {
      for (const sample of this.#samples(rows)) {
        while (sample.timeUs >= (ends[flows.length] as number)) flows.push(sink.take(feed.channels))
        this.#show(feed, sample)
      }
    }
    while (flows.length < ends.length) flows.push(sink.take(feed.channels))
    return flows
  }

  #show(feed: StatisticsFeed, sample: FeedSample): void {
    if (!feed.knows(sample.epochId)) this.#prime(feed, sample)
    feed.add(sample)
  }

  #prime(feed: StatisticsFeed, { epochId, timeUs }: FeedSample): void {
    const rows = this.#scan.runUpTo(epochId, timeUs, this.#extras !== null)
    for (const sample of this.#samples(rows)) feed.add(sample, false)
  }

  #samples(rows: readonly SampleRow[]): FeedSample[] {
    const extras = this.#extras?.of(rows)
    return rows.map((row) => {
      if (!areStored(row)) throw new Damage()
      const [timeUs, epochId, seq, v, a, w, statusId, detail = null] = row
      const values = extras?.get(timeUs) ?? null
      return {
        timeUs,
        epochId,
        seq: seq ?? -1,
        voltage: fromStored(v),
        current: fromStored(a),
        power: fromStored(w),
        extras: detail === null ? values : withoutDetail(values),
        detail,
        measured: this.#catalog.status(statusId).measured,
      }
    })
  }
}

/** The values of the bucket under way, by places of the channels. */
class BucketSink implements StatisticsSink {
  readonly #wish: StatisticsWish
  #channels: (ChannelAccumulator | undefined)[] = []

  constructor(wish: StatisticsWish) {
    this.#wish = wish
  }

  value(channel: number, timeUs: number, value: number): void {
    this.#of(channel).add(timeUs, value)
  }

  reach(channel: number, _timeUs: number, min: number, max: number): void {
    this.#of(channel).moments.reach(min, max)
  }

  pair(channel: number, _timeUs: number, spanUs: number, value0: number, value1: number): void {
    this.#of(channel).moments.addPair(spanUs, value0, value1)
  }

  /** The figures of the bucket; another one begins. @param ids by place */
  take(ids: readonly string[]): Map<string, ChannelStatistics> {
    const figures = new Map<string, ChannelStatistics>()
    this.#channels.forEach((channel, place) => {
      if (channel !== undefined) figures.set(ids[place] as string, channel.read())
    })
    this.#channels = []
    return figures
  }

  #of(place: number): ChannelAccumulator {
    const known = this.#channels[place]
    if (known !== undefined) return known
    const made = new ChannelAccumulator(this.#wish.withPercentiles)
    this.#channels[place] = made
    return made
  }
}
