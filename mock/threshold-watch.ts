import { INVALID_STATUS } from '../src/domain/sample.ts'
import type { SampleText } from '../src/protocol/codec.ts'
import type { Threshold } from './device-settings.ts'

/** Notices when a value passes its limit, once each way. */
export class ThresholdWatch {
  #isAbove = false

  reset(): void {
    this.#isAbove = false
  }

  /** @returns what to tell, or null */
  look({ quantity, high, low }: Threshold, measured: SampleText): string | null {
    // Overflown values are right and too large: the threshold sees them (PROTOCOL.md 6).
    const status = JSON.parse(measured.status) as string
    if (INVALID_STATUS.has(status) && status !== 'ovf') {
      if (!this.#isAbove || status === 'reset') return null
      this.#isAbove = false
      return `threshold: ${quantity} is not known any more`
    }
    const value =
      quantity === 'w' && measured.w === null
        ? Number(measured.v) * Number(measured.a)
        : Number(measured[quantity])
    const unit = quantity.toUpperCase()
    if (!this.#isAbove && value >= high) {
      this.#isAbove = true
      return `threshold: ${quantity} has reached ${high} ${unit}`
    }
    if (this.#isAbove && value < low) {
      this.#isAbove = false
      return `threshold: ${quantity} is below ${low} ${unit} again`
    }
    return null
  }
}
