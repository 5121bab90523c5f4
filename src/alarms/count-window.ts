import { US_PER_SECOND } from '../util/time-units.ts'
import type { Measure } from './rule.ts'

/** Entries that are kept; more of them are put together with the newest one. */
const MOST_ENTRIES = 100_000
/** Parts that a loss is kept in at most, so that one of millions takes no room. */
const MOST_PARTS = 1000

/** 0: none of the rules counts those. */
export function longestWindowS(
  measures: readonly Measure[],
  kind: 'lost' | 'out_of_range',
): number {
  return Math.max(0, ...measures.map((each) => (each.kind === kind ? each.windowS : 0)))
}

/** Counts what happened within the last so many seconds of device time. */
export class CountWindow {
  readonly #longestUs: number
  #entries: { readonly timeUs: number; count: number }[] = []
  /** The first entry that is not too old. */
  #from = 0

  /** @param longestS 0: nothing is kept */
  constructor(longestS: number) {
    this.#longestUs = longestS * US_PER_SECOND
  }

  clear(): void {
    this.#entries = []
    this.#from = 0
  }

  add(timeUs: number, count: number): void {
    if (this.#longestUs === 0) return
    const last = this.#entries.at(-1)
    if (
      last !== undefined &&
      (this.#entries.length - this.#from >= MOST_ENTRIES || last.timeUs >= timeUs)
    ) {
      last.count += count
      return
    }
    this.#entries.push({ timeUs, count })
    this.#drop(timeUs)
  }

  /** So many between two times: the k-th of n lies k/(n+1) of the way. */
  addEvenly(count: number, fromUs: number, toUs: number): void {
    const parts = Math.min(count, MOST_PARTS)
    let done = 0
    for (let part = 1; part <= parts; part++) {
      const upTo = Math.round((count * part) / parts)
      this.add(fromUs + ((toUs - fromUs) * upTo) / (count + 1), upTo - done)
      done = upTo
    }
  }

  /** In the time that ends with `nowUs`, itself included. */
  count(windowS: number, nowUs: number): number {
    const fromUs = nowUs - windowS * US_PER_SECOND
    this.#drop(nowUs)
    let count = 0
    for (let i = this.#entries.length - 1; i >= this.#from; i--) {
      const entry = this.#entries[i]
      if (entry === undefined || entry.timeUs <= fromUs) break
      count += entry.count
    }
    return count
  }

  #drop(nowUs: number): void {
    const entries = this.#entries
    while ((entries[this.#from]?.timeUs ?? nowUs) <= nowUs - this.#longestUs) this.#from++
    if (this.#from < 1024 || this.#from * 2 < entries.length) return
    this.#entries = entries.slice(this.#from)
    this.#from = 0
  }
}
