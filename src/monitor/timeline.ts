import type { Stamp } from '../protocol/frames.ts'
import type { Arrival } from '../protocol/sample-memory.ts'
import { DeviceClock } from '../protocol/time/device-clock.ts'
import { DriftFollower } from '../protocol/time/drift-follower.ts'
import { SecondSpreader } from '../protocol/time/second-spreader.ts'
import { isSameClock, type ScaledStamp, scaled, stepUs } from '../protocol/time/stamp-scale.ts'
import { UsualInterval } from '../stats/usual-interval.ts'
import { distance } from '../util/serial-number.ts'

export interface TimelineOptions {
  /** Take Unix time stamps as they are, however old (`--keep-time`). */
  readonly keepTime: boolean
  /** Frames arrive when they are measured (a port). False: piped in, perhaps faster than real time. */
  readonly live: boolean
}

/** What a sample's time tells about the device's clock. */
export interface ClockNotice {
  /**
   * - `unset`: its Unix time is more than 10 minutes off the host's; the arrival is its origin
   * - `restarted`: its uptime began anew; so does a run
   * - `stepped`: it was set, or is off by more than its samples explain; a new run begins
   * - `host_stepped`: the host's clock was set, and this one is read by it; a new run begins
   * - `contradicted`: the others contradict this one stamp; the sample is placed among them
   * - `unstamped`: a sample without a stamp among others with one; placed among them
   */
  readonly kind: 'unset' | 'restarted' | 'stepped' | 'host_stepped' | 'contradicted' | 'unstamped'
  /** How far off the expected time, µs; null where that is not known. */
  readonly byUs: number | null
}

/** The newest sample that came as it was measured: a resend can't tell what time it is. */
export interface LiveStamp {
  readonly stamp: Stamp
  readonly arrivalUs: number
}

/** A sample on its way to its place in time. */
export interface Entry extends Arrival {
  /** It fills a hole that was found before. */
  readonly healed: boolean
  /** What gives the time of a resend; null: the sample came as it was measured. */
  readonly live: LiveStamp | null
}

interface Held {
  readonly entry: Entry
  readonly stamp: ScaledStamp
}

/** @param timeUs Unix µs; after that of the sample before, but for a `stepped` with `--keep-time` */
export type Place = (entry: Entry, timeUs: number, notice: ClockNotice | null) => void

/** A device's Unix time further than this from the host's is taken as unset (contract 2.1), µs. */
const UNSET_BEYOND_US = 600e6
/** On a port, a step of the stamps is in doubt where it leads this far ahead of the host's clock, µs. */
const DOUBT_BEYOND_US = 2e6
/** A step is ordinary up to so many usual intervals and this, µs. */
const ORDINARY_INTERVALS = 1.5
const ORDINARY_SLACK_US = 100_000
/** Piped in, a pause of more than this, and of more than so many usual intervals, is none: the clock was set. */
const LONGEST_PAUSE_US = 600e6
const PAUSE_INTERVALS = 20
/** Nobody measures less often than once a week, µs. */
const LONGEST_INTERVAL_US = 7 * 86_400e6
/** Stamps this much behind the one before are the same instant, given more coarsely, µs. */
const SAME_INSTANT_US = 1000
/** Two runs of the host agree so well on when the same device started, µs. */
const ANCHORS_AGREE_US = 1e6
/** Interval of a stream of which none is known, µs. */
const SHORT_INTERVAL_US = 1000
/** A stamp that leads by more than the ones before it by so much is left out of the drift, µs. */
const FAR_LEAD_US = 500_000
/** How fast the lead over the arrivals is forgotten, a sample. */
const LEAD_SHARE = 1 / 64

/**
 * Gives each sample the time of its measurement (contract 2.1, `ts` and `ms`),
 * in order of sequence. No single stamp moves the clock: one that does not fit is
 * in doubt until the next sample agrees or disagrees with it. On a port the host's
 * clock tells when it was; piped in, the sample is held until the next one is there.
 */
export class Timeline {
  readonly #options: TimelineOptions
  readonly #place: Place
  readonly #clock = new DeviceClock()
  readonly #usual = new UsualInterval()
  readonly #second = new SecondSpreader()
  readonly #drift = new DriftFollower()
  #isFresh = true
  #lastUs = Number.NEGATIVE_INFINITY
  #lastSeq: number | null = null
  #lastArrivalUs = 0
  /** Time of a sample minus its arrival, where little delayed the line: about the most of late, µs. */
  #leadUs = 0
  /** Piped in: a sample whose stamp is in doubt, not placed yet. */
  #held: Held | null = null
  /** On a port: the newest stamp in doubt. */
  #doubted: { readonly stamp: ScaledStamp; readonly arrivalUs: number } | null = null
  /** The host's clock was set by so much since the last sample, µs. */
  #hostStepUs = 0
  /** Time of the last sample that an earlier run of the host has logged, Unix µs. */
  #resumedUs = Number.NEGATIVE_INFINITY

