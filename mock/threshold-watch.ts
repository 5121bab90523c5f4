import type { Threshold } from './device-settings.ts'
import type { Measurement } from './sample-feed.ts'

/** Notices when a value passes its limit, once each way. */
export class ThresholdWatch {
  #isAbove = false

  reset(): void {
    this.#isAbove = false
  }

  /** @returns what to tell, or null */
  look({ quantity, high, low }: Threshold, measured: Measurement): string | null {
    if (measured.status !== '"ok"') return null
    const value =
      quantity === 'w' && measured.w === null
        ? Number(measured.v) * Number(measured.a)
        : Number(measured[quantity])
    const unit = quantity.toUpperCase()
    if (!this.#isAbove && value > high) {
      this.#isAbove = true
      return `threshold: ${quantity} is above ${high} ${unit}`
    }
    if (this.#isAbove && value < low) {
      this.#isAbove = false
      return `threshold: ${quantity} is below ${low} ${unit} again`
    }
    return null
  }
}
