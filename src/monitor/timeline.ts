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
  /** Place in the stream, from 0 on: counts the samples of a device that numbers none. */
  readonly ordinal: number
  /** It fills a hole that was found before. */
  readonly healed: boolean
  /** What gives the time of a resend; null: the sample came as it was measured. */
  readonly live: LiveStamp | null
}

/** A sample whose stamp does not fit the clock. */
interface Doubt {
  readonly entry: Entry
  readonly stamp: ScaledStamp
  /** On a port it is placed at once, where the host's clock says; piped in, it waits. */
  isPlaced: boolean
}

/** @param timeUs Unix µs; after that of the sample before, but for a `stepped` with `--keep-time` */
export type Place = (entry: Entry, timeUs: number, notice: ClockNotice | null) => void

/** A device's Unix time further than this from the host's is taken as unset (contract 2.1), µs. */
const UNSET_BEYOND_US = 600e6
/** On a port, a step of the stamps is in doubt where it leads this far ahead of the host's clock, µs. */
const DOUBT_BEYOND_US = 2e6
/** A step is ordinary up to so many usual intervals and this, µs: less does no harm to the samples behind. */
const ORDINARY_INTERVALS = 2
const ORDINARY_SLACK_US = 2000
/** What a pipe may delay a line, µs. */
const PIPE_DELAY_US = 100_000
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

/** So many samples in a row that agree with each other are a clock; one more where there is none yet. */
const AGREEING = 3
/** While no interval is known, steps agree where the longest is at most so many times the shortest. */
const ALIKE = 1.5
/** Samples that wait at most for others to agree with them. */
const MOST_WAITING = 8
/** A pipe that brings nothing more for so long is live: nothing waits for the next sample, µs. */
const WAIT_US = 300_000

