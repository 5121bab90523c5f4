/**
 * Follows a device clock that runs fast or slow against the host (a ceramic
 * resonator is 0.5 % off): over windows of ten seconds the smallest lag is the
 * undelayed one, and a proportional-integral rule of at most 1 % removes it.
 */
export class DriftFollower {
  #windowStartUs = Number.NaN
  #smallestLagUs = Number.POSITIVE_INFINITY
  #lastUptimeUs = 0
  #rate = 0
  #integral = 0

  reset(): void {
    this.#windowStartUs = Number.NaN
    this.#rate = 0
    this.#integral = 0
  }

  /**
   * @param lagUs arrival minus mapped time; Infinity: not known
   * @returns µs to add to the origin
   */
  correction(uptimeUs: number, lagUs: number): number {
    if (Number.isNaN(this.#windowStartUs)) {
      this.#windowStartUs = uptimeUs
      this.#lastUptimeUs = uptimeUs
      this.#smallestLagUs = Number.POSITIVE_INFINITY
      return 0
    }
    const stepUs = uptimeUs - this.#lastUptimeUs
    this.#lastUptimeUs = uptimeUs
    this.#smallestLagUs = Math.min(this.#smallestLagUs, lagUs)
    if (uptimeUs - this.#windowStartUs >= 10e6 && Number.isFinite(this.#smallestLagUs)) {
      const error = this.#smallestLagUs / 30e6
      this.#integral = clamp(this.#integral + error / 8, 0.01)
      this.#rate = clamp(this.#integral + error, 0.01)
      this.#windowStartUs = uptimeUs
      this.#smallestLagUs = Number.POSITIVE_INFINITY
    }
    return stepUs * this.#rate
  }
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value))
}
