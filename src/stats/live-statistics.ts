import { isMeasured, type Sample } from '../domain/sample.ts'
import { windowBeginUs } from '../util/time-units.ts'
import { RollingStatistics } from './rolling-statistics.ts'
import { SecondSums } from './second-sums.ts'
import { ChannelAccumulator, type ChannelStatistics, statisticsOf } from './statistics.ts'
import {
  byChannelId,
  type FeedSample,
  StatisticsFeed,
  type StatisticsSink,
} from './statistics-feed.ts'

/** By channel id. */
export type StatisticsById = Readonly<Record<string, ChannelStatistics>>

export interface WindowStat {
  readonly min: number
  readonly avg: number
  readonly max: number
}

/** What the newest seconds of one device come to in brief. */
export interface WindowStats {
  /** Length in s. */
  readonly seconds: number
  /**
   * Where what is known of it begins, Unix µs: what is older is in the log alone, from before this run or before
   * a clock was set back. Absent: it is whole.
   */
  readonly sinceUs?: number
  /** Measured samples, whatever channels they have. */
  readonly samples: number
  /** By channel id; those that were measured. */
  readonly stats: Readonly<Record<string, WindowStat>>
}

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
  /** Measured samples. */
  #samples: SecondSums
  /** Samples up to then are not in `sinceReset`. */
  #sinceUs: number
  #firstUs: number | null = null
  /** The oldest sample that the windows know, Unix µs. */
  #windowsFromUs = Number.POSITIVE_INFINITY

  /** @param longestS the longest window, whole s @param beganUs see there */
  constructor(longestS: number, beganUs: number) {
    this.#longestS = longestS
    this.#samples = new SecondSums(longestS)
    this.beganUs = beganUs
    this.#sinceUs = beganUs
  }

  /** Where `sinceReset` begins, Unix µs; null before its first value. */
  get sinceUs(): number | null {
    return this.#firstUs === null ? null : Math.max(this.#sinceUs, this.#firstUs)
  }

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample): void {
    const { timeUs, epochId, seq, voltage, current, power, extras, detail, status, origin } = sample
    const measured = isMeasured(status)
    if (timeUs < this.#windowsFromUs) this.#windowsFromUs = timeUs
    const fed: FeedSample = {
      timeUs,
      epochId,
      seq: seq ?? -1,
      voltage,
      current,
      power,
      extras,
      detail,
      measured,
    }
    if (measured) this.#samples.add(timeUs, 1)
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
    this.#samples = new SecondSums(this.#longestS)
    this.#windowsFromUs = Number.POSITIVE_INFINITY
  }

  /** min, mean and max alone: little work. @param seconds, nowUs as for `window` */
  brief(seconds: number, nowUs: number): WindowStats {
    const stats = this.#byId(({ rolling }): WindowStat | null => {
      const { measured, spread } = rolling.brief(seconds, nowUs)
      const { min, max } = spread
      return measured === 0 ? null : { min, avg: spread.avg(measured), max }
    })
    const samples = this.#samples.sum(seconds, nowUs)
    const sinceUs = this.#windowsFromUs
    const isWhole = sinceUs <= windowBeginUs(nowUs, seconds) || !Number.isFinite(sinceUs)
    return isWhole ? { seconds, samples, stats } : { seconds, sinceUs, samples, stats }
  }

  /** @param seconds at most the longest window @param nowUs its end, Unix µs */
  window(seconds: number, nowUs: number): StatisticsById {
    return this.#byId(({ rolling }) =>
      ifAny(statisticsOf(rolling.moments(seconds, nowUs), rolling.digest(seconds, nowUs))),
    )
  }

  sinceReset(): StatisticsById {
    return this.#byId(({ whole }) => ifAny(whole.read()))
  }

  value(channel: number, timeUs: number, value: number): void {
    const { rolling, whole } = this.#of(channel)
    rolling.add(timeUs, value)
    if (timeUs <= this.#sinceUs) return
    whole.add(timeUs, value)
    if (this.#firstUs === null || timeUs < this.#firstUs) this.#firstUs = timeUs
  }

  reach(channel: number, timeUs: number, min: number, max: number): void {
    const { rolling, whole } = this.#of(channel)
    rolling.reach(timeUs, min, max)
    if (timeUs > this.#sinceUs) whole.moments.reach(min, max)
  }

  pair(channel: number, timeUs: number, spanUs: number, value0: number, value1: number): void {
    const { rolling, whole } = this.#of(channel)
    rolling.addPair(timeUs, spanUs, value0, value1)
    if (timeUs > this.#sinceUs) whole.moments.addPair(spanUs, value0, value1)
  }

  /** @param read null: the channel has no values */
  #byId<T>(read: (kept: Kept) => T | null): Readonly<Record<string, T>> {
    const figures: [key: string, T][] = []
    for (const [place, key] of this.#feed.channels.entries()) {
      const kept = this.#kept[place]
      const own = kept === undefined ? null : read(kept)
      if (own !== null) figures.push([key, own])
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

function ifAny(statistics: ChannelStatistics): ChannelStatistics | null {
  return statistics.n > 0 ? statistics : null
}
