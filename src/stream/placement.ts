import { DeviceClock } from '../protocol/time/device-clock.ts'
import { DriftFollower } from '../protocol/time/drift-follower.ts'
import { SecondSpreader } from '../protocol/time/second-spreader.ts'
import { isSameClock, type ScaledStamp, scaled, stepUs } from '../protocol/time/stamp-scale.ts'
import { UsualInterval } from '../stats/usual-interval.ts'
import { distance } from '../util/serial-number.ts'
import {
  type ClockNotice,
  type Entry,
  type LastLogged,
  type LiveStamp,
  type Place,
  roomUs,
  samplesBetween,
  type TimelineOptions,
} from './time-entry.ts'

/** A device's Unix time further than this from the host's is taken as unset (contract 2.1), µs. */
const UNSET_BEYOND_US = 600e6
/** A step is ordinary up to so many usual intervals and this, µs: less does no harm to the samples behind. */
const ORDINARY_INTERVALS = 2
export const ORDINARY_SLACK_US = 2000
/** Piped in, a pause of more than this, and of more than so many usual intervals, is none: the clock was set. */
const LONGEST_PAUSE_US = 600e6
const PAUSE_INTERVALS = 20
/** Nobody measures less often than once a week, µs. */
const LONGEST_INTERVAL_US = 7 * 86_400e6
/** Stamps this much behind the one before are the same instant, given more coarsely, µs. */
export const SAME_INSTANT_US = 1000
/** Two runs of the host agree so well on when the same device started, µs. */
const ANCHORS_AGREE_US = 1e6
/** Interval of a stream of which none is known, µs. */
export const SHORT_INTERVAL_US = 1000
/** A stamp is in doubt where it leads the host's clock by more than those before it by this, µs. */
export const DOUBT_BEYOND_US = 2e6
/** A stamp that leads by more than the ones before it by so much is left out of the drift, µs. */
const FAR_LEAD_US = 500_000
/** How fast the lead over the arrivals is forgotten, a sample. */
const LEAD_SHARE = 1 / 64

/**
 * Places samples on the axis of time, one behind the other: by their stamps, as the
 * device's clock is read, or where they are estimated to be. Which of the two a
 * sample deserves is for `Timeline` to decide.
 */
export class Placement {
  readonly clock = new DeviceClock()
  readonly usual = new UsualInterval()
  /** The next stamp is a new beginning. */
  isFresh = true
  readonly #options: TimelineOptions
  readonly #place: Place
  readonly #second = new SecondSpreader()
  readonly #drift = new DriftFollower()
  #lastUs = Number.NEGATIVE_INFINITY
  #last: Entry | null = null
  /** The newest sample whose stamp was believed. */
  #believed: Entry | null = null
  #believedArrivalUs = 0
  /** Time of a sample minus its arrival, where little delayed the line: about the most of late, µs. */
  #leadUs = 0
  /** What an earlier run of the host has logged, and the samples to come follow on. */
  #resumed: LastLogged | null = null

  constructor(options: TimelineOptions, place: Place) {
    this.#options = options
    this.#place = place
  }

  get last(): Entry | null {
    return this.#last
  }

  /** Unix µs */
  get lastUs(): number {
    return this.#lastUs
  }

  /** The samples to come follow one that an earlier run of the host has logged. */
  resumeAfter(run: LastLogged): void {
    this.#resumed = run
  }

  /** The host's clock was set forward. @param byUs µs */
  hostStepped(byUs: number): void {
    this.#leadUs -= byUs
  }

  /** Host time since the newest sample whose stamp was believed, µs. */
  sinceBelievedUs({ arrivalUs }: Pick<Entry, 'arrivalUs'>): number {
    return arrivalUs - this.#believedArrivalUs
  }

  /** How far a stamp leads the host's clock, where those before it did not, µs. */
  aheadUs({ arrivalUs }: Entry, stamp: ScaledStamp): number {
    return this.clock.timeOf(stamp) - arrivalUs - this.#leadUs
  }

