import type { Stamp } from '../protocol/frames.ts'
import { isSameClock, type ScaledStamp, scaled, stepUs } from '../protocol/time/stamp-scale.ts'
import {
  DOUBT_BEYOND_US,
  isNear,
  ORDINARY_SLACK_US,
  Placement,
  SAME_INSTANT_US,
  SHORT_INTERVAL_US,
} from './placement.ts'
import {
  type Entry,
  type LastLogged,
  type Place,
  samplesBetween,
  type TimelineOptions,
} from './time-entry.ts'

/** A sample whose stamp does not fit the clock. */
interface Doubt {
  readonly entry: Entry
  readonly stamp: ScaledStamp
  /** On a port it is placed at once, where the host's clock says; piped in, it waits. */
  isPlaced: boolean
}

/** What a pipe may delay a line, µs. */
const PIPE_DELAY_US = 100_000
/** So many samples in a row that agree with each other are a clock; one more where there is none yet. */
const AGREEING = 3
/** While no interval is known, steps agree where the longest is at most so many times the shortest. */
const ALIKE = 1.5
/** Samples that wait at most for others to agree with them. */
const MOST_WAITING = 8
/** A pipe that brings nothing more for so long is live: nothing waits for the next sample, µs. */
const WAIT_US = 300_000
/** What is no sample comes no later than this after it was, µs; else its stamp is of a clock that was set. */
const LATE_US = 10e6

/**
 * Gives each sample the time of its measurement (contract 2.1, `ts` and `ms`),
 * in order of sequence. No single stamp moves the clock, nor do two: a stamp that
 * does not fit is in doubt until a later one goes on from the clock as it was, or
 * three in a row agree on another. On a port the host's clock tells meanwhile when
 * it was; piped in, the sample waits, the first ones of the stream as well. What is sent
 * again moves no clock: it is read by the one that the samples around it have set.
 */
export class Timeline {
  readonly #options: TimelineOptions
  readonly #placement: Placement
  #doubts: Doubt[] = []
  /** The clock goes by a resend, since no live sample was known; the first one may correct it. */
  #isProvisional = false
  /** The host's clock was set by so much since the last sample, µs. */
  #hostSetByUs = 0

  constructor(options: TimelineOptions, place: Place) {
    this.#options = options
    this.#placement = new Placement(options, place)
  }

  /** The newest sample that has no time yet; null: all have. */
  get held(): Entry | null {
    return this.#doubts.findLast(({ isPlaced }) => !isPlaced)?.entry ?? null
  }