/**
 * Gives each sample the time of its measurement (contract 2.1, `ts` and `ms`),
 * in order of sequence. No single stamp moves the clock, nor do two: a stamp that
 * does not fit is in doubt until a later one goes on from the clock as it was, or
 * three in a row agree on another. On a port the host's clock tells meanwhile when
 * it was; piped in, the sample waits, the first ones of the stream as well.
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
  /** Of the newest sample whose stamp was believed. */
  #believed: Entry | null = null
  #believedArrivalUs = 0
  #last: Entry | null = null
  /** Time of a sample minus its arrival, where little delayed the line: about the most of late, µs. */
  #leadUs = 0
  #doubts: Doubt[] = []
  /** The host's clock was set by so much since the last sample, µs. */
  #hostStepUs = 0
  /** Time of the last sample that an earlier run of the host has logged, Unix µs. */
  #resumedUs = Number.NEGATIVE_INFINITY

  constructor(options: TimelineOptions, place: Place) {
    this.#options = options
    this.#place = place
  }

  /** The newest sample that has no time yet; null: all have. */
  get held(): Entry | null {
    return this.#doubts.findLast(({ isPlaced }) => !isPlaced)?.entry ?? null
  }

  /** Takes the next sample in order; places it, or it and those that waited, or none. */
  push(entry: Entry): void {
    const before = this.#isFresh ? null : this.#clock.stamp
    const stamp = scaled(entry.frame.stamp, entry.arrivalUs, before)
    const isFirst = this.#isFresh && this.#doubts.length === 0
    if (isFirst && (this.#options.live || stamp.scale === 'arrival')) {
      this.#begin(entry, stamp, null)
    } else if (this.#isFresh) {
      this.#doubt(entry, stamp)
    } else if (this.#hostStepUs !== 0) {
      this.#afterHostStep(entry, stamp)
    } else if (this.#options.live && this.#beginsAnew(entry, stamp)) {
      const isRestart = this.#clock.isOf(stamp)
      this.#begin(entry, stamp, isRestart ? { kind: 'restarted', byUs: null } : null)
    } else if (this.#isFine(entry, stamp)) {
      this.#contradict(entry, stamp)
      this.#believe(entry, stamp)
    } else {
      this.#doubt(entry, stamp)
    }
  }

  /** Lets nothing wait for the next sample of a slow pipe. @param nowUs host time, Unix µs */
  tick(nowUs: number): void {
    for (;;) {
      const first = this.#doubts.find(({ isPlaced }) => !isPlaced)
      if (first === undefined || nowUs - first.entry.arrivalUs < WAIT_US) return
      const isAlone = first === this.#doubts.at(-1) && !this.#isFresh
      if (isAlone) this.#placeByHost(first)
      else this.#resolveFirst()
    }
  }

  /** The stream is over: places what waits. */
  end(): void {
    while (this.held !== null) this.#resolveFirst()
    this.#doubts = []
  }

  /** The device restarted or was plugged in again: its next time stamp is a new beginning. */
  restart(): void {
    this.end()
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

  /** What stamps stand for just now, for samples that come after later ones; see `DeviceClock`. */
  snapshot(): (stamp: Stamp) => number | null {
    return this.#clock.snapshot()
  }

  /** A new beginning: Unix time near the host's is believed, all else is anchored to the arrival. */
  #begin(entry: Entry, stamp: ScaledStamp, notice: ClockNotice | null): void {
    const { arrivalUs, live } = entry
    let timeUs = this.#beginUs(entry, stamp)
    let found = notice
    if (stamp.scale === 'uptime') this.#drift.reset()
    const isUnset = stamp.scale === 'unix' && timeUs !== stamp.us
    if (isUnset) found ??= { kind: 'unset', byUs: stamp.us - timeUs }
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
    const newest = live === null ? stamp : scaled(live.stamp, live.arrivalUs, stamp)
    this.#leadUs = this.#clock.isOf(newest)
      ? this.#clock.timeOf(newest) - (live ?? entry).arrivalUs
      : timeUs - arrivalUs
    this.#putBelieved(entry, timeUs, found)
  }

  #beginUs({ arrivalUs, live }: Entry, stamp: ScaledStamp): number {
    if (stamp.scale === 'arrival') return arrivalUs
    if (stamp.scale === 'unix') {
      return this.#options.keepTime || isNear(stamp, arrivalUs) ? stamp.us : Math.round(arrivalUs)
    }
    const timeUs = measuredUs(stamp, arrivalUs, live)
    // The anchor of this run may be some ms before that of the last one: order is kept all the same.
    const overlapUs = this.#resumedUs - timeUs
    return overlapUs >= 0 && overlapUs < ANCHORS_AGREE_US ? timeUs + overlapUs + 1 : timeUs
  }

  #afterHostStep(entry: Entry, stamp: ScaledStamp): void {
    const byUs = this.#hostStepUs
    this.#hostStepUs = 0
    this.#leadUs -= byUs
    const isHosts = this.#options.live ? this.#clock.isAnchored : stamp.scale === 'arrival'
    if (isHosts) {
      this.end()
      this.#begin(entry, stamp, { kind: 'host_stepped', byUs })
    } else this.push(entry)
  }

  /** On a port: a stamp of another kind that can be believed, or the uptime of a device that restarted. */
  #beginsAnew({ arrivalUs, frame }: Entry, stamp: ScaledStamp): boolean {
    if (!this.#clock.isOf(stamp)) {
      const isTrusted = frame.protected || (stamp.scale === 'unix' && isNear(stamp, arrivalUs))
      return stamp.scale !== 'arrival' && isTrusted
    }
    // It has not been up for longer than the last sample is ago.
    const youngestUs = arrivalUs - this.#believedArrivalUs + DOUBT_BEYOND_US
    return stamp.scale === 'uptime' && this.#isBack(stamp) && stamp.us <= youngestUs
  }

  /** Whether a stamp goes on from the clock as it is. */
  #isFine(entry: Entry, stamp: ScaledStamp): boolean {
    if (!this.#clock.isOf(stamp)) return false
    if (this.#options.live) {
      if (entry.live !== null) return true
      const aheadUs = this.#clock.timeOf(stamp) - entry.arrivalUs - this.#leadUs
      if (this.#isBack(stamp)) return false
      return aheadUs <= DOUBT_BEYOND_US || this.#isOrdinary(entry, stamp)
    }
    if (this.#isBack(stamp)) return false
    // A pipe may be live after all: then the host saw the pause, too.
    const unseenUs = this.#clock.stepTo(stamp) - (entry.arrivalUs - this.#believedArrivalUs)
    return unseenUs <= PIPE_DELAY_US || this.#isOrdinary(entry, stamp)
  }

  #isOrdinary(entry: Entry, stamp: ScaledStamp): boolean {
    return this.#clock.stepTo(stamp) <= this.#ordinaryUs(this.#samplesSince(entry), stamp)
  }

  #ordinaryUs(samples: number, { grainUs }: ScaledStamp): number {
    return ORDINARY_INTERVALS * (this.#usual.us ?? 0) * samples + grainUs + ORDINARY_SLACK_US
  }

  #doubt(entry: Entry, stamp: ScaledStamp): void {
    const doubt = { entry, stamp, isPlaced: false }
    this.#doubts.push(doubt)
    if (this.#agreed()) return
    if (this.#options.live) this.#placeByHost(doubt)
    else if (this.#doubts.length >= MOST_WAITING) this.#resolveFirst()
  }

  /** The newest stamps in doubt agree with each other: that is the clock. @returns false where they don't */
  #agreed(): boolean {
    const enough = this.#isFresh ? AGREEING + 1 : AGREEING
    const agreeing = this.#doubts.slice(-enough)
    if (agreeing.length < enough || !this.#agree(agreeing)) return false
    const waiting = this.#doubts.filter(({ isPlaced }) => !isPlaced)
    this.#doubts = []
    const [first, second] = agreeing as [Doubt, Doubt]
    const samples = samplesBetween(first.entry, second.entry)
    const intervalUs = stepUs(first.stamp, second.stamp) / samples
    if (this.#isFresh) this.#beginWith(waiting, first, intervalUs)
    else {
      // In doubt for some time already, and not by the same clock.
      while (waiting[0] !== undefined && !agreeing.includes(waiting[0])) {
        const doubt = waiting.shift() as Doubt
        this.#estimate(doubt, this.#expectedUs(doubt.entry))
      }
      const changed = waiting.shift() as Doubt
      this.#acceptClock(changed.entry, changed.stamp)
    }
    for (const { entry } of waiting) this.push(entry)
    return true
  }

  /** The first samples of a stream: begins with the oldest one that lies where the agreeing ones want it. */
  #beginWith(waiting: Doubt[], agreeing: Doubt, intervalUs: number): void {
    this.#usual.add(intervalUs)
    const samplesBefore = (each: Doubt): number => samplesBetween(each.entry, agreeing.entry)
    const lies = (each: Doubt): boolean => {
      if (!isSameClock(each.stamp, agreeing.stamp)) return false
      const offUs = stepUs(each.stamp, agreeing.stamp) - intervalUs * samplesBefore(each)
      return Math.abs(offUs) <= intervalUs / 2 + each.stamp.grainUs + ORDINARY_SLACK_US
    }
    const origin = waiting.find((each) => each === agreeing || lies(each)) as Doubt
    const beginUs = this.#beginUs(origin.entry, origin.stamp)
    const stepsTo = (each: Doubt): number => samplesBetween(each.entry, origin.entry)
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      if (each === origin) break
      this.#estimate(each, beginUs - Math.round(intervalUs * stepsTo(each)))
    }
    this.#begin(origin.entry, origin.stamp, null)
  }

  #agree(doubts: readonly Doubt[]): boolean {
    const steps: number[] = []
    for (let i = 1; i < doubts.length; i++) {
      const [a, b] = [doubts[i - 1] as Doubt, doubts[i] as Doubt]
      if (!isSameClock(a.stamp, b.stamp)) return false
      const step = stepUs(a.stamp, b.stamp)
      const samples = samplesBetween(a.entry, b.entry)
      const hostStep = b.entry.arrivalUs - a.entry.arrivalUs
      if (step < -SAME_INSTANT_US) return false
      const isSeen = Math.abs(step - hostStep) <= DOUBT_BEYOND_US
      const isFine = this.#options.live ? isSeen : step <= this.#ordinaryUs(samples, b.stamp)
      if (this.#usual.us !== null && !isFine) return false
      steps.push(step / samples)
    }
    if (steps.length === 0) return false
    // While no interval is known: steps of one interval.
    const [grainUs, longest] = [doubts[0]?.stamp.grainUs ?? 0, Math.max(...steps)]
    const mostUs = ALIKE * Math.min(...steps) + ORDINARY_SLACK_US + grainUs
    return this.#usual.us !== null || longest <= mostUs
  }

  /** The clock goes on as it was: those in doubt were wrong, and lie between their neighbours. */
  #contradict(next: Entry, nextStamp: ScaledStamp): void {
    if (this.#doubts.length === 0) return
    const doubts = this.#doubts.filter(({ isPlaced }) => !isPlaced)
    this.#doubts = []
    const untilUs = this.#clock.timeOf(nextStamp)
    for (const doubt of doubts) {
      const share = samplesBetween(this.#last, doubt.entry)
      const all = share + samplesBetween(doubt.entry, next)
      const spanUs = Math.max(2, untilUs - this.#lastUs)
      this.#estimate(doubt, Math.round(this.#lastUs + (spanUs * share) / all))
    }
  }

  /** No more can be waited for: the oldest that waits is judged by what there is. */
  #resolveFirst(): void {
    const waiting = this.#doubts.filter(({ isPlaced }) => !isPlaced)
    this.#doubts = []
    const [first, ...rest] = waiting
    if (first === undefined) return
    const { entry, stamp } = first
    const goesOn = rest.every(
      (later) => isSameClock(stamp, later.stamp) && stepUs(stamp, later.stamp) >= -SAME_INSTANT_US,
    )
    // A pause is not believed of one sample, unless no interval is known yet.
    const isBelieved = goesOn && (rest.length > 0 || this.#usual.us === null)
    if (this.#isFresh) this.#begin(entry, stamp, null)
    else if (isBelieved && this.#isPause(entry, stamp)) this.#believe(entry, stamp)
    else if (isBelieved && this.#agree(waiting.slice(0, AGREEING))) this.#acceptClock(entry, stamp)
    else this.#estimate(first, this.#expectedUs(entry))
    for (const each of rest) this.push(each.entry)
  }

  #placeByHost(doubt: Doubt): void {
    const { arrivalUs } = doubt.entry
    const hostUs = this.#options.live
      ? arrivalUs + this.#leadUs
      : this.#lastUs + arrivalUs - this.#believedArrivalUs
    doubt.isPlaced = true
    this.#estimate(doubt, Math.round(hostUs))
  }

  /** Samples agree on another clock, or on a pause. */
  #acceptClock(entry: Entry, stamp: ScaledStamp): void {
    const isRestart =
      this.#clock.isOf(stamp) && stamp.scale === 'uptime' && this.#clock.stepTo(stamp) < 0
    if (!this.#clock.isOf(stamp)) this.#begin(entry, stamp, { kind: 'stepped', byUs: null })
    else if (isRestart) this.#begin(entry, stamp, { kind: 'restarted', byUs: null })
    else if (!this.#options.live && this.#isPause(entry, stamp)) this.#believe(entry, stamp)
    else this.#step(entry, stamp)
  }

  /** The clock was set: it is believed where it agrees with the host's, otherwise time goes on. */
  #step(entry: Entry, stamp: ScaledStamp): void {
    const { live, keepTime } = this.#options
    const goOnUs = live
      ? Math.max(this.#lastUs + 1, Math.round(entry.arrivalUs + this.#leadUs))
      : this.#expectedUs(entry)
    const byUs = this.#clock.timeOf(stamp) - goOnUs
    const isUnix = stamp.scale === 'unix'
    let timeUs = goOnUs
    if (isUnix && keepTime) timeUs = stamp.us
    else if (isUnix && isNear(stamp, entry.arrivalUs)) timeUs = Math.max(stamp.us, this.#lastUs + 1)
    this.#clock.anchor(stamp, timeUs)
    this.#leadUs = timeUs - entry.arrivalUs
    this.#putBelieved(entry, timeUs, { kind: 'stepped', byUs })
  }

  #isBack(stamp: ScaledStamp): boolean {
    return this.#clock.stepTo(stamp) < -SAME_INSTANT_US
  }

  /** Whether time that went on without samples can be a pause of the sender. */
  #isPause(entry: Entry, stamp: ScaledStamp): boolean {
    if (!this.#clock.isOf(stamp)) return false
    const step = this.#clock.stepTo(stamp)
    const usualUs = this.#usual.us
    // The first step says what the interval is.
    if (usualUs === null) return step >= 0 && step <= LONGEST_INTERVAL_US
    const longestUs = Math.max(LONGEST_PAUSE_US, PAUSE_INTERVALS * usualUs)
    return step >= 0 && step <= longestUs * this.#samplesSince(entry)
  }

  /** Where a sample would lie at the usual interval. */
  #expectedUs(entry: Entry): number {
    const usualUs = this.#usual.us ?? SHORT_INTERVAL_US
    const samples = samplesBetween(this.#last, entry)
    return Math.round(this.#lastUs + Math.max(1, usualUs * samples))
  }

  /** From the newest sample whose stamp was believed. */
  #samplesSince(entry: Entry): number {
    return samplesBetween(this.#believed, entry)
  }

  /** The stamp is right: the clock goes on to it. Time never goes back. */
  #believe(entry: Entry, stamp: ScaledStamp): void {
    const { arrivalUs, frame } = entry
    const deviceUs = this.#clock.advance(stamp)
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
    this.#usual.add((timeUs - this.#lastUs) / samplesBetween(this.#last, entry))
    this.#putBelieved(entry, timeUs, null)
  }

  /** Places a sample whose own stamp says nothing; the clock stays as it is. */
  #estimate({ entry, stamp }: Doubt, timeUs: number): void {
    const byUs = this.#clock.isOf(stamp) ? this.#clock.timeOf(stamp) - timeUs : null
    const kind = stamp.scale === 'arrival' ? 'unstamped' : 'contradicted'
    this.#put(entry, Math.max(timeUs, this.#lastUs + 1), { kind, byUs })
  }

  #putBelieved(entry: Entry, timeUs: number, notice: ClockNotice | null): void {
    this.#believed = entry
    if (entry.live === null) this.#believedArrivalUs = entry.arrivalUs
    this.#doubts = []
    this.#put(entry, timeUs, notice)
  }

  #put(entry: Entry, timeUs: number, notice: ClockNotice | null): void {
    this.#lastUs = Math.round(timeUs)
    this.#last = entry
    this.#place(entry, this.#lastUs, notice)
  }
}

/** Steps of sequence from one sample to another, or of the stream where there are no numbers; 1 or more. */
function samplesBetween(from: Entry | null, to: Entry): number {
  if (from === null) return 1
  const [first, last] = [from.frame.seq, to.frame.seq]
  const steps = first === null || last === null ? to.ordinal - from.ordinal : distance(first, last)
  return Math.max(1, steps)
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
