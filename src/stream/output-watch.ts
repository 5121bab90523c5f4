import type { Outputs } from '../protocol/frames.ts'

/** Remembers the switched outputs of a device, and says what has changed (PROTOCOL.md 5.6). */
export class OutputWatch {
  #known: Outputs | null = null

  /** @returns `output A on, B off`: those that are new or have changed; null: none */
  see(outputs: Outputs): string | null {
    const before = this.#known
    this.#known = outputs
    const changed = Object.entries(outputs).filter(([name, isOn]) => before?.[name] !== isOn)
    if (changed.length === 0) return null
    const states = changed.map(([name, isOn]) => `${name} ${isOn ? 'on' : 'off'}`)
    return `output ${states.join(', ')}`
  }
}