  /** Takes the next sample in order; places it, or it and those that waited, or none. */
  push(entry: Entry): void {
    const before = this.#placement.isFresh ? null : this.#placement.clock.stamp
    const stamp = scaled(entry.frame.stamp, entry.arrivalUs, before)
    const isFirst = this.#placement.isFresh && this.#doubts.length === 0
    if (this.#options.live && this.#placement.isFresh) {
      this.#beginLive(entry, stamp)
    } else if (this.#options.live && entry.frame.resend) {
      this.#pushResend(entry, stamp)
    } else if (this.#isProvisional) {
      this.#isProvisional = false
      if (this.#isFine(entry, stamp)) this.#placement.believe(entry, stamp)
      else this.#placement.begin(entry, stamp, null)
    } else if (isFirst && stamp.scale === 'arrival') {
      this.#placement.begin(entry, stamp, null)
    } else if (this.#placement.isFresh) {
      this.#doubt(entry, stamp)
    } else if (this.#hostSetByUs !== 0) {
      this.#afterHostStep(entry, stamp)
    } else if (this.#options.live && this.#beginsAnew(entry, stamp)) {
      const isRestart = this.#placement.clock.isOf(stamp)
      this.#doubts = []
      this.#placement.begin(entry, stamp, isRestart ? { kind: 'restarted', byUs: null } : null)
    } else if (this.#isFine(entry, stamp)) {
      this.#contradict(entry, stamp)
      this.#placement.believe(entry, stamp)
    } else {
      this.#doubt(entry, stamp)
    }
  }

  /** Lets nothing wait for the next sample of a slow pipe. @param nowUs host time, Unix µs */
  tick(nowUs: number): void {
    for (;;) {
      const first = this.#doubts.find(({ isPlaced }) => !isPlaced)
      if (first === undefined || nowUs - first.entry.arrivalUs < WAIT_US) return
      const isAlone = first === this.#doubts.at(-1) && !this.#placement.isFresh
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
    this.#placement.isFresh = true
    this.#hostSetByUs = 0
  }

  /** The samples to come follow one that an earlier run of the host has logged. */
  resumeAfter(run: LastLogged): void {
    this.#placement.resumeAfter(run)
  }

  /** The host's clock was set forward. @param byUs µs */
  hostStepped(byUs: number): void {
    // Before a beginning nothing goes by it yet.
    if (!this.#placement.isFresh) this.#hostSetByUs += byUs
  }

  /** What stamps stand for just now, for samples that come after later ones; see `DeviceClock`. */
  snapshot(): (stamp: Stamp) => number | null {
    return this.#placement.clock.snapshot()
  }

  /**
   * When something was that is no sample, Unix µs: as samples of its stamp would be placed.
   *
   * @param hostUs when it was at the latest, by the host's clock
   */
  timeOf(stamp: Stamp, hostUs: number): number {
    const { live } = this.#options
    // Piped in, no sample behind it tells more of the clock than those that wait.
    if (!live) this.end()
    const { isFresh, lastUs } = this.#placement
    if (isFresh) return live ? hostUs : Math.max(hostUs, lastUs)
    const byHostUs = this.#placement.byHostUs({ arrivalUs: hostUs })
    const saidUs = this.snapshot()(stamp) ?? byHostUs
    return live && Math.abs(saidUs - byHostUs) > LATE_US ? byHostUs : saidUs
  }

  /** A port's first sample that can be placed; resends of a wrong time before it wait for it. */
  #beginLive(entry: Entry, stamp: ScaledStamp): void {
    if (!this.#placement.canBegin(entry, stamp)) {
      this.#doubts.push({ entry, stamp, isPlaced: false })
      return
    }
    const waiting = this.#doubts
    this.#doubts = []
    const beginUs = this.#placement.beginUs(entry, stamp)
    for (const doubt of waiting) {
      const samples = samplesBetween(doubt.entry, entry)
      this.#estimate(doubt, beginUs - samples * SHORT_INTERVAL_US)
    }
    this.#placement.begin(entry, stamp, null)
    this.#isProvisional = entry.frame.resend && entry.live === null
  }

  /** A sample that is sent again lies between its neighbours; its stamp is no word on the clock. */
  #pushResend(entry: Entry, stamp: ScaledStamp): void {
    if (this.#isFine(entry, stamp) && !this.#placement.isPastNext(entry, stamp))
      this.#placement.believe(entry, stamp)
    else this.#placement.estimate(entry, stamp, this.#placement.betweenUs(entry))
  }

  #afterHostStep(entry: Entry, stamp: ScaledStamp): void {
    const byUs = this.#hostSetByUs
    this.#hostSetByUs = 0
    this.#placement.hostStepped(byUs)
    const isHosts = this.#options.live
      ? this.#placement.clock.isAnchored
      : stamp.scale === 'arrival'
    if (isHosts) {
      this.end()
      this.#placement.begin(entry, stamp, { kind: 'host_stepped', byUs })
    } else this.push(entry)
  }

  /** On a port: a stamp of another kind that can be believed, or the uptime of a device that restarted. */
  #beginsAnew(entry: Entry, stamp: ScaledStamp): boolean {
    if (!this.#placement.clock.isOf(stamp)) {
      const isNow = stamp.scale === 'unix' && isNear(stamp, entry.arrivalUs)
      const isTrusted = entry.frame.protected || isNow
      return stamp.scale !== 'arrival' && isTrusted
    }
    // It has not been up for longer than the last sample is ago.
    const youngestUs = this.#placement.sinceBelievedUs(entry) + DOUBT_BEYOND_US
    return stamp.scale === 'uptime' && this.#placement.isBack(stamp) && stamp.us <= youngestUs
  }

