import { logError } from '../file/log-errors.ts'

/** Turns the damage and the failures that show themselves on the way into an InaError. */
export class Guard {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  read<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw logError(error, this.#file)
    }
  }

  /** The same for rows that come one by one. */
  *rows<T>(rows: Generator<T>): Generator<T, undefined> {
    for (;;) {
      const next = this.read(() => rows.next())
      if (next.done) return undefined
      yield next.value
    }
  }
}
