import type { Stamp } from './frames.ts'
import { distance } from './serial-number.ts'

export interface DeviceClockOptions {
  /** Take Unix time stamps as they are, however old (`--keep-time`). */
  readonly keepTime: boolean
  /** Frames arrive when they are measured (a port). False: piped in, perhaps faster than real time. */
  readonly live: boolean
}

/** What the clock noticed at a sample; shown once each. */
export type ClockNotice = 'unset' | 'stepped_back' | 'restarted' | 'stepped'

/** The newest sample that came as it was measured: a resend can't tell what time it is. */
export interface LiveStamp {
  readonly stamp: Stamp
  readonly arrivalUs: number
}

export interface DeviceTime {
  /** Unix µs, always after that of the sample before. */
  readonly timeUs: number
  readonly notice: ClockNotice | null
}

/** `ts` below this: ms since the device's start; from it on: Unix time (contract 2.1). */
const UNIX_SECONDS_FROM = 1e9
/** `ts` from this on: Unix time in ms. */
const UNIX_MILLISECONDS_FROM = 1e11
/** A device's Unix time further than this from the host's is taken as unset (contract 2.1). */
const UNSET_BEYOND_US = 600e6
const WRAP_MS = 2 ** 32
/** A step between two samples in a row that is longer than this and than so many usual ones is a jump. */
const JUMP_US = 5e6
const JUMP_INTERVALS = 20
/** On a port, a device's clock that steps by this more or less than the host's was set, µs. */
const LIVE_STEP_US = 2e6
/** So much may lie unread in the port's buffers (4 KB at 9600 baud), µs. */
const UNREAD_US = 5e6
/** Two runs of the host agree so well on when the same device started, µs. */
const ANCHORS_AGREE_US = 1e6

type Scale = 'unix' | 'uptime' | 'arrival'

/**
 * Gives each sample the time of its measurement (contract 2.1, `ts` and `ms`).
 * Samples come in the order of their sequence; time never goes back.
 */
export class DeviceClock {
  readonly #options: DeviceClockOptions
  #fresh = true
  #scale: Scale = 'arrival'
  /** Member that the stream began with, as `ts` below 1e9 stays uptime once it began so. */
  #member: Stamp['kind'] = 'none'
  /** Added to the device's time to get Unix µs. */
  #originUs = 0
  #lastUs = Number.NEGATIVE_INFINITY
  #lastSeq: number | null = null
  #lastArrivalUs = 0
  /** Usual time from one sample to the next, µs; null before the third. */
  #usualUs: number | null = null
  #jumps = 0
  #lastUptimeMs = 0
  #uptimeTurns = 0
  /** Time of the last sample that an earlier run of the host has logged, Unix µs. */
  #resumedUs = Number.NEGATIVE_INFINITY
  readonly #second = new SecondSpreader()
  readonly #drift = new DriftFollower()

  constructor(options: DeviceClockOptions) {
    this.#options = options
  }

  /** The device restarted or was plugged in again: its next time stamp is a new beginning. */
  restart(): void {
    this.#fresh = true
  }

  /** The samples to come follow one that an earlier run of the host has logged. @param lastUs its time, Unix µs */
  resumeAfter(lastUs: number): void {
    this.#resumedUs = lastUs
  }

