import { ConditionState, type Truth } from './condition.ts'
import { Hold } from './hold.ts'
import type { Comparison, Expression, Measure } from './rule.ts'

/**
 * What a measure comes to at the moment.
 *
 * @param comparison whose most extreme value is wanted of what lay between two samples; null: the sample's own
 * @returns as `ConditionState.take` takes it
 */
export type ReadMeasure = (
  measure: Measure,
  comparison: Comparison | null,
) => number | null | undefined

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
    this.#evaluate = this.#build(when, leaves, false)
    this.leaves = leaves
  }

  get isPending(): boolean {
    return this.#holds.some((each) => each.isPending)
  }

  take(read: ReadMeasure): void {
    for (const leaf of this.leaves) {
      if (!(leaf instanceof ConditionState)) continue
      const { measure, comparison } = leaf.condition
      leaf.take(read(measure, leaf.isHeld ? null : comparison))
    }
  }

  step(timeUs: number, pauseUs: number): Truth {
    return this.#evaluate(timeUs, pauseUs)
  }

  interrupt(): void {
    for (const leaf of this.leaves) if (leaf instanceof ConditionState) leaf.interrupt()
    for (const hold of this.#holds) hold.interrupt()
  }

  /** @param isWithinFor a group around it has a `for` */
  #build(
    when: Expression,
    leaves: Leaf[],
    isWithinFor: boolean,
  ): (timeUs: number, pauseUs: number) => Truth {
    if (when.kind === 'silent') {
      const silence = new SilenceState(when.afterUs)
      leaves.push(silence)
      return () => silence.truth
    }
    const isHeld = isWithinFor || when.forUs !== null
    let inner: (timeUs: number, pauseUs: number) => Truth
    if (when.kind === 'condition') {
      const condition = new ConditionState(when, isHeld)
      leaves.push(condition)
      inner = () => condition.truth
    } else {
      const parts = when.parts.map((part) => this.#build(part, leaves, isHeld))
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
