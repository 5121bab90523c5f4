import { InaError } from '../../util/errors.ts'

interface Waiting {
  readonly start: () => void
  readonly drop: () => void
}

/** Lets so many pieces of work run at a time, the others in their order after them. */
export class TurnTaker {
  readonly #most: number
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @throws InaError input_invalid: it was dropped before its turn came; else as `work` */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) {
      await new Promise<void>((start, drop) =>
        this.#waiting.push({ start, drop: () => drop(GONE) }),
      )
    } else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next.start()
    }
  }

  /** What has not begun never will. */
  drop(): void {
    for (const { drop } of this.#waiting.splice(0)) drop()
  }
}

const GONE = new InaError('input_invalid', 'nobody waits for it any more', 'ask again')