  /**
   * @param arrivalUs host time of the line's arrival, Unix µs, never going back
   * @param live what a new beginning is anchored to; null: this sample itself
   */
  time(stamp: Stamp, seq: number | null, arrivalUs: number, live: LiveStamp | null): DeviceTime {
    let notice: ClockNotice | null = null
    const scale = this.#scaleOf(stamp)
    if (scale !== this.#scale || stamp.kind !== this.#member) this.#fresh = true
    this.#scale = scale
    this.#member = stamp.kind

    let us = arrivalUs
    if (stamp.kind !== 'none' && scale === 'unix') {
      const deviceUs = this.#second.spread(stamp.value, seq, arrivalUs)
      if (this.#fresh) {
        const unset = !this.#options.keepTime && Math.abs(deviceUs - arrivalUs) > UNSET_BEYOND_US
        this.#originUs = unset ? Math.round(arrivalUs) - deviceUs : 0
        if (unset) notice = 'unset'
      } else if (this.#wasSet(deviceUs, seq, arrivalUs, live !== null)) {
        this.#anchorAnew(deviceUs, seq, arrivalUs)
        notice = 'stepped'
      }
      us = deviceUs + this.#originUs
    } else if (stamp.kind !== 'none' && scale === 'uptime') {
      if (!this.#fresh && this.#uptimeRestarted(stamp.value)) {
        this.#fresh = true
        notice = 'restarted'
      }
      us = this.#uptimeToUnix(stamp.value, arrivalUs, live)
    }

    if (!this.#fresh && this.#isJump(us - this.#lastUs, seq)) notice ??= 'stepped'
    if (us <= this.#lastUs) {
      // Not an honest step back but the same instant, told more coarsely than it was measured.
      const sameInstant = this.#lastUs - us < 1000
      if (!sameInstant && !this.#options.keepTime) {
        if (!this.#fresh) notice = 'stepped_back'
        this.#originUs += this.#lastUs + 1000 - us
        us = this.#lastUs + 1000
      } else if (sameInstant) {
        us = this.#lastUs + 1
      }
    }
    this.#fresh = false
    this.#lastUs = us
    this.#lastSeq = seq
    this.#lastArrivalUs = arrivalUs
    return { timeUs: Math.round(us), notice }
  }

  /**
   * Time of a sample that comes after later ones; changes nothing.
   *
   * @param arrivalUs taken where the sample itself says nothing
   */
  past(stamp: Stamp, arrivalUs: number): number {
    if (stamp.kind === 'none' || this.#scale === 'arrival') return arrivalUs
    if (this.#scale === 'uptime') {
      const turns = this.#uptimeTurns - (stamp.value > this.#lastUptimeMs ? 1 : 0)
      return Math.round((turns * WRAP_MS + stamp.value) * 1000 + this.#originUs)
    }
    const us = stamp.value * (stamp.value >= UNIX_MILLISECONDS_FROM ? 1e3 : 1e6)
    return Math.round(us) + this.#originUs
  }

  /** Whether the device's Unix clock was set since the last sample, or is wrong in this one. */
  #wasSet(deviceUs: number, seq: number | null, arrivalUs: number, isResend: boolean): boolean {
    if (this.#options.keepTime) return false
    const stepUs = deviceUs + this.#originUs - this.#lastUs
    if (!this.#options.live) {
      // The first step says what the interval is.
      const usualUs = this.#usualUs ?? Number.POSITIVE_INFINITY
      const limitUs = Math.max(UNSET_BEYOND_US, JUMP_INTERVALS * usualUs)
      return stepUs > limitUs * this.#samplesSince(seq) || stepUs < -UNSET_BEYOND_US
    }
    if (isResend) return false
    const toleranceUs = Math.max(LIVE_STEP_US, 3 * (this.#usualUs ?? 0))
    const hostStepUs = arrivalUs - this.#lastArrivalUs
    // A backlog that is read at once comes closer together than it was measured.
    return stepUs - hostStepUs > toleranceUs + UNREAD_US || stepUs < -toleranceUs
  }

  /** A clock that agrees with the host's is believed; any other goes on from the last sample. */
  #anchorAnew(deviceUs: number, seq: number | null, arrivalUs: number): void {
    const agrees = Math.abs(deviceUs - arrivalUs) <= UNSET_BEYOND_US
    const usualUs = (this.#usualUs ?? 1000) * this.#samplesSince(seq)
    const stepUs = this.#options.live ? Math.max(1000, arrivalUs - this.#lastArrivalUs) : usualUs
    this.#originUs = agrees ? 0 : Math.round(this.#lastUs + stepUs) - deviceUs
  }

  #samplesSince(seq: number | null): number {
    if (seq === null || this.#lastSeq === null) return 1
    return Math.max(1, distance(this.#lastSeq, seq))
  }

  /** Much more time than the samples since explain: it passed unmeasured, or never did. */
  #isJump(stepUs: number, seq: number | null): boolean {
    const eachUs = stepUs / this.#samplesSince(seq)
    const usualUs = this.#usualUs
    const isJump = usualUs !== null && eachUs > Math.max(JUMP_US, JUMP_INTERVALS * usualUs)
    this.#jumps = isJump ? this.#jumps + 1 : 0
    if (usualUs === null || this.#jumps > 1) this.#usualUs = Math.max(0, eachUs)
    else if (!isJump && eachUs > 0) this.#usualUs = usualUs + (eachUs - usualUs) / 8
    return isJump
  }

  #scaleOf(stamp: Stamp): Scale {
    if (stamp.kind === 'none') return 'arrival'
    if (stamp.kind === 'ms' || stamp.value < UNIX_SECONDS_FROM) return 'uptime'
    const staysUptime =
      !this.#fresh && this.#scale === 'uptime' && this.#member === 'ts' && stamp.value < WRAP_MS
    return staysUptime ? 'uptime' : 'unix'
  }

  /** A counter that falls by less than half its span did not wrap: the device restarted. */
  #uptimeRestarted(ms: number): boolean {
    return ms < this.#lastUptimeMs && this.#lastUptimeMs - ms < WRAP_MS / 2
  }

  #uptimeToUnix(ms: number, arrivalUs: number, live: LiveStamp | null): number {
    if (this.#fresh) {
      this.#uptimeTurns = 0
      this.#drift.reset()
    } else if (ms < this.#lastUptimeMs) {
      this.#uptimeTurns++
    }
    this.#lastUptimeMs = ms
    const uptimeUs = (this.#uptimeTurns * WRAP_MS + ms) * 1000
    if (this.#fresh) {
      let beganUs = measuredUs(ms, arrivalUs, live)
      // The anchor of this run may be some ms before that of the last one: order is kept all the same.
      const overlapUs = this.#resumedUs - beganUs
      if (overlapUs >= 0 && overlapUs < ANCHORS_AGREE_US) beganUs += overlapUs + 1
      this.#originUs = Math.max(beganUs, this.#lastUs + 1) - uptimeUs
    }
    if (!this.#options.live) return uptimeUs + this.#originUs
    this.#originUs += this.#drift.correction(uptimeUs, arrivalUs - (uptimeUs + this.#originUs))
    return uptimeUs + this.#originUs
  }
}

/** Host time of a measurement at `ms`: told by the newest live sample where there is one before it. */
function measuredUs(ms: number, arrivalUs: number, live: LiveStamp | null): number {
  if (live === null || live.stamp.kind === 'none') return arrivalUs
  const turnedMs = live.stamp.value - ms
  const ageMs = turnedMs < -WRAP_MS / 2 ? turnedMs + WRAP_MS : turnedMs
  return ageMs >= 0 && ageMs < WRAP_MS / 2 ? live.arrivalUs - ageMs * 1000 : arrivalUs
}

/**
 * Whole-second Unix stamps at more than one sample a second: spreads the
 * samples of one second by sequence where the rate is known from the second
 * before, else by arrival. Never merges two, never leaves the second.
 */
class SecondSpreader {
  #second = Number.NaN
  #count = 0
  #countBefore = 0
  #firstSeq = 0
  #firstArrivalUs = 0
  #lastUs = 0

  /** @returns device time in µs */
  spread(ts: number, seq: number | null, arrivalUs: number): number {
    const inMs = ts >= UNIX_MILLISECONDS_FROM
    const us = Math.round(inMs ? ts * 1e3 : ts * 1e6)
    if (inMs || !Number.isInteger(ts)) return us
    if (ts !== this.#second) {
      this.#countBefore = ts === this.#second + 1 ? this.#count : 0
      this.#second = ts
      this.#count = 1
      this.#firstSeq = seq ?? 0
      this.#firstArrivalUs = arrivalUs
      this.#lastUs = us
      return us
    }
    const place = seq === null ? this.#count : distance(this.#firstSeq, seq)
    this.#count = Math.max(this.#count, place) + 1
    const arrivedUs = arrivalUs - this.#firstArrivalUs
    let fraction = place / (place + 10)
    if (this.#countBefore > 1) fraction = place / this.#countBefore
    else if (arrivedUs > 1000) fraction = arrivedUs / 1e6
    const endUs = us + 1e6
    const wantedUs = us + Math.round(fraction * 1e6)
    const fits = wantedUs > this.#lastUs && wantedUs < endUs
    this.#lastUs = fits
      ? wantedUs
      : this.#lastUs + Math.max(1, Math.floor((endUs - this.#lastUs) / 2))
    return this.#lastUs
  }
}

/**
 * Follows a device clock that runs fast or slow against the host (a ceramic
 * resonator is 0.5 % off): over windows of ten seconds the smallest lag is the
 * undelayed one, and a proportional-integral rule of at most 1 % removes it.
 */
class DriftFollower {
  #windowStartUs = Number.NaN
  #smallestLagUs = Number.POSITIVE_INFINITY
  #lastUptimeUs = 0
  #rate = 0
  #integral = 0

  reset(): void {
    this.#windowStartUs = Number.NaN
    this.#rate = 0
    this.#integral = 0
  }

  /**
   * @param lagUs arrival minus mapped time
   * @returns µs to add to the origin
   */
  correction(uptimeUs: number, lagUs: number): number {
    if (Number.isNaN(this.#windowStartUs)) {
      this.#windowStartUs = uptimeUs
      this.#lastUptimeUs = uptimeUs
      this.#smallestLagUs = Number.POSITIVE_INFINITY
      return 0
    }
    const stepUs = uptimeUs - this.#lastUptimeUs
    this.#lastUptimeUs = uptimeUs
    this.#smallestLagUs = Math.min(this.#smallestLagUs, lagUs)
    if (uptimeUs - this.#windowStartUs >= 10e6) {
      const error = this.#smallestLagUs / 30e6
      this.#integral = clamp(this.#integral + error / 8, 0.01)
      this.#rate = clamp(this.#integral + error, 0.01)
      this.#windowStartUs = uptimeUs
      this.#smallestLagUs = Number.POSITIVE_INFINITY
    }
    return stepUs * this.#rate
  }
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value))
}
