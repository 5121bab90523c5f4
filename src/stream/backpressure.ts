import type { Source } from '../sources/source.ts'

/** What can hold up a source that can wait. */
export interface Congestion {
  readonly congested: boolean
  drained(): Promise<void>
}

/** Lets a source that can wait do so while disk or output are behind; a port is never held up. */
export class Backpressure {
  readonly #source: Source
  readonly #congestion: readonly Congestion[]
  #isPaused = false

  constructor(source: Source, congestion: readonly Congestion[]) {
    this.#source = source
    this.#congestion = congestion
  }

  /** While nothing is read, nothing can come. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Something was read: pauses the source where that is too much. */
  check(): void {
    if (this.#source.live || this.#isPaused) return
    const behind = this.#congestion.filter(({ congested }) => congested)
    if (behind.length === 0) return
    this.#isPaused = true
    this.#source.pause()
    void this.#resumeAfter(behind)
  }

  async #resumeAfter(behind: readonly Congestion[]): Promise<void> {
    await Promise.allSettled(behind.map((each) => each.drained()))
    this.#isPaused = false
    this.#source.resume()
  }
}
