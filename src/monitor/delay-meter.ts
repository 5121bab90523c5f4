/** The quickest sample is looked for in so long a time, µs, and in the one before it. */
const PART_US = 30e6

/**
 * How much later the newest sample came than the quickest one of the last 30 to 60 s: what queues, radios
 * and resends add. The difference of the two clocks, which nobody knows, and a constant delay are in
 * both, so that they cancel out.
 */
export class DelayMeter {
  #epochId: number | null = null
  #partSinceUs = 0
  #least = Number.POSITIVE_INFINITY
  #leastBefore = Number.POSITIVE_INFINITY
  #newest = 0

  /** @param timeUs of the measurement, device time @param arrivalUs host time @param epochId another one has another clock */
  add(timeUs: number, arrivalUs: number, epochId: number): void {
    const offsetUs = arrivalUs - timeUs
    if (epochId !== this.#epochId) {
      this.#epochId = epochId
      this.#begin(arrivalUs)
      this.#leastBefore = offsetUs
    } else if (Math.abs(arrivalUs - this.#partSinceUs) >= PART_US) {
      this.#leastBefore = this.#least
      this.#begin(arrivalUs)
    }
    this.#least = Math.min(this.#least, offsetUs)
    this.#newest = offsetUs
  }

  /** Of the newest sample; 0 before the first. */
  get ms(): number {
    if (this.#epochId === null) return 0
    return Math.max(0, this.#newest - Math.min(this.#least, this.#leastBefore)) / 1000
  }

  #begin(arrivalUs: number): void {
    this.#partSinceUs = arrivalUs
    this.#least = Number.POSITIVE_INFINITY
  }
}