  /** Whether a stamp goes on from the clock as it is. */
  #isFine(entry: Entry, stamp: ScaledStamp): boolean {
    if (!this.#placement.clock.isOf(stamp)) return false
    if (this.#options.live) {
      if (this.#placement.isBack(stamp)) return false
      return (
        this.#placement.aheadUs(entry, stamp) <= DOUBT_BEYOND_US ||
        this.#placement.isOrdinary(entry, stamp) ||
        (this.#options.isExact && this.#isPast(entry, stamp))
      )
    }
    if (this.#placement.isBack(stamp)) return false
    // A pipe may be live after all: then the host saw most of that time pass, too.
    const step = this.#placement.clock.stepTo(stamp)
    const hostStep = this.#placement.sinceBelievedUs(entry)
    if (this.#placement.usual.us === null) return step - hostStep <= DOUBT_BEYOND_US
    const isSeen = hostStep >= step / 2 || step - hostStep <= PIPE_DELAY_US
    return isSeen || this.#placement.isOrdinary(entry, stamp)
  }

  /** Unix time that the host's clock has reached: of a device that kept its samples for a while. */
  #isPast({ arrivalUs }: Entry, stamp: ScaledStamp): boolean {
    const aheadUs = this.#placement.clock.timeOf(stamp) - arrivalUs
    return stamp.scale === 'unix' && aheadUs <= DOUBT_BEYOND_US
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
    const enough = this.#placement.isFresh ? AGREEING + 1 : AGREEING
    const agreeing = this.#doubts.slice(-enough)
    if (agreeing.length < enough || !this.#agree(agreeing)) return false
    const waiting = this.#doubts.filter(({ isPlaced }) => !isPlaced)
    this.#doubts = []
    const [first, second] = agreeing as [Doubt, Doubt]
    const samples = samplesBetween(first.entry, second.entry)
    const intervalUs = stepUs(first.stamp, second.stamp) / samples
    if (this.#placement.isFresh) this.#beginWith(waiting, first, intervalUs)
    else {
      // In doubt for some time already, and not by the same clock.
      const early = waiting.splice(0, Math.max(0, waiting.length - enough))
      const isIrregular = this.#isIrregular(early, first.entry, first.stamp)
      for (const doubt of early) {
        if (isIrregular && this.#placement.isPause(doubt.entry, doubt.stamp))
          this.#placement.believe(doubt.entry, doubt.stamp)
        else this.#estimate(doubt, this.#placement.expectedUs(doubt.entry))
      }
      const changed = waiting.shift() as Doubt
      this.#acceptClock(changed.entry, changed.stamp)
    }
    for (const { entry } of waiting) this.push(entry)
    return true
  }

  /** The first samples of a stream: begins with the oldest one that lies where the agreeing ones want it. */
  #beginWith(waiting: Doubt[], agreeing: Doubt, intervalUs: number): void {
    this.#placement.usual.add(intervalUs)
    const samplesBefore = (each: Doubt): number => samplesBetween(each.entry, agreeing.entry)
    const lies = (each: Doubt): boolean => {
      if (!isSameClock(each.stamp, agreeing.stamp)) return false
      const offUs = stepUs(each.stamp, agreeing.stamp) - intervalUs * samplesBefore(each)
      return Math.abs(offUs) <= intervalUs / 2 + each.stamp.grainUs + ORDINARY_SLACK_US
    }
    const origin = waiting.find((each) => each === agreeing || lies(each)) as Doubt
    const beginUs = this.#placement.beginUs(origin.entry, origin.stamp)
    const stepsTo = (each: Doubt): number => samplesBetween(each.entry, origin.entry)
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      if (each === origin) break
      this.#estimate(each, beginUs - Math.round(intervalUs * stepsTo(each)))
    }
    this.#placement.begin(origin.entry, origin.stamp, null)
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
      const isFine = this.#options.live
        ? isSeen
        : step <= this.#placement.ordinaryUs(samples, b.stamp)
      if (this.#placement.usual.us !== null && !isFine) return false
      steps.push(step / samples)
    }
    if (steps.length === 0) return false
    // While no interval is known: steps of one interval.
    const [grainUs, longest] = [doubts[0]?.stamp.grainUs ?? 0, Math.max(...steps)]
    const mostUs = ALIKE * Math.min(...steps) + ORDINARY_SLACK_US + grainUs
    return this.#placement.usual.us !== null || longest <= mostUs
  }

  /** The clock goes on as it was: those in doubt were irregular, or wrong and lie between their neighbours. */
  #contradict(next: Entry, nextStamp: ScaledStamp): void {
    if (this.#doubts.length === 0) return
    const doubts = this.#doubts.filter(({ isPlaced }) => !isPlaced)
    this.#doubts = []
    if (this.#isIrregular(doubts, next, nextStamp)) {
      for (const { entry, stamp } of doubts) this.#placement.believe(entry, stamp)
      return
    }
    const untilUs = this.#placement.clock.timeOf(nextStamp)
    for (const doubt of doubts) {
      const share = samplesBetween(this.#placement.last, doubt.entry)
      const all = share + samplesBetween(doubt.entry, next)
      const spanUs = Math.max(2, untilUs - this.#placement.lastUs)
      this.#estimate(doubt, Math.round(this.#placement.lastUs + (spanUs * share) / all))
    }
  }

  /**
   * Piped in: stamps that rise from the clock to the next one contradict nothing, even
   * where their steps are uneven. A damaged stamp can look like that only where numbers
   * are missing around it, unless its line is protected.
   */
  #isIrregular(doubts: readonly Doubt[], next: Entry, nextStamp: ScaledStamp): boolean {
    const { clock } = this.#placement
    let [lastEntry, lastUs] = [this.#placement.last, 0]
    for (const { entry, stamp } of [...doubts, { entry: next, stamp: nextStamp }]) {
      if (!clock.isOf(stamp) || clock.stepTo(stamp) < lastUs) return false
      if (!entry.frame.protected && samplesBetween(lastEntry, entry) > 1) return false
      lastEntry = entry
      lastUs = clock.stepTo(stamp)
    }
    return true
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
    const isBelieved = goesOn && (rest.length > 0 || this.#placement.usual.us === null)
    if (this.#placement.isFresh) {
      const [second] = rest
      // Two steps that are alike are the interval.
      if (rest.length > 1 && second !== undefined && this.#agree(waiting)) {
        const samples = samplesBetween(entry, second.entry)
        this.#placement.usual.add(stepUs(stamp, second.stamp) / samples)
      }
      this.#placement.begin(entry, stamp, null)
    } else if (isBelieved && this.#placement.isPause(entry, stamp))
      this.#placement.believe(entry, stamp)
    else if (isBelieved && this.#agree(waiting.slice(0, AGREEING))) this.#acceptClock(entry, stamp)
    else this.#estimate(first, this.#placement.expectedUs(entry))
    for (const each of rest) this.push(each.entry)
  }

  #placeByHost(doubt: Doubt): void {
    doubt.isPlaced = true
    this.#estimate(doubt, this.#placement.byHostUs(doubt.entry))
  }

  /** Samples agree on another clock, or on a pause. */
  #acceptClock(entry: Entry, stamp: ScaledStamp): void {
    const isRestart =
      this.#placement.clock.isOf(stamp) &&
      stamp.scale === 'uptime' &&
      this.#placement.clock.stepTo(stamp) < 0
    if (!this.#placement.clock.isOf(stamp))
      this.#placement.begin(entry, stamp, { kind: 'stepped', byUs: null })
    else if (isRestart) this.#placement.begin(entry, stamp, { kind: 'restarted', byUs: null })
    else if (!this.#options.live && this.#placement.isPause(entry, stamp))
      this.#placement.believe(entry, stamp)
    else this.#placement.step(entry, stamp)
  }

  #estimate({ entry, stamp }: Doubt, timeUs: number): void {
    this.#placement.estimate(entry, stamp, timeUs)
  }
}
