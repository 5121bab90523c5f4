import { isMeasured, type Sample } from '../domain/sample.ts'

/** Charge and energy since a moment. */
export interface Totals {
  /** mAh, signed */
  readonly chargeMah: number
  /** mWh, signed */
  readonly energyMwh: number
  readonly samples: number
}

/**
 * Charge and energy by the trapezoid rule between neighbouring measured samples
 * of one run; nothing is added over a gap, a restart or a sample out of range.
 */
export class Integrator {
  #before: Sample | null = null
  #chargeAs = 0
  #energyWs = 0
  #samples = 0

  add(sample: Sample): void {
    const measured = sample.inRange && isMeasured(sample.status)
    const before = this.#before
    this.#before = measured ? sample : null
    if (!measured) return
    this.#samples++
    if (before === null || sample.gapBefore || before.epochId !== sample.epochId) return
    const seconds = (sample.timeUs - before.timeUs) / 1e6
    this.#chargeAs += ((before.current + sample.current) / 2) * seconds
    this.#energyWs += ((before.power + sample.power) / 2) * seconds
  }

  reset(): void {
    this.#chargeAs = 0
    this.#energyWs = 0
    this.#samples = 0
  }

  read(): Totals {
    return {
      chargeMah: this.#chargeAs / 3.6,
      energyMwh: this.#energyWs / 3.6,
      samples: this.#samples,
    }
  }
}
