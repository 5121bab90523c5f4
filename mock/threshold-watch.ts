import { INVALID_STATUS } from '../src/domain/sample.ts'
import type { SampleText } from '../src/protocol/codec.ts'
import type { Threshold } from './device-settings.ts'

/** Notices when a value passes its limit, once each way. */
export class ThresholdWatch {
  #isExceeded = false
  /** Conversions in a row at the limit. */
  #inRow = 0

  reset(): void {
    this.#isExceeded = false
    this.#inRow = 0
  }

  /**
   * @param conversions that the sample stands for
   * @returns what to tell, or null
   */
  look(threshold: Threshold, measured: SampleText, conversions: number): string | null {
    const { quantity, high, low, latch, lost } = threshold
    // Overflown values are right and too large: the threshold sees them (PROTOCOL.md 6).
    const status = JSON.parse(measured.status) as string
    if (INVALID_STATUS.has(status) && status !== 'ovf') {
      if (status === 'reset') return null
      this.#inRow = 0
      if (!this.#isExceeded || latch || lost !== 'off') return null
      this.#isExceeded = false
      return `threshold: ${quantity} is not known any more`
    }
    const value =
      quantity === 'w' && measured.w === null
        ? Number(measured.v) * Number(measured.a)
        : Number(measured[quantity])
    const unit = quantity.toUpperCase()
    this.#inRow = value >= high ? this.#inRow + conversions : 0
    if (!this.#isExceeded && this.#inRow >= threshold.conversions) {
      this.#isExceeded = true
      return `threshold: ${quantity} has reached ${high} ${unit}`
    }
    if (this.#isExceeded && value < low && !latch) {
      this.#isExceeded = false
      return `threshold: ${quantity} is below ${low} ${unit} again`
    }
    return null
  }
}
