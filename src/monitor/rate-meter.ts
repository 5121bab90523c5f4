import { RATE_KEPT as KEPT, sampleRate } from '../stats/sample-rate.ts'
import { UsualInterval } from '../stats/usual-interval.ts'

/** Samples stay away when none came for so long, and for longer than their usual interval explains. */
const AWAY_US = 2e6

/** Samples a second of device time, over the newest 256 samples or 5 s, whichever is less. */
export class RateMeter {
  readonly #times = new Float64Array(KEPT)
  readonly #usual = new UsualInterval()
  #added = 0
  /** Of the samples so far; null: to be counted. */
  #rate: number | null = null
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
    this.#rate = null
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
    this.#rate ??= sampleRate(this.#newestFirst())
    return this.#rate
  }

  *#newestFirst(): Generator<number> {
    const stored = Math.min(this.#added, KEPT)
    for (let back = 0; back < stored; back++) {
      yield this.#times[(this.#added - 1 - back) % KEPT] as number
    }
  }
}
