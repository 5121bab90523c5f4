import { OUTPUT_NAMES, type Outputs } from '../src/domain/outputs.ts'
import { isRecord } from '../src/util/records.ts'
import type { Members } from './host-line.ts'

const ALL_OFF: Outputs = Object.fromEntries(OUTPUT_NAMES.map((name) => [name, false]))

/** The switched outputs of a device (PROTOCOL.md 5.6): all off after a reset. */
export class DeviceOutputs {
  #states = ALL_OFF

  get states(): Outputs {
    return this.#states
  }

  reset(): void {
    this.#states = ALL_OFF
  }

  /** Obeys `set_output`; where nothing changes, `states` stays the same object. @returns false: not allowed */
  set({ value }: Members): boolean {
    if (!isRecord(value)) return false
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
