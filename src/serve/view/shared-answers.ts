/** Answers that are kept; a flood of others forgets the oldest. */
const MOST_KEPT = 64

interface Kept {
  readonly text: Promise<string>
  /** Monotonic, ms. */
  readonly untilMs: number
  isPending: boolean
}

/**
 * What several ask at the same time is looked up and encoded once: an answer serves all who ask while
 * it is under way, and for a moment after it was asked for.
 */
export class SharedAnswers {
  readonly #kept = new Map<string, Kept>()
  readonly #monoMs: () => number

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs
  }

  /**
   * @param key the same for the same question
   * @param holdMs how old an answer may be
   */
  answer(key: string, holdMs: number, make: () => Promise<string>): Promise<string> {
    const nowMs = this.#monoMs()
    const kept = this.#kept.get(key)
    if (kept !== undefined && isFresh(kept, nowMs)) return kept.text
    for (const [each, other] of this.#kept) if (!isFresh(other, nowMs)) this.#kept.delete(each)
    const made = { text: make(), untilMs: nowMs + holdMs, isPending: true }
    const settle = (): void => {
      made.isPending = false
    }
    made.text.then(settle, settle)
    if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value ?? '')
    this.#kept.set(key, made)
    return made.text
  }

  /** Nobody watches any more. */
  clear(): void {
    this.#kept.clear()
  }
}

function isFresh({ isPending, untilMs }: Kept, nowMs: number): boolean {
  return isPending || nowMs < untilMs
}
