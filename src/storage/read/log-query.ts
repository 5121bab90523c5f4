/** What is asked of the log, and what it answers; shared by `history` and `export`. */

import type { Extras } from '../../domain/channels.ts'
import type { EventKind, EventSubject } from '../../domain/events.ts'
import type { ChannelFlow } from '../../stats/channel-flow.ts'
import type { StatisticsById } from '../../stats/live-statistics.ts'
import type { ChannelStatistics } from '../../stats/statistics.ts'
import type { EarlierTotals } from '../../stats/totals.ts'
import { END_OF_TIME_US } from '../../util/time-units.ts'
import type { DeviceBurst, LoggedChannel } from '../file/records.ts'

export { type EventStorm, readStorm } from '../file/event-storm.ts'
export type { LoggedChannel }

export interface LogRange {
  /** Unix µs, inclusive. */
  readonly fromUs: number
  /** Unix µs, exclusive. */
  readonly toUs: number
  /** null: all devices */
  readonly device: string | null
}

/** All that the log has. @param device null: of all devices */
export function wholeLog(device: string | null = null): LogRange {
  return { fromUs: 0, toUs: END_OF_TIME_US, device }
}

/** A burst as the log has it. */
export interface LoggedBurst extends DeviceBurst {
  /** By which it is asked for; no other one gets it again. */
  readonly id: number
}

/** What the log holds at all. */
export interface LogSpan {
  /** First minute or sample, Unix µs. */
  readonly fromUs: number
  /** Newest sample, Unix µs. */
  readonly toUs: number
}

/** One row of raw data, as it came. */
export interface LoggedSample {
  /** Unix µs */
  readonly timeUs: number
  readonly device: string
  /** V; NaN in a sample of extra channels alone, as are the next two. */
  readonly voltage: number
  /** A */
  readonly current: number
  /** W */
  readonly power: number
  readonly seq: number | null
  readonly status: string
  /** Values of extra channels by id; null where there are none, or they were not asked for. */
  readonly extras: Extras | null
}

/** Some of the raw data. */
export interface SamplePage {
  /** In order of time; none where the rows that were looked at are of other devices. */
  readonly samples: LoggedSample[]
  /** Rows that were looked at, of any device. */
  readonly rowCount: number
  /** Time of the last one, Unix µs. */
  readonly untilUs: number
}

/**
 * Samples as they are stored, column by column: whole numbers in decimal digits, a comma between
 * each two. A row that `export` formats from these costs a third of one that SQLite hands over
 * cell by cell.
 */
export interface DigitPage {
  /** Unix µs, rising; NaN: of another length than today's. Valid until the next page. */
  readonly times: Float64Array
  /** Epoch and status in one number, see `RowNames`. */
  readonly runs: string
  /** Empty where the device numbers nothing. */
  readonly seqs: string
  /** Millionths of V, A and W; what is no whole number of them has other characters, too. */
  readonly voltages: string
  readonly currents: string
  readonly powers: string
  readonly rowCount: number
  /** False: some samples have no voltage, current and power, or values that only look like millionths. */
  readonly isNumeric: boolean
  /** Where the next page begins, Unix µs. */
  readonly endUs: number
}

/** Looks up what stands in a row by its epoch * 2^20 + status; null: the log has no such epoch, or it is no number. */
export type RowNames = (run: number) => { readonly device: string; readonly status: string } | null

export interface MinAvgMax {
  readonly min: number
  readonly avg: number
  readonly max: number
}

/** One extra channel within one span. */
export interface ChannelSummary extends MinAvgMax {
  /** Measured values, 1 or more. */
  readonly n: number
}

export const NO_CHANNELS: ReadonlyMap<string, ChannelSummary> = new Map()

/** A bucket with samples, among others that have some. */
export interface BucketRow extends Bucket {
  /** Samples are known to be missing between its first one and the one before. */
  readonly isBehindLoss: boolean
}

