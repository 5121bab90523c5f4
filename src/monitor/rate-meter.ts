/** How many of the newest samples the rate is taken over. */
const KEPT = 256
/** And at most this long back. */
const SPAN_US = 5e6

/** Samples a second of device time, over the newest 256 samples or 5 s, whichever is less. */
export class RateMeter {
  readonly #times = new Float64Array(KEPT)
  #added = 0

  add(timeUs: number): void {
    this.#times[this.#added % KEPT] = timeUs
    this.#added++
  }

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
