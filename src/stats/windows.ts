import { ELECTRIC } from '../domain/channels.ts'
import type { Sample } from '../domain/sample.ts'
import { US_PER_SECOND } from '../util/time-units.ts'

export interface WindowStat {
  readonly min: number
  readonly avg: number
  readonly max: number
}

export interface WindowStats {
  /** Length in s. */
  readonly seconds: number
  /** Measured samples. */
  readonly samples: number
  /** By channel id; null where nothing was measured. */
  readonly stats: Readonly<Record<string, WindowStat | null>>
}

/** One channel over the longest window, in buckets of one second. */
class SecondRing {
  readonly #size: number
  /** Second (Unix) that each slot holds. */
  readonly #second: Float64Array
  readonly #count: Uint32Array
  readonly #sum: Float64Array
  readonly #min: Float64Array
  readonly #max: Float64Array
  #newest = Number.NEGATIVE_INFINITY

  constructor(size: number) {
    this.#size = size
    this.#second = new Float64Array(size).fill(Number.NaN)
    this.#count = new Uint32Array(size)
    this.#sum = new Float64Array(size)
    this.#min = new Float64Array(size)
    this.#max = new Float64Array(size)
  }

  add(second: number, value: number): void {
    if (second <= this.#newest - this.#size) return
    if (second > this.#newest) this.#newest = second
    const slot = second % this.#size
    if (this.#second[slot] === second) {
      this.#count[slot] = (this.#count[slot] as number) + 1
      this.#sum[slot] = (this.#sum[slot] as number) + value
      if (value < (this.#min[slot] as number)) this.#min[slot] = value
      if (value > (this.#max[slot] as number)) this.#max[slot] = value
      return
    }
    this.#second[slot] = second
    this.#count[slot] = 1
    this.#sum[slot] = value
    this.#min[slot] = value
    this.#max[slot] = value
  }

  /** The window of `seconds` that ends with `now`. @returns null: nothing in it */
  read(now: number, seconds: number): WindowStat | null {
    const { count, min, max, sum } = this.#fold(now, seconds)
    return count === 0 ? null : { min, avg: sum / count, max }
  }

  count(now: number, seconds: number): number {
    return this.#fold(now, seconds).count
  }

  #fold(now: number, seconds: number): { count: number; sum: number; min: number; max: number } {
    let count = 0
    let sum = 0
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    for (let second = now - seconds + 1; second <= now; second++) {
      const slot = ((second % this.#size) + this.#size) % this.#size
      if (this.#second[slot] !== second) continue
      count += this.#count[slot] as number
      sum += this.#sum[slot] as number
      min = Math.min(min, this.#min[slot] as number)
      max = Math.max(max, this.#max[slot] as number)
    }
    return { count, sum, min, max }
  }
}

/**
 * min, mean and max over the last so many whole seconds of device time and the
 * second under way, from buckets of one second. A window of 60 s at 12:00:59.7
 * covers 12:00:00.0 to 12:00:59.7; the same rows of the log give the same figures.
 */
export class SlidingWindows {
  readonly #lengths: readonly number[]
  readonly #size: number
  /** All measured samples, whatever channels they have. */
  readonly #all: SecondRing
  #electric: { readonly v: SecondRing; readonly a: SecondRing; readonly w: SecondRing } | null =
    null
  readonly #extras = new Map<string, SecondRing>()

  /** @param lengths in s, each 1 or more */
  constructor(lengths: readonly number[]) {
    this.#lengths = lengths
    this.#size = Math.max(...lengths)
    this.#all = new SecondRing(this.#size)
  }

  /** Only samples that were measured and are in range; the caller decides. */
  add(sample: Sample): void {
    const second = Math.floor(sample.timeUs / US_PER_SECOND)
    this.#all.add(second, 0)
    if (sample.electric) {
      this.#electric ??= { v: this.#ring(), a: this.#ring(), w: this.#ring() }
      this.#electric.v.add(second, sample.voltage)
      this.#electric.a.add(second, sample.current)
      this.#electric.w.add(second, sample.power)
    }
    if (sample.extras !== null) this.#addExtras(second, sample.extras)
  }

  /** @param nowUs end of the windows, Unix µs; usually the newest sample's time */
  read(nowUs: number): WindowStats[] {
    const now = Math.floor(nowUs / US_PER_SECOND)
    return this.#lengths.map((seconds) => {
      const stats: Record<string, WindowStat | null> = {}
      for (const [id, ring] of this.#rings()) stats[id] = ring.read(now, seconds)
      return { seconds, samples: this.#all.count(now, seconds), stats }
    })
  }

  *#rings(): Generator<[id: string, ring: SecondRing]> {
    if (this.#electric !== null) {
      yield [ELECTRIC.voltage.id, this.#electric.v]
      yield [ELECTRIC.current.id, this.#electric.a]
      yield [ELECTRIC.power.id, this.#electric.w]
    }
    yield* this.#extras
  }

  #ring(): SecondRing {
    return new SecondRing(this.#size)
  }

  #addExtras(second: number, extras: Readonly<Record<string, number>>): void {
    for (const id in extras) {
      let ring = this.#extras.get(id)
      if (ring === undefined) {
        ring = this.#ring()
        this.#extras.set(id, ring)
      }
      ring.add(second, extras[id] as number)
    }
  }
}