/** Samples of one device within one span. */
export interface Bucket {
  /** Unix µs, inclusive. */
  readonly fromUs: number
  /** Unix µs, exclusive; where it is the time of the device's newest sample, that one is within. */
  readonly toUs: number
  readonly device: string
  /** Rows in the log, measured or not. */
  readonly samples: number
  /** Rows that the figures are made of. */
  readonly measured: number
  /**
   * Rows that don't count, by their status; the others without voltage and current are of extra
   * channels alone. Null where that is not known any more, as with the directions below.
   */
  readonly unmeasured: number | null
  /** Samples known to be missing, by the place in time that they would have had. */
  readonly lost: number
  /** Time over which charge and energy are known, µs. */
  readonly coveredUs: number
  /** The part of it over which the device has counted charge and energy itself, µs. */
  readonly countedUs: number
  /** The part of that which lies in gaps, µs. */
  readonly bridgedUs: number
  /** That time as a part of the span, 0 to 1. */
  readonly coverage: number
  /** null where nothing was measured */
  readonly voltage: MinAvgMax | null
  readonly current: MinAvgMax | null
  readonly power: MinAvgMax | null
  /** null where no time is covered */
  readonly chargeMah: number | null
  readonly energyMwh: number | null
  /**
   * The parts of charge and energy by direction: forward is what the sensor calls positive, 0 or
   * more, backward the rest, 0 or less. Null as well where samples are gone whose minutes were
   * written by a program that did not keep it.
   */
  readonly chargeForwardMah: number | null
  readonly chargeBackwardMah: number | null
  readonly energyForwardMwh: number | null
  readonly energyBackwardMwh: number | null
  /** Extra channels that have measured values, by id, in order of their first appearance. */
  readonly channels: ReadonlyMap<string, ChannelSummary>
}

/** What is wanted of the raw samples beside the figures of a bucket. */
export interface StatisticsWish {
  readonly withPercentiles: boolean
  /** False: nothing but percentiles, which takes a quarter of the time. */
  readonly withMoments: boolean
}

/** A bucket with the statistics of its channels: v, a, w, and the extra ones by their `extraKey`. */
export interface DetailedBucket extends Bucket {
  /** null: they can't be known any more, since some of the samples have passed the retention. */
  readonly statistics: ReadonlyMap<string, ChannelStatistics> | null
}

/** What a span of one device comes to: the figures of `history`, to the last digit. */
export interface SpanFigures {
  /** null: nothing of the device lies in the span */
  readonly total: Bucket | null
  /** By channel id; those that have measured values. */
  readonly channels: StatisticsById
  /** Why `channels` is empty though there are samples: some have passed the retention, or all take too long to read. */
  readonly missing: 'expired' | 'too_many' | null
}

/** What channels come to over time, by their ids. */
export type FlowsById = Readonly<Record<string, ChannelFlow>>

/** What a device comes to since its totals were reset, or the log began. */
export interface LoggedTotals extends EarlierTotals {
  readonly device: string
  /** False: the first sample is gone, and lay somewhere in the minute that begins at `sinceUs`. */
  readonly isSinceExact: boolean
  /** Newest sample of the device, Unix µs. */
  readonly untilUs: number
}

export interface LoggedLoss {
  readonly device: string
  readonly firstSeq: number
  readonly count: number
  readonly fromUs: number
  readonly toUs: number
  readonly reason: string
}

export interface LoggedEvent {
  readonly timeUs: number
  readonly device: string
  readonly kind: string
  readonly detail: string
}

/** The sample of a device nearest to a time, measured or not. Times in Unix µs. */
export interface SampleWish {
  readonly what: 'sample'
  readonly atUs: number
  /** No farther away than that. */
  readonly withinUs: number
}

/** The first of the largest or smallest measured values of a channel. */
export interface ExtremeWish {
  readonly what: 'max' | 'min'
  /** Its id. */
  readonly channel: string
  readonly fromUs: number
  /** Exclusive. */
  readonly toUs: number
}

/** The next event about something, or the one before a time. */
export interface EventWish {
  readonly what: EventSubject
  readonly direction: 'before' | 'after'
  readonly atUs: number
}

/** What is looked for in the samples and events of one device. */
export type MomentWish = SampleWish | ExtremeWish | EventWish

/** Where something was found. */
export interface Moment {
  /** Unix µs */
  readonly timeUs: number
  /** It happened within so many µs from then on; 0: at that very time. */
  readonly withinUs: number
  readonly kind: 'sample' | EventKind
  /** Of an event: what happened; of a sample: its status. */
  readonly text: string
  /** Of a sample, by channel id; null: it was not measured, or it is an event. */
  readonly values: Readonly<Record<string, number>> | null
}

/** An event of one device. */
export interface LoggedMoment {
  /** Unix µs */
  readonly timeUs: number
  readonly kind: EventKind
  readonly text: string
}

/** What a log holds of one of its devices, as a screen shows it. */
export interface LogOverview {
  readonly device: string
  readonly channels: readonly LoggedChannel[]
  readonly span: LogSpan
  /** Of all of it. */
  readonly total: Bucket
  /** Since they were reset. */
  readonly totals: LoggedTotals
  /** null: only roll-ups are left */
  readonly newest: Moment | null
  /** Up to the newest sample, of the lengths that were asked for; null: there is nothing in it. */
  readonly windows: readonly (Bucket | null)[]
  /** Samples a second, at its end. */
  readonly rate: number
  readonly restarts: number
  /** Lost ranges. */
  readonly gaps: number
  /** Newest first. */
  readonly events: readonly LoggedMoment[]
}