  constructor(options: TimelineOptions, place: Place) {
    this.#options = options
    this.#place = place
  }

  /** The sample that waits for the next one; null: none does. */
  get held(): Entry | null {
    return this.#held?.entry ?? null
  }

  /** Takes the next sample in order; places none, it, or the held one and it. */
  push(entry: Entry): void {
    if (this.#held !== null) this.#decide(this.#held, entry)
    const stamp = scaled(
      entry.frame.stamp,
      entry.arrivalUs,
      this.#isFresh ? null : this.#clock.stamp,
    )
    if (this.#isFresh) this.#begin(entry, stamp, null)
    else if (this.#hostStepUs !== 0) this.#afterHostStep(entry, stamp)
    else if (this.#options.live) this.#pushLive(entry, stamp)
    else if (this.#isSuspect(entry, stamp)) this.#held = { entry, stamp }
    else this.#believe(entry, stamp, null)
  }

  /** The stream is over: a sample that is held may have come after a pause. */
  end(): void {
    this.#release(true)
  }

  /** The device restarted or was plugged in again: its next time stamp is a new beginning. */
  restart(): void {
    // A pause is not believed of one sample: the new run would begin behind it.
    this.#release(false)
    this.#isFresh = true
  }

  /** The samples to come follow one that an earlier run of the host has logged. @param lastUs its time, Unix µs */
  resumeAfter(lastUs: number): void {
    this.#resumedUs = lastUs
  }

  /** The host's clock was set forward. @param byUs µs */
  hostStepped(byUs: number): void {
    this.#hostStepUs += byUs
  }

  #release(mayBePause: boolean): void {
    const held = this.#held
    if (held === null) return
    this.#held = null
    const { entry, stamp } = held
    const isPause = mayBePause && this.#clock.isOf(stamp) && this.#isPause(entry, stamp)
    if (isPause) this.#believe(entry, stamp, null)
    else this.#estimate(entry, stamp, this.#expectedUs(entry))
  }

  /** What stamps stand for just now, for samples that come after later ones; see `DeviceClock`. */
  snapshot(): (stamp: Stamp) => number | null {
    return this.#clock.snapshot()
  }

  /** A new beginning: Unix time near the host's is believed, all else is anchored to the arrival. */
  #begin(entry: Entry, stamp: ScaledStamp, notice: ClockNotice | null): void {
    const { arrivalUs, live } = entry
    let timeUs = stamp.us
    let found = notice
    if (stamp.scale === 'uptime') {
      timeUs = measuredUs(stamp, arrivalUs, live)
      // The anchor of this run may be some ms before that of the last one: order is kept all the same.
      const overlapUs = this.#resumedUs - timeUs
      if (overlapUs >= 0 && overlapUs < ANCHORS_AGREE_US) timeUs += overlapUs + 1
      this.#drift.reset()
    } else if (stamp.scale === 'unix' && !this.#options.keepTime && !isNear(stamp, arrivalUs)) {
      timeUs = Math.round(arrivalUs)
      found ??= { kind: 'unset', byUs: stamp.us - timeUs }
    }
    if (timeUs <= this.#lastUs) {
      if (stamp.scale === 'unix' && this.#options.keepTime) {
        found ??= { kind: 'stepped', byUs: timeUs - this.#lastUs }
      } else {
        timeUs = this.#lastUs + (this.#lastUs - timeUs < SAME_INSTANT_US ? 1 : SHORT_INTERVAL_US)
      }
    }
    this.#clock.anchor(stamp, timeUs)
    if (stamp.grainUs > 0) this.#second.spread(stamp.us, entry.frame.seq, arrivalUs)
    this.#isFresh = false
    this.#hostStepUs = 0
    this.#doubted = null
    const newest = live === null ? stamp : scaled(live.stamp, live.arrivalUs, stamp)
    this.#leadUs = this.#clock.isOf(newest)
      ? this.#clock.timeOf(newest) - (live ?? entry).arrivalUs
      : timeUs - arrivalUs
    this.#put(entry, timeUs, found)
  }

  #afterHostStep(entry: Entry, stamp: ScaledStamp): void {
    const byUs = this.#hostStepUs
    this.#hostStepUs = 0
    this.#leadUs -= byUs
    const isHosts = this.#options.live ? this.#clock.isAnchored : stamp.scale === 'arrival'
    if (isHosts) this.#begin(entry, stamp, { kind: 'host_stepped', byUs })
    else this.push(entry)
  }

  #pushLive(entry: Entry, stamp: ScaledStamp): void {
    const { arrivalUs, frame } = entry
    if (!this.#clock.isOf(stamp)) {
      const isBelieved = frame.protected || (stamp.scale === 'unix' && isNear(stamp, arrivalUs))
      if (stamp.scale !== 'arrival' && isBelieved) this.#begin(entry, stamp, null)
      else this.#doubt(entry, stamp)
      return
    }
    const aheadUs = this.#clock.timeOf(stamp) - arrivalUs - this.#leadUs
    const isBack = this.#isBack(stamp)
    const isFine = !isBack && (aheadUs <= DOUBT_BEYOND_US || this.#isOrdinary(entry, stamp))
    if (entry.live !== null || isFine) {
      this.#believe(entry, stamp, null)
    } else if (isBack && stamp.scale === 'uptime' && this.#isYoung(stamp, arrivalUs)) {
      this.#begin(entry, stamp, { kind: 'restarted', byUs: null })
    } else {
      this.#doubt(entry, stamp)
    }
  }

  /** The host's clock tells when it was, unless it agrees with the one doubted before: then that is the clock. */
  #doubt(entry: Entry, stamp: ScaledStamp): void {
    const { arrivalUs } = entry
    const before = this.#doubted
    const hostUs = Math.max(this.#lastUs + 1, Math.round(arrivalUs + this.#leadUs))
    if (before !== null && isSameClock(before.stamp, stamp)) {
      const step = stepUs(before.stamp, stamp)
      const hostStep = arrivalUs - before.arrivalUs
      if (step >= 0 && Math.abs(step - hostStep) <= DOUBT_BEYOND_US) {
        this.#accept(entry, stamp, hostUs)
        return
      }
    }
    this.#doubted = { stamp, arrivalUs }
    this.#estimate(entry, stamp, hostUs)
  }

  /** Two samples agree on a step of the clock. @param goOnUs where time goes on unless the clock is believed */
  #accept(entry: Entry, stamp: ScaledStamp, goOnUs: number): void {
    if (!this.#clock.isOf(stamp)) {
      this.#begin(entry, stamp, { kind: 'stepped', byUs: null })
      return
    }
    const byUs = this.#clock.timeOf(stamp) - goOnUs
    if (stamp.scale === 'uptime' && this.#clock.stepTo(stamp) < 0) {
      this.#begin(entry, stamp, { kind: 'restarted', byUs: null })
      return
    }
    const isUnix = stamp.scale === 'unix'
    let timeUs = goOnUs
    if (isUnix && this.#options.keepTime) timeUs = stamp.us
    else if (isUnix && isNear(stamp, entry.arrivalUs)) timeUs = Math.max(stamp.us, this.#lastUs + 1)
    this.#clock.anchor(stamp, timeUs)
    this.#doubted = null
    this.#leadUs = timeUs - entry.arrivalUs
    this.#put(entry, timeUs, { kind: 'stepped', byUs })
  }

  /** Piped in: whether a sample should wait for the next one. */
  #isSuspect(entry: Entry, stamp: ScaledStamp): boolean {
    if (!this.#clock.isOf(stamp)) return true
    if (this.#isBack(stamp)) return true
    // A pipe may be live after all: then the host saw the pause, too.
    const unseenUs = this.#clock.stepTo(stamp) - (entry.arrivalUs - this.#lastArrivalUs)
    return !this.#isOrdinary(entry, stamp) && unseenUs > ORDINARY_SLACK_US
  }

  #isOrdinary(entry: Entry, stamp: ScaledStamp): boolean {
    const { us, longestUs } = this.#usual
    const eachUs = us === null ? longestUs : ORDINARY_INTERVALS * us
    const mostUs = eachUs * this.#samplesSince(entry) + stamp.grainUs + ORDINARY_SLACK_US
    return this.#clock.stepTo(stamp) <= mostUs
  }

  /** The next sample tells what is right of the held one. */
  #decide({ entry, stamp }: Held, next: Entry): void {
    this.#held = null
    // As the clock so far reads it, and as the held sample does.
    const onOld = scaled(next.frame.stamp, next.arrivalUs, this.#clock.stamp)
    const onNew = scaled(next.frame.stamp, next.arrivalUs, stamp)
    const goesOn = this.#clock.isOf(onOld) && !this.#isBehind(onOld)
    const follows = isSameClock(stamp, onNew) && stepUs(stamp, onNew) >= -SAME_INSTANT_US
    const isAhead = this.#clock.isOf(stamp) && this.#clock.stepTo(stamp) >= 0
    const isContradicted = goesOn && !(isAhead && follows)
    if (isContradicted) {
      const share = this.#samplesSince(entry)
      const all = share + samplesBetween(entry.frame.seq, next.frame.seq)
      const spanUs = Math.max(2, this.#clock.timeOf(onOld) - this.#lastUs)
      this.#estimate(entry, stamp, Math.round(this.#lastUs + (spanUs * share) / all))
    } else if (isAhead && this.#isPause(entry, stamp)) {
      this.#believe(entry, stamp, null)
    } else {
      this.#accept(entry, stamp, this.#expectedUs(entry))
    }
  }

  #isBack(stamp: ScaledStamp): boolean {
    return this.#isBehind(stamp) && !this.#clock.isBetween(stamp)
  }

  #isBehind(stamp: ScaledStamp): boolean {
    return this.#clock.stepTo(stamp) < -SAME_INSTANT_US
  }

  /** Whether time that went on without samples can be a pause of the sender. */
  #isPause(entry: Entry, stamp: ScaledStamp): boolean {
    const step = this.#clock.stepTo(stamp)
    const usualUs = this.#usual.us
    // The first step says what the interval is.
    if (usualUs === null) return step >= 0 && step <= LONGEST_INTERVAL_US
    const longestUs = Math.max(LONGEST_PAUSE_US, PAUSE_INTERVALS * usualUs)
    return step >= 0 && step <= longestUs * this.#samplesSince(entry)
  }

  /** A device that restarted since the last sample has not been up for longer than that is ago. */
  #isYoung(stamp: ScaledStamp, arrivalUs: number): boolean {
    return stamp.us <= arrivalUs - this.#lastArrivalUs + DOUBT_BEYOND_US
  }

  /** Where a sample would lie at the usual interval. */
  #expectedUs(entry: Entry): number {
    const usualUs = this.#usual.us ?? SHORT_INTERVAL_US
    return Math.round(this.#lastUs + Math.max(1, usualUs * this.#samplesSince(entry)))
  }

  #samplesSince(entry: Entry): number {
    return samplesBetween(this.#lastSeq, entry.frame.seq)
  }

  /** The stamp is right: the clock goes on to it. Time never goes back. */
  #believe(entry: Entry, stamp: ScaledStamp, notice: ClockNotice | null): void {
    const { arrivalUs, frame } = entry
    if (!this.#clock.isOf(stamp)) {
      this.#begin(entry, stamp, notice)
      return
    }
    const deviceUs = this.#clock.advance(stamp)
    this.#doubted = null
    let timeUs = this.#clock.timeOf(stamp)
    if (this.#options.live && stamp.scale === 'uptime') {
      // One stamp that leads by far tells nothing about the drift.
      const isFar = timeUs - arrivalUs - this.#leadUs > FAR_LEAD_US
      const lagUs = isFar ? Number.POSITIVE_INFINITY : arrivalUs - timeUs
      this.#clock.shift(this.#drift.correction(deviceUs, lagUs))
      timeUs = this.#clock.timeOf(stamp)
    }
    if (stamp.grainUs > 0) timeUs += this.#second.spread(stamp.us, frame.seq, arrivalUs) - stamp.us
    timeUs = Math.max(timeUs, this.#lastUs + 1)
    if (entry.live === null) {
      const leadUs = timeUs - arrivalUs
      this.#leadUs = Math.max(leadUs, this.#leadUs + (leadUs - this.#leadUs) * LEAD_SHARE)
    }
    this.#usual.add((timeUs - this.#lastUs) / this.#samplesSince(entry))
    this.#put(entry, timeUs, notice)
  }

  /** Places a sample whose own stamp says nothing; the clock stays as it is. */
  #estimate(entry: Entry, stamp: ScaledStamp, timeUs: number): void {
    const byUs = this.#clock.isOf(stamp) ? this.#clock.timeOf(stamp) - timeUs : null
    const kind = stamp.scale === 'arrival' ? 'unstamped' : 'contradicted'
    this.#put(entry, Math.max(timeUs, this.#lastUs + 1), { kind, byUs })
  }

  #put(entry: Entry, timeUs: number, notice: ClockNotice | null): void {
    this.#lastUs = Math.round(timeUs)
    this.#lastSeq = entry.frame.seq
    if (entry.live === null) this.#lastArrivalUs = entry.arrivalUs
    this.#place(entry, this.#lastUs, notice)
  }
}

/** Steps of sequence from one sample to another, 1 or more; 1 where there are no numbers. */
function samplesBetween(from: number | null, to: number | null): number {
  return from === null || to === null ? 1 : Math.max(1, distance(from, to))
}

function isNear(stamp: ScaledStamp, arrivalUs: number): boolean {
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
