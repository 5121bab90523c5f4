import { errorText } from '../util/errors.ts'

/** After an error the same question waits so long. */
const RETRY_MS = 1000

export interface QuestionOptions<Q, A> {
  readonly send: (question: Q) => Promise<A>
  /** Whether the answer to one is an answer to the other. */
  readonly isSame: (one: Q, other: Q) => boolean
  readonly onAnswer: (question: Q, answer: A) => void
  /** An answer has come that nobody wants any more, or none at all. */
  readonly onDropped: () => void
  readonly monoMs: () => number
}

/**
 * Something asked of a view again and again, one at a time: while an answer is
 * under way, a new wish only replaces the one before. An answer to what is no
 * longer wanted is dropped.
 */
export class Question<Q, A> {
  readonly #options: QuestionOptions<Q, A>
  #wanted: Q | null = null
  #isAsking = false
  #failed: { readonly question: Q; readonly untilMs: number } | null = null
  #trouble: string | null = null

  constructor(options: QuestionOptions<Q, A>) {
    this.#options = options
  }

  get isAsking(): boolean {
    return this.#isAsking
  }

  /** Why there was no answer the last time; null: there was one. */
  get trouble(): string | null {
    return this.#trouble
  }

  ask(question: Q): void {
    this.#wanted = question
    if (this.#isAsking || this.#hasToWait(question)) return
    this.#isAsking = true
    void this.#send(question)
  }

  /** An answer that is under way is not wanted any more. */
  cancel(): void {
    this.#wanted = null
    this.#trouble = null
  }

  #hasToWait(question: Q): boolean {
    if (this.#failed === null || !this.#options.isSame(this.#failed.question, question)) {
      return false
    }
    return this.#options.monoMs() < this.#failed.untilMs
  }

  async #send(question: Q): Promise<void> {
    const { send, onAnswer, onDropped } = this.#options
    let answer: A
    try {
      answer = await send(question)
    } catch (error) {
      this.#fail(question, error)
      return
    }
    this.#isAsking = false
    this.#trouble = null
    this.#failed = null
    if (this.#isWanted(question)) onAnswer(question, answer)
    else onDropped()
  }

  #fail(question: Q, error: unknown): void {
    this.#isAsking = false
    this.#failed = { question, untilMs: this.#options.monoMs() + RETRY_MS }
    if (this.#isWanted(question)) this.#trouble = errorText(error)
    this.#options.onDropped()
  }

  #isWanted(question: Q): boolean {
    return this.#wanted !== null && this.#options.isSame(this.#wanted, question)
  }
}
