import { ConditionState, type Truth } from './condition.ts'
import { Hold } from './hold.ts'
import type { Expression, Measure } from './rule.ts'

/** The leaf of a silence. */
export class SilenceState {
  /** µs; null: a pause */
  readonly afterUs: number | null
  truth = false
  /** How long, s; null: not silent yet. */
  value: number | null = null

  constructor(afterUs: number | null) {
    this.afterUs = afterUs
  }
}

export type Leaf = ConditionState | SilenceState

/** Whether an expression is true, over one device's samples. Unknown parts make it unknown, unless the others decide. */
export class Evaluation {
  /** In the order of the text. */
  readonly leaves: readonly Leaf[]
  readonly #evaluate: (timeUs: number, pauseUs: number) => Truth
  readonly #holds: Hold[] = []

  constructor(when: Expression) {
    const leaves: Leaf[] = []
    this.#evaluate = this.#build(when, leaves)
    this.leaves = leaves
  }

  get isPending(): boolean {
    return this.#holds.some((each) => each.isPending)
  }

  /** @param read as `ConditionState.take` takes it */
  take(read: (measure: Measure) => number | null | undefined): void {
    for (const leaf of this.leaves) {
      if (leaf instanceof ConditionState) leaf.take(read(leaf.condition.measure))
    }
  }

  step(timeUs: number, pauseUs: number): Truth {
    return this.#evaluate(timeUs, pauseUs)
  }

  interrupt(): void {
    for (const leaf of this.leaves) if (leaf instanceof ConditionState) leaf.interrupt()
    for (const hold of this.#holds) hold.interrupt()
  }

  #build(when: Expression, leaves: Leaf[]): (timeUs: number, pauseUs: number) => Truth {
    if (when.kind === 'silent') {
      const silence = new SilenceState(when.afterUs)
      leaves.push(silence)
      return () => silence.truth
    }
    let inner: (timeUs: number, pauseUs: number) => Truth
    if (when.kind === 'condition') {
      const condition = new ConditionState(when)
      leaves.push(condition)
      inner = () => condition.truth
    } else {
      const parts = when.parts.map((part) => this.#build(part, leaves))
      const decides = when.kind === 'or'
      inner = (timeUs, pauseUs) => {
        let result: Truth = !decides
        // Every part, even where the first decides: each keeps its own time.
        for (const part of parts) {
          const truth = part(timeUs, pauseUs)
          if (truth === decides) result = decides
          else if (truth === null && result !== decides) result = null
        }
        return result
      }
    }
    if (when.forUs === null) return inner
    const hold = new Hold(when.forUs)
    this.#holds.push(hold)
    return (timeUs, pauseUs) => hold.step(inner(timeUs, pauseUs), timeUs, pauseUs)
  }
}
