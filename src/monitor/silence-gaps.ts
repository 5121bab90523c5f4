/**
 * Gaps in a stream without sequence numbers, told from time alone: a pause of
 * more than three usual intervals and half a second.
 */
export class SilenceGaps {
  #lastUs: number | null = null
  #usualUs: number | null = null

  /** @param timeUs time of the next sample, Unix µs */
  isGap(timeUs: number): boolean {
    const stepUs = this.#lastUs === null ? null : timeUs - this.#lastUs
    this.#lastUs = timeUs
    if (stepUs === null) return false
    const usualUs = this.#usualUs
    if (usualUs !== null && stepUs > 3 * usualUs + 500_000) return true
    this.#usualUs = usualUs === null ? stepUs : usualUs + (stepUs - usualUs) / 16
    return false
  }
}
