import { microText, type SampleFeed } from './sample-feed.ts'

export interface SampleClockOptions {
  readonly feed: SampleFeed
  /** Unix time of the device's start in µs. */
  readonly startUs: number
  /** The feed's own spacing of samples is kept until another is set. */
  readonly ownPace: boolean
  /** The feed's own time stamps are printed where it has some. */
  readonly ownTime: boolean
}

/** When samples are due, and the time printed on them. Device time is µs since the start. */
export class SampleClock {
  readonly #feed: SampleFeed
  readonly #startUs: number
  readonly #ownTime: boolean
  #ownPace: boolean
  /** Sample k after the anchor is due at anchor + k intervals: no error adds up. */
  #anchorUs = 0
  #sinceAnchor = 0
  #lastElapsedUs = 0
  #lastUnixUs: number
  /** Added to every time stamp; set by `set`. */
  #shiftUs = 0

  constructor(options: SampleClockOptions) {
    this.#feed = options.feed
    this.#startUs = options.startUs
    this.#ownTime = options.ownTime
    this.#ownPace = options.ownPace
    this.#lastUnixUs = options.startUs
  }

  /** Device time of the sample made last. */
  get lastElapsedUs(): number {
    return this.#lastElapsedUs
  }

  /** @returns device time at which sample n, the next one, is due */
  dueUs(n: number, intervalUs: number): number {
    const ownUs = this.#ownPace ? this.#feed.offsetUs(n) : null
    return ownUs ?? this.#anchorUs + this.#sinceAnchor * intervalUs
  }

  /** The sample that was due has been made. */
  advance(): void {
    this.#sinceAnchor++
  }

  /** The time of sample n as `ts` is printed: to 1 ms, finer where samples or the recording are. */
  stamp(n: number, elapsedUs: number, intervalUs: number): string {
    const ownUs = this.#ownTime ? this.#feed.unixUs(n) : null
    const offsetUs = this.#ownTime ? this.#feed.offsetUs(n) : null
    const unixUs = (ownUs ?? this.#startUs + (offsetUs ?? elapsedUs)) + this.#shiftUs
    this.#lastElapsedUs = elapsedUs
    this.#lastUnixUs = unixUs
    const stepUs = offsetUs !== null || intervalUs < 1000 ? 1 : 1000
    return microText(Math.round(unixUs / stepUs) * stepUs)
  }

  /** What the device's clock says at a moment, Unix µs. */
  unixUs(elapsedUs: number): number {
    return this.#startUs + elapsedUs + this.#shiftUs
  }

  /** The device's clock is set: `wantedUs` is Unix time now. */
  set(wantedUs: number, nowUs: number): void {
    const currentUs = this.#lastUnixUs + (nowUs - this.#lastElapsedUs)
    const stepUs = Math.round(wantedUs - currentUs)
    this.#shiftUs += stepUs
    this.#lastUnixUs += stepUs
  }

  /** Another interval begins: the next sample comes one after the last one, never in the past. */
  restart(nowUs: number, intervalUs: number, keepPace: boolean): void {
    this.#ownPace &&= keepPace
    this.#anchorUs = Math.max(nowUs, this.#lastElapsedUs + intervalUs)
    this.#sinceAnchor = 0
  }
}
