import type { Trace } from '../chart/trace.ts'
import type { Burst } from '../domain/burst.ts'
import type { ChannelStatistics } from '../stats/statistics.ts'
import type { Bucket, Moment, MomentWish } from '../storage/read/log-query.ts'
import type { DeviceNumber, Snapshot, VIEW_VERSION } from './snapshot.ts'

export type { ChannelLimits } from '../alarms/limits.ts'
export type { PollGroupStatus } from '../sources/mc/polling.ts'
export type { WindowStat, WindowStats } from '../stats/live-statistics.ts'
export type { StatisticName } from '../stats/statistic-names.ts'
export type { ChannelStatistics } from '../stats/statistics.ts'
export type {
  Bucket,
  EventWish,
  ExtremeWish,
  Moment,
  MomentWish,
  SampleWish,
} from '../storage/read/log-query.ts'
export * from './snapshot.ts'

/**
 * What a screen may ask of a running monitor, wherever that runs. All of it is
 * plain data and asynchronous, so that it can come over a network as well; whoever
 * carries it there encodes what JSON has not: typed arrays, NaN in them, and
 * the infinite ends of a `Channel.range`.
 */
export interface View {
  /** One device in full, and all of them in brief. A number that does not exist is an InaError usage_invalid. */
  snapshot(device: DeviceNumber): Promise<Snapshot>
  /** The samples of any span, from memory and log, folded. */
  trace(request: TraceRequest): Promise<Trace>
  /**
   * Statistics beside min, avg and max, of any span. Costly: nothing that is asked for each picture.
   */
  statistics(request: StatisticsRequest): Promise<SpanStatistics>
  /** A sample or an event, from the log, without one from memory; null: there is none. */
  find(request: FindRequest): Promise<Moment | null>
  /** The newest burst of a device; null: it has sent none. */
  burst(device: DeviceNumber): Promise<Burst | null>
  /** Changes something, and answers in words for the one who asked; an InaError says why it can't be done. */
  control(control: ViewControl): Promise<string>
}

export interface TraceRequest {
  readonly device: DeviceNumber
  readonly spanMs: number
  /** Most slots of the answer. */
  readonly slots: number
  /** End, Unix µs; null: the newest sample, measured or not. */
  readonly endUs: number | null
}

export interface StatisticsRequest {
  readonly device: DeviceNumber
  readonly span: StatisticsSpan
}

/** A span of samples, in device time. */
export type StatisticsSpan =
  /** Up to the newest sample: so many seconds, the one under way included, as the windows of a snapshot. */
  | { readonly kind: 'last'; readonly seconds: number }
  /** The samples of the window of that length in a snapshot, and no others. */
  | { readonly kind: 'window'; readonly seconds: number }
  /** Since the monitor began or the totals were reset. */
  | { readonly kind: 'reset' }
  /** Unix µs, the end exclusive. From the log, to the sample; without one in whole seconds. */
  | { readonly kind: 'between'; readonly fromUs: number; readonly toUs: number }

export interface SpanStatistics {
  readonly version: typeof VIEW_VERSION
  /** The span that they are of, Unix µs. */
  readonly fromUs: number
  readonly toUs: number
  /** By channel id; those that have measured values. */
  readonly channels: Readonly<Record<string, ChannelStatistics>>
  /** Some of its samples have passed the retention, so that nothing is known of `channels`. */
  readonly isExpired: boolean
  /** It has so many samples that `channels` would take too long. */
  readonly isTooMany: boolean
  /** The figures of `history` for the span; null: nothing lies in it, or they are not from the log. */
  readonly total: Bucket | null
}

/** What is looked for in the samples and events of a device. */
export type FindRequest = MomentWish & { readonly device: DeviceNumber }

/** How long alarms are snoozed where nobody says how long, and at most, min. */
export const SNOOZE_MIN = { usual: 10, longest: 1440 } as const

/** What a viewer may change. */
export type ViewControl =
  | { readonly kind: 'totals_reset'; readonly device: DeviceNumber }
  /**
   * Somebody has taken notice.
   *
   * @param name null: of all alarms of the device, of what its sensor could not measure, and that the log
   *   was not written
   */
  | { readonly kind: 'alarm_ack'; readonly device: DeviceNumber; readonly name: string | null }
  /** No bell and no program for so long; events stay on record. */
  | {
      readonly kind: 'alarm_snooze'
      readonly device: DeviceNumber
      readonly name: string | null
      readonly minutes: number
    }
  /** A mark of a person on the record. */
  | {
      readonly kind: 'mark'
      readonly device: DeviceNumber
      readonly text: string
      /** Unix µs; null: now */
      readonly timeUs: number | null
    }
  /**
   * Settings and commands for a device, as `ina219 send` takes them: `interval=100 save`. They are carried
   * out in their order up to the first that is not; the answer comes when the device has given its own.
   */
  | { readonly kind: 'send'; readonly device: DeviceNumber; readonly words: string }
  /**
   * Polling groups begin or end their turns, or one is read once, besides.
   *
   * @param group `power`, or `press1/power` where several PLCs have one of that name; null: all, or the only one
   */
  | {
      readonly kind: 'polling'
      readonly device: DeviceNumber
      readonly order: PollingOrder
      readonly group: string | null
    }
  /** A device that is made up begins, or ends. */
  | {
      readonly kind: 'simulator'
      readonly device: DeviceNumber
      readonly order: SimulatorOrder
    }

/** What may be ordered of a polling group. */
export const POLLING_ORDERS = ['start', 'stop', 'trigger'] as const
export type PollingOrder = (typeof POLLING_ORDERS)[number]

/** The same of a device that is made up. */
export const SIMULATOR_ORDERS = ['start', 'stop'] as const
export type SimulatorOrder = (typeof SIMULATOR_ORDERS)[number]
