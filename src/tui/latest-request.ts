import type { View } from '../monitor/view.ts'
import { errorText } from '../util/errors.ts'

/** After an error the same request waits so long. */
const RETRY_MS = 1000

/** Of what holds the newest answers of a view. */
export interface FeedOptions {
  readonly view: View
  /** An answer has come. */
  readonly onNews: () => void
  /** An answer was of no use, or an error: something else may be asked. */
  readonly onDropped: () => void
  readonly monoMs: () => number
}

export interface LatestRequestOptions<R, A> {
  readonly send: (request: R) => Promise<A>
  /** Whether the answer to one is an answer to the other. */
  readonly isSame: (one: R, other: R) => boolean
  readonly onAnswer: (request: R, answer: A) => void
  /** An answer has come that nobody wants any more, or none at all. */
  readonly onDropped: () => void
  readonly monoMs: () => number
}

/**
 * Something asked of a view again and again, one at a time: while an answer is
 * under way, a new one only replaces the one before. An answer to what is no
 * longer wanted is dropped.
 */
export class LatestRequest<R, A> {
  readonly #options: LatestRequestOptions<R, A>
  #wanted: R | null = null
  #isAsking = false
  #failed: { readonly request: R; readonly untilMs: number } | null = null
  #trouble: string | null = null

  constructor(options: LatestRequestOptions<R, A>) {
    this.#options = options
  }

  get isAsking(): boolean {
    return this.#isAsking
  }

  /** Why there was no answer the last time; null: there was one. */
  get trouble(): string | null {
    return this.#trouble
  }

  ask(request: R): void {
    this.#wanted = request
    if (this.#isAsking || this.#hasToWait(request)) return
    this.#isAsking = true
    void this.#send(request)
  }

  /** An answer that is under way is not wanted any more. */
  cancel(): void {
    this.#wanted = null
    this.#trouble = null
  }

  #hasToWait(request: R): boolean {
    if (this.#failed === null || !this.#options.isSame(this.#failed.request, request)) {
      return false
    }
    return this.#options.monoMs() < this.#failed.untilMs
  }

  async #send(request: R): Promise<void> {
    const { send, onAnswer, onDropped } = this.#options
    let answer: A
    try {
      answer = await send(request)
    } catch (error) {
      this.#fail(request, error)
      return
    }
    this.#isAsking = false
    this.#trouble = null
    this.#failed = null
    if (this.#isWanted(request)) onAnswer(request, answer)
    else onDropped()
  }

  #fail(request: R, error: unknown): void {
    this.#isAsking = false
    this.#failed = { request, untilMs: this.#options.monoMs() + RETRY_MS }
    if (this.#isWanted(request)) this.#trouble = errorText(error)
    this.#options.onDropped()
  }

  #isWanted(request: R): boolean {
    return this.#wanted !== null && this.#options.isSame(this.#wanted, request)
  }
}
