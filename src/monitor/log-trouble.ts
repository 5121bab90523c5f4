import type { LogState } from '../storage/client/log.ts'
import type { FaultLatch } from './view.ts'

/** Remembers that the log took nothing for a while, until somebody has taken notice. */
export class LogTrouble {
  #latch: FaultLatch | null = null
  #isOn = false

  /** null: there was none, or somebody has taken notice of it. */
  get latch(): FaultLatch | null {
    return this.#latch
  }

  /** Call whenever the log says how it is doing. @param nowUs Unix µs */
  note({ kind, queued }: LogState, nowUs: number): void {
    const isOn = kind !== 'recording'
    const begins = isOn && !this.#isOn
    const ends = !isOn && this.#isOn
    this.#isOn = isOn
    if (begins) {
      const before = this.#latch
      this.#latch = {
        word: 'log_not_written',
        count: (before?.count ?? 0) + 1,
        samples: Math.max(queued, before?.samples ?? 0),
        sinceUs: before?.sinceUs ?? nowUs,
        untilUs: null,
      }
    } else if (this.#latch !== null && isOn) {
      this.#latch = { ...this.#latch, samples: Math.max(queued, this.#latch.samples) }
    } else if (this.#latch !== null && ends) this.#latch = { ...this.#latch, untilUs: nowUs }
  }

  /** Somebody has taken notice. @returns false: there was nothing to take notice of */
  acknowledge(): boolean {
    const was = this.#latch !== null
    this.#latch = null
    return was
  }
}
