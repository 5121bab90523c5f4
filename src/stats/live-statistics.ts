import { isMeasured, type Sample } from '../domain/sample.ts'
import { RollingStatistics } from './rolling-statistics.ts'
import { ChannelAccumulator, type ChannelStatistics, statisticsOf } from './statistics.ts'
import {
  byChannelId,
  type FeedSample,
  StatisticsFeed,
  type StatisticsSink,
} from './statistics-feed.ts'

/** By channel id. */
export type StatisticsById = Readonly<Record<string, ChannelStatistics>>

/** One channel: its newest seconds, and all of it since a moment. */
interface Kept {
  readonly rolling: RollingStatistics
  readonly whole: ChannelAccumulator
}

/**
 * The statistics of one device while it is measured: over its newest seconds, and since a moment.
 * Made of the same values and pairs as those of the log.
 */
export class LiveStatistics implements StatisticsSink {
  /** Samples up to then are not in them, Unix µs; infinite: all samples are. */
  readonly beganUs: number
  readonly #longestS: number
  readonly #feed = new StatisticsFeed(this, true)
  /** By place of the channel in the feed. */
  #kept: (Kept | undefined)[] = []
  /** Samples up to then are not in `sinceReset`. */
  #sinceUs: number
  #firstUs: number | null = null

  /** @param longestS the longest window, whole s @param beganUs see there */
  constructor(longestS: number, beganUs: number) {
    this.#longestS = longestS
    this.beganUs = beganUs
    this.#sinceUs = beganUs
  }

  /** Where `sinceReset` begins, Unix µs; null before its first value. */
  get sinceUs(): number | null {
    return this.#firstUs === null ? null : Math.max(this.#sinceUs, this.#firstUs)
  }

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample): void {
    const { timeUs, epochId, seq, voltage, current, power, extras, status, origin } = sample
    const measured = isMeasured(status)
    const fed: FeedSample = {
      timeUs,
      epochId,
      seq: seq ?? -1,
      voltage,
      current,
      power,
      extras,
      measured,
    }
    if (origin === 'late') this.#feed.addLate(fed)
    else this.#feed.add(fed)
  }

  /** @param timeUs `sinceReset` begins behind it, Unix µs */
  reset(timeUs: number): void {
    this.#sinceUs = timeUs
    this.#kept = this.#kept.map((each) => each && { ...each, whole: new ChannelAccumulator(true) })
  }

  /** The clock was set back: what the windows hold lies ahead. */
  forgetWindows(): void {
    this.#kept = this.#kept.map((each) => each && { ...each, rolling: this.#rolling() })
  }

  /** @param seconds at most the longest window @param nowUs its end, Unix µs */
  window(seconds: number, nowUs: number): StatisticsById {
    return this.#byId(({ rolling }) =>
      statisticsOf(rolling.moments(seconds, nowUs), rolling.digest(seconds, nowUs)),
    )
  }

  sinceReset(): StatisticsById {
    return this.#byId(({ whole }) => whole.read())
  }

  value(channel: number, timeUs: number, value: number): void {
    const { rolling, whole } = this.#of(channel)
    rolling.add(timeUs, value)
    if (timeUs <= this.#sinceUs) return
    whole.add(timeUs, value)
    if (this.#firstUs === null || timeUs < this.#firstUs) this.#firstUs = timeUs
  }

  pair(channel: number, timeUs: number, spanUs: number, value0: number, value1: number): void {
    const { rolling, whole } = this.#of(channel)
    rolling.addPair(timeUs, spanUs, value0, value1)
    if (timeUs > this.#sinceUs) whole.moments.addPair(spanUs, value0, value1)
  }

  #byId(read: (kept: Kept) => ChannelStatistics): StatisticsById {
    const figures: [key: string, ChannelStatistics][] = []
    for (const [place, key] of this.#feed.channels.entries()) {
      const kept = this.#kept[place]
      const own = kept === undefined ? null : read(kept)
      if (own !== null && own.n > 0) figures.push([key, own])
    }
    return byChannelId(figures)
  }

  #of(place: number): Kept {
    const known = this.#kept[place]
    if (known !== undefined) return known
    const made = { rolling: this.#rolling(), whole: new ChannelAccumulator(true) }
    this.#kept[place] = made
    return made
  }

  #rolling(): RollingStatistics {
    return new RollingStatistics({ longestS: this.#longestS, withPercentiles: true })
  }
}