  /** When something was by the host's clock, Unix µs. */
  byHostUs(entry: Pick<Entry, 'arrivalUs'>): number {
    const hostUs = this.#options.live
      ? entry.arrivalUs + this.#leadUs
      : this.#lastUs + this.sinceBelievedUs(entry)
    return Math.round(hostUs)
  }

  /** A new beginning: Unix time near the host's is believed, all else is anchored to the arrival. */
  begin(entry: Entry, stamp: ScaledStamp, notice: ClockNotice | null): void {
    const { arrivalUs, live } = entry
    let timeUs = this.beginUs(entry, stamp)
    let found = notice
    if (stamp.scale === 'uptime') this.#drift.reset()
    const isUnset = stamp.scale === 'unix' && timeUs !== stamp.us
    if (isUnset) found ??= { kind: 'unset', byUs: stamp.us - timeUs }
    const earliestUs = this.isFresh ? this.#lastUs + 1 : this.#earliestUs(entry)
    // Another boot begins where the host's clock is, even where the one before was far ahead of it.
    const isAnew = this.isFresh && this.#options.live && this.#lastUs - timeUs > UNSET_BEYOND_US
    const isKept = stamp.scale === 'unix' && this.#options.keepTime
    if (timeUs <= this.#lastUs && (isKept || isAnew)) {
      found ??= { kind: 'stepped', byUs: timeUs - this.#lastUs }
    } else if (timeUs < earliestUs) {
      const isBack = this.#lastUs - timeUs >= SAME_INSTANT_US
      timeUs = isBack ? Math.max(earliestUs, this.#lastUs + SHORT_INTERVAL_US) : earliestUs
    }
    this.clock.anchor(stamp, timeUs)
    if (stamp.grainUs > 0) this.#second.spread(stamp.us, entry.frame.seq, arrivalUs)
    this.isFresh = false
    const newest = live === null ? stamp : scaled(live.stamp, live.arrivalUs, stamp)
    this.#leadUs = this.clock.isOf(newest)
      ? this.clock.timeOf(newest) - (live ?? entry).arrivalUs
      : timeUs - arrivalUs
    this.#putBelieved(entry, timeUs, found)
  }

  /** When a sample was that lies between the newest one and those sent after it, Unix µs. */
  betweenUs(entry: Entry): number {
    const next = this.#nextOf(entry)
    // Not where the host's clock is now: those behind it came before.
    if (next === null) return Math.min(this.expectedUs(entry), this.byHostUs(entry))
    const share = samplesBetween(this.#last, entry)
    const all = share + distance(entry.frame.seq ?? 0, entry.live?.seq ?? 0)
    const spanUs = this.clock.timeOf(next) - this.#lastUs
    return Math.round(this.#lastUs + (spanUs * share) / all)
  }

  /** A resend's stamp lies behind that of a sample that was sent after it. */
  isPastNext(entry: Entry, stamp: ScaledStamp): boolean {
    const next = this.#nextOf(entry)
    return next !== null && stepUs(stamp, next) < -SAME_INSTANT_US
  }

  /** Stamp of the nearest live sample known that was sent after a resend; null: none that fits the clock. */
  #nextOf({ frame: { seq }, live }: Entry): ScaledStamp | null {
    const isNext = seq !== null && live !== null && live.seq !== null && distance(seq, live.seq) > 0
    if (!isNext) return null
    const next = scaled(live.stamp, live.arrivalUs, this.clock.stamp)
    if (!this.clock.isOf(next) || next.scale === 'arrival' || this.isBack(next)) return null
    const aheadUs = this.clock.timeOf(next) - live.arrivalUs - this.#leadUs
    return aheadUs <= DOUBT_BEYOND_US ? next : null
  }

  /** Whether the clock can begin with a sample: a resend lies between the run before, or the start of its device, and a live one. */
  canBegin(entry: Entry, stamp: ScaledStamp): boolean {
    const { live } = entry
    if (live === null || stamp.scale === 'arrival') return true
    const newest = scaled(live.stamp, live.arrivalUs, stamp)
    if (!isSameClock(stamp, newest)) return false
    const ageUs = stepUs(stamp, newest)
    if (ageUs < 0 || stamp.scale !== 'uptime') return ageUs >= 0
    // Only uptime of a run that goes on can have wrapped.
    const resumed = this.#last === null ? this.#resumed : null
    const sinceUs = live.arrivalUs - (resumed?.lastUs ?? this.#lastUs)
    const isKnown = sinceUs >= 0
    if (isKnown && ageUs > sinceUs + ANCHORS_AGREE_US) return false
    return ageUs <= newest.us || (isKnown && resumed !== null)
  }

  beginUs(entry: Entry, stamp: ScaledStamp): number {
    const { arrivalUs, live } = entry
    if (stamp.scale === 'arrival') return arrivalUs
    if (stamp.scale === 'unix') {
      return this.#options.keepTime || isNear(stamp, arrivalUs) ? stamp.us : Math.round(arrivalUs)
    }
    const timeUs = this.canBegin(entry, stamp) ? measuredUs(stamp, arrivalUs, live) : arrivalUs
    // The anchor of this run may be some ms before that of the last one: order is kept all the same.
    const earliestUs = this.#resumedEarliestUs(entry)
    const overlapUs = earliestUs - timeUs
    return overlapUs > 0 && overlapUs <= ANCHORS_AGREE_US ? earliestUs : timeUs
  }

  /** The stamp is right: the clock goes on to it. Time never goes back. */
  believe(entry: Entry, stamp: ScaledStamp): void {
    const { arrivalUs, frame } = entry
    const deviceUs = this.clock.advance(stamp)
    let timeUs = this.clock.timeOf(stamp)
    if (this.#options.live && stamp.scale === 'uptime') {
      // One stamp that leads by far tells nothing about the drift, nor does one that comes late.
      const isFar = entry.frame.resend || timeUs - arrivalUs - this.#leadUs > FAR_LEAD_US
      const lagUs = isFar ? Number.POSITIVE_INFINITY : arrivalUs - timeUs
      this.clock.shift(this.#drift.correction(deviceUs, lagUs))
      timeUs = this.clock.timeOf(stamp)
    }
    if (stamp.grainUs > 0) timeUs += this.#second.spread(stamp.us, frame.seq, arrivalUs) - stamp.us
    timeUs = Math.max(timeUs, this.#earliestUs(entry))
    if (entry.live === null) {
      const leadUs = timeUs - arrivalUs
      this.#leadUs = Math.max(leadUs, this.#leadUs + (leadUs - this.#leadUs) * LEAD_SHARE)
    }
    this.usual.add((timeUs - this.#lastUs) / samplesBetween(this.#last, entry))
    this.#putBelieved(entry, timeUs, null)
  }

  /** The clock was set: it is believed where it agrees with the host's, otherwise time goes on. */
  step(entry: Entry, stamp: ScaledStamp): void {
    const { live, keepTime } = this.#options
    const earliestUs = this.#earliestUs(entry)
    const goOnUs = live ? Math.max(earliestUs, this.byHostUs(entry)) : this.expectedUs(entry)
    const byUs = this.clock.timeOf(stamp) - goOnUs
    const isUnix = stamp.scale === 'unix'
    let timeUs = goOnUs
    if (isUnix && keepTime) timeUs = stamp.us
    else if (isUnix && isNear(stamp, entry.arrivalUs)) timeUs = Math.max(stamp.us, earliestUs)
    this.clock.anchor(stamp, timeUs)
    this.#leadUs = timeUs - entry.arrivalUs
    this.#putBelieved(entry, timeUs, { kind: 'stepped', byUs })
  }

  /** Places a sample whose own stamp says nothing; the clock stays as it is. */
  estimate(entry: Entry, stamp: ScaledStamp, timeUs: number): void {
    const byUs = this.clock.isOf(stamp) ? this.clock.timeOf(stamp) - timeUs : null
    const kind = stamp.scale === 'arrival' ? 'unstamped' : 'contradicted'
    this.#put(entry, Math.max(timeUs, this.#earliestUs(entry)), { kind, byUs })
  }

  /** Where a sample would lie at the usual interval. */
  expectedUs(entry: Entry): number {
    const usualUs = this.usual.us ?? SHORT_INTERVAL_US
    const samples = samplesBetween(this.#last, entry)
    return Math.round(this.#lastUs + Math.max(1, usualUs * samples))
  }

  isBack(stamp: ScaledStamp): boolean {
    return this.clock.stepTo(stamp) < -SAME_INSTANT_US
  }

  isOrdinary(entry: Entry, stamp: ScaledStamp): boolean {
    return this.clock.stepTo(stamp) <= this.ordinaryUs(this.#samplesSince(entry), stamp)
  }

  ordinaryUs(samples: number, { grainUs }: ScaledStamp): number {
    return ORDINARY_INTERVALS * (this.usual.us ?? 0) * samples + grainUs + ORDINARY_SLACK_US
  }

  /** Whether time that went on without samples can be a pause of the sender. */
  isPause(entry: Entry, stamp: ScaledStamp): boolean {
    if (!this.clock.isOf(stamp)) return false
    const step = this.clock.stepTo(stamp)
    const usualUs = this.usual.us
    // The first step says what the interval is.
    if (usualUs === null) return step >= 0 && step <= LONGEST_INTERVAL_US
    const longestUs = Math.max(LONGEST_PAUSE_US, PAUSE_INTERVALS * usualUs)
    return step >= 0 && step <= longestUs * this.#samplesSince(entry)
  }

  /** Time never goes back, and what is missing before the sample has its place. */
  #earliestUs(entry: Entry): number {
    return this.#lastUs + roomUs(samplesBetween(this.#last, entry))
  }

  #resumedEarliestUs({ frame: { seq } }: Entry): number {
    if (this.#resumed === null) return Number.NEGATIVE_INFINITY
    const { lastUs, lastSeq } = this.#resumed
    return lastUs + roomUs(Math.max(1, seq === null ? 1 : distance(lastSeq, seq)))
  }

  /** From the newest sample whose stamp was believed. */
  #samplesSince(entry: Entry): number {
    return samplesBetween(this.#believed, entry)
  }

  #putBelieved(entry: Entry, timeUs: number, notice: ClockNotice | null): void {
    this.#believed = entry
    if (entry.live === null) this.#believedArrivalUs = entry.arrivalUs
    this.#put(entry, timeUs, notice)
  }

  #put(entry: Entry, timeUs: number, notice: ClockNotice | null): void {
    this.#lastUs = Math.round(timeUs)
    this.#last = entry
    this.#place(entry, this.#lastUs, notice)
  }
}

/** Whether a stamp of Unix time is not that of a clock that was never set. */
export function isNear(stamp: ScaledStamp, arrivalUs: number): boolean {
  return Math.abs(stamp.us - arrivalUs) <= UNSET_BEYOND_US
}

/** Host time of a measurement by its uptime: by the newest live sample where there is one after it. */
function measuredUs(stamp: ScaledStamp, arrivalUs: number, live: LiveStamp | null): number {
  if (live === null) return arrivalUs
  const newest = scaled(live.stamp, live.arrivalUs, stamp)
  if (!isSameClock(stamp, newest)) return arrivalUs
  const ageUs = stepUs(stamp, newest)
  return ageUs >= 0 ? live.arrivalUs - ageUs : arrivalUs
}
