import type { Stamp } from '../frames.ts'
import { isSameClock, type ScaledStamp, scaled, stepUs } from './stamp-scale.ts'

/** What turns the device's stamps into Unix time: the newest one believed, and the time it stands for. */
export class DeviceClock {
  /** The newest stamp that was believed; null before the first. */
  stamp: ScaledStamp | null = null
  /** Device time of `stamp` in µs with wraps counted, and what makes Unix time of it. */
  #deviceUs = 0
  #originUs = 0

  /** Begins anew: this stamp stands for this time. @param timeUs Unix µs */
  anchor(stamp: ScaledStamp, timeUs: number): void {
    this.stamp = stamp
    this.#deviceUs = stamp.us
    this.#originUs = timeUs - stamp.us
  }

  /** Goes on to a stamp of the same clock. @returns device time with wraps counted, µs */
  advance(stamp: ScaledStamp): number {
    this.#deviceUs += this.stepTo(stamp)
    this.stamp = stamp
    return this.#deviceUs
  }

  /** Moves the Unix time of all stamps to come. @param byUs µs */
  shift(byUs: number): void {
    this.#originUs += byUs
  }

  /** True: the stamps are no Unix time by themselves, but were anchored to the host's. */
  get isAnchored(): boolean {
    return this.#originUs !== 0
  }

  isOf(stamp: ScaledStamp): boolean {
    return this.stamp !== null && isSameClock(this.stamp, stamp)
  }

  /** From the newest stamp to another of the same clock, µs. */
  stepTo(stamp: ScaledStamp): number {
    return stepUs(this.stamp as ScaledStamp, stamp)
  }

  /** Time that a stamp of the same clock stands for, Unix µs. */
  timeOf(stamp: ScaledStamp): number {
    return this.#deviceUs + this.stepTo(stamp) + this.#originUs
  }

  /**
   * What a stamp stood for at this point of the stream, for a sample that comes after later ones.
   *
   * @returns Unix µs of an earlier stamp; null where it says nothing
   */
  snapshot(): (stamp: Stamp) => number | null {
    const newest = this.stamp
    const timeUs = this.#deviceUs + this.#originUs
    return (stamp) => {
      if (newest === null || stamp.kind === 'none') return null
      const earlier = scaled(stamp, 0, newest)
      return isSameClock(earlier, newest) ? Math.round(timeUs - stepUs(earlier, newest)) : null
    }
  }
}
