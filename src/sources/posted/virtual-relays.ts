import { OUTPUT_NAMES, type Outputs } from '../../domain/outputs.ts'
import type { RelayBoard, Switched } from './relays.ts'

/** Relays that only remember what they were told; off at the start. */
export class VirtualRelays implements RelayBoard {
  readonly isVirtual = true
  #outputs: Outputs = Object.fromEntries(OUTPUT_NAMES.map((name) => [name, false]))

  async switch(wanted: Outputs): Promise<Switched> {
    this.#outputs = { ...this.#outputs, ...wanted }
    return { outputs: this.#outputs }
  }

  async read(): Promise<Switched> {
    return { outputs: this.#outputs }
  }
}
