import { UsualInterval } from '../stats/usual-interval.ts'

/** How many of the newest samples the rate is taken over. */
const KEPT = 256
/** And at most this long back. */
const SPAN_US = 5e6
/** Samples stay away when none came for so long, and for longer than their usual interval explains. */
const AWAY_US = 2e6

/** Samples a second of device time, over the newest 256 samples or 5 s, whichever is less. */
export class RateMeter {
  readonly #times = new Float64Array(KEPT)
  readonly #usual = new UsualInterval()
  #added = 0
  #arrivalUs = Number.NEGATIVE_INFINITY

  /**
   * @param timeUs device time
   * @param arrivalUs host time
   */
  add(timeUs: number, arrivalUs: number): void {
    this.#arrivalUs = Math.max(this.#arrivalUs, arrivalUs)
    const lastUs = this.#times[(this.#added + KEPT - 1) % KEPT] as number
    if (this.#added > 0 && timeUs > lastUs) this.#usual.add(timeUs - lastUs)
    this.#times[this.#added % KEPT] = timeUs
    this.#added++
  }

  /** 0 while the samples stay away. @param nowUs host time */
  perSecondAt(nowUs: number): number {
    const rate = this.perSecond()
    if (rate === 0) return 0
    const awayUs = Math.max(AWAY_US, this.#usual.longestUs)
    return nowUs - this.#arrivalUs > awayUs ? 0 : rate
  }

  /** As the newest samples came, however long ago that is. */
  perSecond(): number {
    const stored = Math.min(this.#added, KEPT)
    if (stored < 2) return 0
    const at = (back: number): number => this.#times[(this.#added - 1 - back) % KEPT] as number
    let back = 1
    while (back < stored - 1 && at(0) - at(back) < SPAN_US) back++
    const spanUs = at(0) - at(back)
    return spanUs > 0 ? (back / spanUs) * 1e6 : 0
  }
}
