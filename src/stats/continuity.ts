import { advance } from '../util/serial-number.ts'
import { UsualInterval } from './usual-interval.ts'

/**
 * The one rule for gaps, for one run of one device: a sample follows directly on
 * the one before where its sequence number is one higher, whatever the time
 * between; where the device numbers nothing, where the time between is no pause
 * (see `UsualInterval`). Everything else is a gap: nothing is integrated over it.
 */
export class Continuity {
  readonly #usual = new UsualInterval()
  #timeUs = Number.NaN
  #seq = -1

  /** Samples before a span that decide what its first ones follow on. */
  static readonly MEMORY = UsualInterval.MEMORY + 1

  /**
   * Takes the next sample of the run.
   *
   * @param timeUs Unix µs, not before the sample before
   * @param seq u32; -1 where the device numbers nothing
   * @returns whether it follows directly on the sample before
   */
  follows(timeUs: number, seq: number): boolean {
    const spanUs = timeUs - this.#timeUs
    let follows = false
    if (seq >= 0) follows = this.#seq >= 0 && advance(this.#seq) === seq
    else if (!Number.isNaN(spanUs)) {
      follows = spanUs <= this.#usual.longestUs
      this.#usual.add(spanUs)
    }
    this.#timeUs = timeUs
    this.#seq = seq
    return follows
  }
}
