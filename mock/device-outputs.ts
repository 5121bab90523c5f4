import { OUTPUT_NAMES, type Outputs } from '../src/domain/outputs.ts'
import { isRecord } from '../src/util/records.ts'
import type { Cutoff } from './device-settings.ts'
import type { Members } from './host-line.ts'

const ALL_OFF: Outputs = Object.fromEntries(OUTPUT_NAMES.map((name) => [name, false]))

/** The switched outputs of a device (PROTOCOL.md 5.6), and the cut-off that opens one (6.1). */
export class DeviceOutputs {
  #states = ALL_OFF
  /** Conversions in a row above the limit. */
  #above = 0

  get states(): Outputs {
    return this.#states
  }

  reset(): void {
    this.#states = ALL_OFF
  }

  /** Begins anew: with a new cut-off, and with `set_output`. */
  rearm(): void {
    this.#above = 0
  }

  /**
   * @param amps of a sample
   * @param conversions that it stands for
   * @returns true: the output was opened
   */
  look({ output, above, conversions: needed }: Cutoff, amps: number, conversions: number): boolean {
    this.#above = amps > above ? this.#above + conversions : 0
    if (this.#above < needed || this.#states[output] !== true) return false
    this.#states = { ...this.#states, [output]: false }
    return true
  }

  /** Obeys `set_output`; where nothing changes, `states` stays the same object. @returns false: not allowed */
  set({ value }: Members): boolean {
    if (!isRecord(value)) return false
    this.rearm()
    const wanted = Object.entries(value)
    const isAllowed = ([name, state]: [string, unknown]): boolean =>
      Object.hasOwn(ALL_OFF, name) && typeof state === 'boolean'
    if (wanted.length === 0 || !wanted.every(isAllowed)) return false
    if (wanted.some(([name, state]) => this.#states[name] !== state)) {
      this.#states = { ...this.#states, ...(value as Outputs) }
    }
    return true
  }
}
