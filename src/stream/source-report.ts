import type { SourceState } from '../sources/source.ts'
import type { Poller } from './poller.ts'
import type { StreamListener } from './stream-listener.ts'

/** Tells the listener how the source is doing, where that has changed: as it says itself, and as poll mode means it. */
export class SourceReport {
  readonly #listener: StreamListener
  /** null: the device streams */
  readonly #poller: Poller | null
  /** As the source says, and as it was reported. */
  #said: readonly [SourceState, string] | null = null
  #reported: readonly [SourceState, string] | null = null

  constructor(listener: StreamListener, poller: Poller | null) {
    this.#listener = listener
    this.#poller = poller
  }

  says(state: SourceState, reason: string): void {
    this.#said = [state, reason]
    this.tick()
  }

  /** What a polled device says changes with the time as well. */
  tick(): void {
    if (this.#said === null) return
    const [state, reason] = this.#poller?.judge(...this.#said) ?? this.#said
    if (this.#reported?.[0] === state && this.#reported[1] === reason) return
    this.#reported = [state, reason]
    this.#listener.sourceState(state, reason)
  }
}
