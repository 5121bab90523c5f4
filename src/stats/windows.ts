import { QUANTITIES, type Quantity } from '../domain/channels.ts'
import type { Sample } from '../domain/sample.ts'

export interface WindowStat {
  readonly min: number
  readonly avg: number
  readonly max: number
}

export interface WindowStats {
  /** Length in s. */
  readonly seconds: number
  readonly samples: number
  /** null where nothing was measured */
  readonly stats: Readonly<Record<Quantity, WindowStat | null>>
}

/**
 * min, mean and max over the last so many whole seconds of device time and the
 * second under way, from buckets of one second. A window of 60 s at 12:00:59.7
 * covers 12:00:00.0 to 12:00:59.7; the same rows of the log give the same figures.
 */
export class SlidingWindows {
  readonly #lengths: readonly number[]
  readonly #size: number
  /** Second (Unix) that each slot holds. */
  readonly #second: Float64Array
  readonly #count: Uint32Array
  readonly #sum: Record<Quantity, Float64Array>
  readonly #min: Record<Quantity, Float64Array>
  readonly #max: Record<Quantity, Float64Array>
  #newest = Number.NEGATIVE_INFINITY

  /** @param lengths in s, each 1 or more */
  constructor(lengths: readonly number[]) {
    this.#lengths = lengths
    this.#size = Math.max(...lengths)
    const column = (): Float64Array => new Float64Array(this.#size)
    this.#second = column().fill(Number.NaN)
    this.#count = new Uint32Array(this.#size)
    this.#sum = { voltage: column(), current: column(), power: column() }
    this.#min = { voltage: column(), current: column(), power: column() }
    this.#max = { voltage: column(), current: column(), power: column() }
  }

  /** Only samples that were measured and are in range; the caller decides. */
  add(sample: Sample): void {
    const second = Math.floor(sample.timeUs / 1e6)
    if (second <= this.#newest - this.#size) return
    if (second > this.#newest) this.#newest = second
    const slot = second % this.#size
    const isNew = this.#second[slot] !== second
    if (isNew) {
      this.#second[slot] = second
      this.#count[slot] = 0
    }
    this.#count[slot] = (this.#count[slot] as number) + 1
    for (const quantity of QUANTITIES) {
      const value = sample[quantity]
      const [sum, min, max] = [this.#sum[quantity], this.#min[quantity], this.#max[quantity]]
      sum[slot] = isNew ? value : (sum[slot] as number) + value
      min[slot] = isNew ? value : Math.min(min[slot] as number, value)
      max[slot] = isNew ? value : Math.max(max[slot] as number, value)
    }
  }

  /** @param nowUs end of the windows, Unix µs; usually the newest sample's time */
  read(nowUs: number): WindowStats[] {
    const now = Math.floor(nowUs / 1e6)
    return this.#lengths.map((seconds) => this.#readOne(now, seconds))
  }

  #readOne(now: number, seconds: number): WindowStats {
    let samples = 0
    const sum = { voltage: 0, current: 0, power: 0 }
    const min = { voltage: Infinity, current: Infinity, power: Infinity }
    const max = { voltage: -Infinity, current: -Infinity, power: -Infinity }
    for (let second = now - seconds + 1; second <= now; second++) {
      const slot = ((second % this.#size) + this.#size) % this.#size
      if (this.#second[slot] !== second) continue
      samples += this.#count[slot] as number
      for (const quantity of QUANTITIES) {
        sum[quantity] += this.#sum[quantity][slot] as number
        min[quantity] = Math.min(min[quantity], this.#min[quantity][slot] as number)
        max[quantity] = Math.max(max[quantity], this.#max[quantity][slot] as number)
      }
    }
    const stat = (quantity: Quantity): WindowStat | null =>
      samples === 0
        ? null
        : { min: min[quantity], avg: sum[quantity] / samples, max: max[quantity] }
    return {
      seconds,
      samples,
      stats: { voltage: stat('voltage'), current: stat('current'), power: stat('power') },
    }
  }
}
