import { isRecord } from './batch-rows.ts'
import { DeadLetters } from './dead-letters.ts'
import type { Batch, Lacking, Refused } from './sink.ts'

/** What was taken of a batch, or of a part of it, but for something. */
export interface TakenPartly extends Lacking {
  readonly part: Batch
  readonly reason: string
}

/** How many rows of a batch the other side has got. */
export interface TakenCounts {
  readonly samples: number
  readonly records: number
}

export interface UntakenParts {
  /** The log, beside which they are set aside. */
  readonly file: string
  /** Name of the sink. */
  readonly sink: string
  readonly wallMs: () => number
  /** Puts a line on record. */
  readonly note: (text: string) => void
}

/** Rows that the other side does not take for what is in them or for their age: set aside, counted and reported. */
export class UntakenRows {
  readonly #parts: UntakenParts
  readonly #letters: DeadLetters
  #count = 0
  /** Of the last batches, one behind the other, those that are too old. */
  #tooOld = 0

  constructor(parts: UntakenParts) {
    this.#parts = parts
    this.#letters = new DeadLetters(parts.file, parts.sink)
  }

  /** Of this run. */
  get count(): number {
    return this.#count
  }

  /** File that they are in; null: there are none. */
  get path(): string | null {
    return this.#count > 0 ? this.#letters.path : null
  }

  /**
   * The batch has gone through, but for these.
   *
   * @returns what of it is there
   * @throws the system's error: they can't be set aside
   */
  settle(
    { log, samples, records }: Batch,
    partly: readonly TakenPartly[],
    refused: readonly Refused[],
  ): TakenCounts {
    for (const each of partly) this.#setLacking(each)
    const old = partly.reduce((sum, { expired }) => sum + expired.samples, 0)
    const oldRecords = partly.reduce((sum, { expired }) => sum + expired.records, 0)
    if (old + oldRecords === 0) this.endSpell()
    if (refused.length > 0) this.#setAside(log, refused)
    const ofSamples = refused.filter(({ row }) => !isRecord(row)).length
    return {
      samples: Math.max(0, samples.length - ofSamples - old),
      records: Math.max(0, records.length - (refused.length - ofSamples) - oldRecords),
    }
  }

  /** None that come now are too old, or none come any more. */
  endSpell(): void {
    if (this.#tooOld > 0) this.#parts.note(`${this.#tooOld} rows were too old for it`)
    this.#tooOld = 0
  }

  #setAside(log: string, refused: readonly Refused[]): void {
    this.#letters.add(log, refused, this.#parts.wallMs())
    this.#count += refused.length
    this.#parts.note(`${refused.length} rows refused: ${refused[0]?.reason ?? ''}`)
  }

  #setLacking({ part, expired, stripped, reason }: TakenPartly): void {
    if (stripped.length > 0) this.#setAside(part.log, stripped)
    const rows = expired.samples + expired.records
    if (rows === 0) return
    this.#letters.addExpired(part, expired, reason, this.#parts.wallMs())
    this.#count += rows
    this.#tooOld += rows
    // One line at the beginning of a spell, and one at its end: it may be all of a long log.
    if (this.#tooOld === rows) this.#parts.note(`rows are too old for it: ${reason}`)
  }
}
