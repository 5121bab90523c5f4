import { distance } from '../../util/serial-number.ts'

/**
 * Whole-second Unix stamps at more than one sample a second: spreads the
 * samples of one second by sequence where the rate is known from the second
 * before, else by arrival. Never merges two, never leaves the second.
 */
export class SecondSpreader {
  #second = Number.NaN
  #count = 0
  #countBefore = 0
  #firstSeq = 0
  #firstArrivalUs = 0
  #lastUs = 0

  /** @param us Unix time of a whole second in µs @returns the same, or later within the second */
  spread(us: number, seq: number | null, arrivalUs: number): number {
    if (us !== this.#second) {
      this.#countBefore = us === this.#second + 1e6 ? this.#count : 0
      this.#second = us
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
