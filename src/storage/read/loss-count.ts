import type { LoggedLoss } from './log-query.ts'

/**
 * How many samples of a lost range would have come before a time. They are
 * taken to lie evenly between the samples on either side: an estimate of the
 * times, never of values; over adjacent spans the counts add up to the range's.
 *
 * @param timeUs Unix µs
 */
export function lostBefore(range: LoggedLoss, timeUs: number): number {
  if (timeUs <= range.fromUs) return 0
  if (timeUs > range.toUs) return range.count
  const place = ((timeUs - range.fromUs) * (range.count + 1)) / (range.toUs - range.fromUs)
  return Math.max(0, Math.min(range.count, Math.ceil(place) - 1))
}

/** Counts lost samples of spans that are asked for in order of time, from ranges in order of `fromUs`. */
export class LossCount {
  readonly #ranges: Iterator<LoggedLoss>
  #next: LoggedLoss | undefined
  #open: LoggedLoss[] = []

  constructor(ranges: Iterator<LoggedLoss>) {
    this.#ranges = ranges
    this.#advance()
  }

  /** @param fromUs at least the `toUs` of the call before */
  within(fromUs: number, toUs: number): number {
    this.#openTo(toUs)
    if (this.#open.length === 0) return 0
    let count = 0
    for (const range of this.#open) count += lostBefore(range, toUs) - lostBefore(range, fromUs)
    this.#open = this.#open.filter((range) => range.toUs >= toUs)
    return count
  }

  /**
   * Whether something is missing between the sample before `fromUs` and the first one from `toUs`
   * on. To be asked before `within` of a span that ends later.
   *
   * @param fromUs the `toUs` that `within` had last @param toUs not before it
   */
  isBetween(fromUs: number, toUs: number): boolean {
    this.#openTo(toUs)
    return this.#open.some((range) => range.fromUs < toUs && range.toUs >= fromUs)
  }

  #openTo(toUs: number): void {
    while (this.#next !== undefined && this.#next.fromUs < toUs) {
      this.#open.push(this.#next)
      this.#advance()
    }
  }

  #advance(): void {
    const { done, value } = this.#ranges.next()
    this.#next = done ? undefined : value
  }
}
