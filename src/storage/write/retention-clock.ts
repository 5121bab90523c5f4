import { UsualInterval } from '../../stats/usual-interval.ts'

/** Samples in a row that make a time believed that the passing of time does not explain. */
export const CONFIRMING_SAMPLES = 60
/** A step up to here explains itself, µs; as do so many usual spacings, but never more than half a retention. */
const SLACK_US = 600e6
const SLACK_SPACINGS = 20
/** How far what confirms a time may be ahead of the host's clock, µs. */
const HOST_SLACK_US = 600e6

/** The host's time at which a sample is written. */
export interface HostMoment {
  readonly monoMs: number
  readonly wallMs: number
}

/** A change of a device's time that is worth an event. */
export type RetentionMove =
  /** The device's time moved on further than the passing of time explains, and was confirmed. */
  | { readonly kind: 'moved'; readonly fromUs: number; readonly toUs: number }
  /** That many samples were past the retention already when they came. */
  | { readonly kind: 'stale'; readonly samples: number }

/**
 * The time of one device that its retention counts back from. One sample with
 * a wrong time must not make all others look old: a time ahead is believed where
 * it is explained by the usual spacing or by the host's time that has passed, or
 * once 60 samples in a row lie at or after it and the host's clock does not
 * contradict (or, where it does, they have gone on for a whole retention). A time
 * that goes back is taken at once: it keeps more, not less.
 */
export class RetentionClock {
  readonly #retainUs: number
  #timeUs = -1
  /** Host time at which `#timeUs` was reached. */
  #reachedMs = 0
  readonly #usual = new UsualInterval()
  /** Times further ahead than is explained, in the order in which they came. */
  #ahead: number[] = []
  /** Oldest of the first ones ahead that were many enough; null: none yet. */
  #aheadSinceUs: number | null = null
  /** Where it was before it went back, for as long as that may have been an exception. */
  #before: { timeUs: number; reachedMs: number; samples: number; stale: number } | null = null

  /**
   * @param newestUs the newest times of the device in the log, ascending, `CONFIRMING_SAMPLES` or less
   * @param lastUs of the sample that came last; -1: none
   */
  constructor(
    retainUs: number,
    newestUs: readonly number[],
    lastUs: number,
    { monoMs, wallMs }: HostMoment,
  ) {
    this.#retainUs = retainUs
    for (const timeUs of newestUs) this.add(timeUs, { monoMs, wallMs })
    if (this.#timeUs < 0) return
    // The last run wrote samples that are older than others: whether the time is past them is open again.
    if (lastUs >= 0 && lastUs < this.#timeUs - this.#slackUs) this.#timeUs = lastUs
    else this.#reachedMs = monoMs - Math.max(0, wallMs - this.#timeUs / 1000)
  }

  /** Unix µs; -1 before the first sample. */
  get timeUs(): number {
    return this.#timeUs
  }

  /** Takes note of a sample. @returns what is worth an event; null: nothing */
  add(timeUs: number, host: HostMoment): RetentionMove | null {
    if (this.#timeUs < 0) {
      this.#reach(timeUs, host.monoMs)
      return null
    }
    const stepUs = timeUs - this.#timeUs
    if (stepUs > this.#slackUs + elapsedUs(this.#reachedMs, host)) {
      return this.#isReturn(timeUs, host)
        ? this.#return(timeUs, host)
        : this.#addAhead(timeUs, host)
    }
    if (this.#ahead.length > 0) this.#ahead = []
    this.#aheadSinceUs = null
    if (stepUs > 0) this.#advance(timeUs, host.monoMs)
    else if (stepUs < -this.#slackUs) {
      this.#before ??= { timeUs: this.#timeUs, reachedMs: this.#reachedMs, samples: 0, stale: 0 }
      this.#reach(timeUs, host.monoMs)
    }
    this.#countBack(timeUs)
    return null
  }

  get #slackUs(): number {
    const slackUs = Math.max(SLACK_US, SLACK_SPACINGS * (this.#usual.us ?? 0))
    return Math.min(slackUs, this.#retainUs / 2)
  }

  #reach(timeUs: number, monoMs: number): void {
    this.#timeUs = timeUs
    this.#reachedMs = monoMs
  }

  #advance(timeUs: number, monoMs: number): void {
    const stepUs = timeUs - this.#timeUs
    // A pause says nothing of the usual spacing.
    if (stepUs <= this.#slackUs) this.#usual.add(stepUs)
    this.#reach(timeUs, monoMs)
  }

  #countBack(timeUs: number): void {
    const before = this.#before
    if (before === null) return
    before.samples++
    if (timeUs < before.timeUs - this.#retainUs) before.stale++
    if (before.samples >= CONFIRMING_SAMPLES) this.#before = null
  }

  #isReturn(timeUs: number, host: HostMoment): boolean {
    if (this.#before === null) return false
    const stepUs = timeUs - this.#before.timeUs
    const slackUs = this.#slackUs
    return stepUs >= -slackUs && stepUs <= slackUs + elapsedUs(this.#before.reachedMs, host)
  }

  /** A few samples were behind; the time is where it would have been without them. */
  #return(timeUs: number, { monoMs }: HostMoment): RetentionMove | null {
    const { timeUs: beforeUs = timeUs, stale = 0 } = this.#before ?? {}
    this.#before = null
    this.#ahead = []
    this.#aheadSinceUs = null
    this.#reach(Math.max(timeUs, beforeUs), monoMs)
    return stale === 0 ? null : { kind: 'stale', samples: stale }
  }

  #addAhead(timeUs: number, host: HostMoment): RetentionMove | null {
    this.#ahead.push(timeUs)
    if (this.#ahead.length < CONFIRMING_SAMPLES) return null
    const times = this.#ahead
    this.#ahead = []
    const toUs = Math.min(...times)
    this.#aheadSinceUs ??= toUs
    const isPast = toUs <= host.wallMs * 1000 + HOST_SLACK_US
    if (!isPast && toUs - this.#aheadSinceUs < this.#retainUs) return null
    const fromUs = this.#timeUs
    this.#before = null
    this.#aheadSinceUs = null
    this.#usual.reset()
    this.#usual.add(smallestStep(times))
    this.#reach(toUs, host.monoMs)
    for (const each of times) {
      const stepUs = each - this.#timeUs
      if (stepUs > 0 && stepUs <= this.#slackUs) this.#advance(each, host.monoMs)
    }
    return { kind: 'moved', fromUs, toUs: this.#timeUs }
  }
}

function elapsedUs(sinceMs: number, { monoMs }: HostMoment): number {
  return (monoMs - sinceMs) * 1000
}

function smallestStep(times: readonly number[]): number {
  const steps = times.slice(1).map((timeUs, i) => timeUs - (times[i] as number))
  const forward = steps.filter((step) => step > 0)
  return forward.length === 0 ? 0 : Math.min(...forward)
}
