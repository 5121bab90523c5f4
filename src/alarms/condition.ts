import type { Comparison, Condition } from './rule.ts'

/** True, false, or not known: nothing was measured that says so. */
export type Truth = boolean | null

/** Whether one condition is true, with its hysteresis. */
export class ConditionState {
  readonly condition: Condition
  /** It has a `for`: the samples' own values count, since an extreme between two of them lasted no time. */
  readonly isHeld: boolean
  truth: Truth = null
  /** The newest value that was known; null: none yet. */
  value: number | null = null
  /** True until a value shows otherwise: what hysteresis goes by, across gaps as well. */
  #wasTrue = false

  constructor(condition: Condition, isHeld: boolean) {
    this.condition = condition
    this.isHeld = isHeld
  }

  /** @param reading a value; null: there is none that can be known; undefined: nothing new */
  take(reading: number | null | undefined): void {
    if (reading === undefined) return
    if (reading === null) {
      this.truth = null
      return
    }
    const { comparison, hysteresis } = this.condition
    this.value = reading
    this.truth = isTrue(comparison, reading, this.#wasTrue ? hysteresis : 0)
    this.#wasTrue = this.truth
  }

  /** What was known is of a time before a gap. */
  interrupt(): void {
    this.truth = null
  }
}

/** @param slack how much further the value has to come back for the comparison to end */
function isTrue(comparison: Comparison, value: number, slack: number): boolean {
  switch (comparison.op) {
    case '>':
      return value > comparison.limit - slack
    case '>=':
      return value >= comparison.limit - slack
    case '<':
      return value < comparison.limit + slack
    case '<=':
      return value <= comparison.limit + slack
    case 'outside':
      return value < comparison.low + slack || value > comparison.high - slack
  }
}

/** Whether a value is further into what the comparison warns of than another one. */
export function isMoreExtreme(comparison: Comparison, value: number, than: number): boolean {
  if (comparison.op !== 'outside') {
    return comparison.op.startsWith('>') ? value > than : value < than
  }
  const beyond = (each: number): number => Math.max(each - comparison.high, comparison.low - each)
  return beyond(value) > beyond(than)
}
