/** Below this, currents are told apart linearly, above it by their ratio; about an INA219's resolution, A. */
const LINEAR_A = 1e-3
/** Bins of the histogram for each factor e of current: steps of 1.6 %. */
const BINS = 64
/** 50 kA, either sign. */
const LARGEST = Math.ceil(Math.asinh(5e4 / LINEAR_A)) * BINS
/** So many values are remembered with full weight; older ones count half, a quarter, ... */
const MEMORY = 65_536

/** Two levels of a current, as positions on the scale of `positionOf`. */
export interface Split {
  readonly low: number
  readonly high: number
  /** Their distance as a multiple of the spread within each. */
  readonly separation: number
}

/** Where a current stands on a scale that is linear around zero and logarithmic above. @param current A */
export function positionOf(current: number): number {
  return Math.asinh(current / LINEAR_A)
}

/**
 * Splits the currents of a load into two levels (Otsu's method: the split that leaves the least spread
 * within the two), from a histogram of bounded size, which forgets slowly. On its scale a sleep of
 * microamperes and a burst of a hundred milliamperes lie far apart, however rare the bursts are.
 */
export class LevelSplit {
  readonly #counts = new Float64Array(2 * LARGEST + 1)
  readonly #memory: number
  #total = 0

  /** @param memory so many values count in full; infinite: it forgets nothing */
  constructor(memory = MEMORY) {
    this.#memory = memory
  }

  /** @param position see `positionOf` */
  add(position: number): void {
    const bin = Math.round(Math.max(-LARGEST, Math.min(LARGEST, position * BINS))) + LARGEST
    this.#counts[bin] = (this.#counts[bin] as number) + 1
    if (++this.#total < this.#memory) return
    this.#total /= 2
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] = (this.#counts[i] as number) / 2
  }

  /** null: there is one level only. Work of some thousand steps: not for each sample. */
  split(): Split | null {
    const counts = this.#counts
    let sum = 0
    let squares = 0
    for (let i = 0; i < counts.length; i++) {
      const at = (i - LARGEST) / BINS
      sum += (counts[i] as number) * at
      squares += (counts[i] as number) * at * at
    }
    let best = 0
    let split: Split | null = null
    let [below, sumBelow] = [0, 0]
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i] as number
      if (count === 0) continue
      below += count
      sumBelow += (count * (i - LARGEST)) / BINS
      const above = this.#total - below
      if (above < 1e-9 * this.#total) break
      const [low, high] = [sumBelow / below, (sum - sumBelow) / above]
      const between = (below / this.#total) * (above / this.#total) * (high - low) ** 2
      if (between <= best) continue
      best = between
      const mean = sum / this.#total
      const within = Math.max(0, squares / this.#total - mean * mean - between)
      // A bin is as narrow as a level can be.
      split = { low, high, separation: (high - low) / Math.max(Math.sqrt(within), 1 / BINS) }
    }
    return split
  }
}
