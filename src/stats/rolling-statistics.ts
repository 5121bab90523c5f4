import { US_PER_SECOND } from '../util/time-units.ts'
import { ChannelFigures } from './figures.ts'
import { Moments } from './moments.ts'
import { type PackedCounts, ValueDigest } from './value-digest.ts'

/** Different values of one second that are counted apart. */
const MOST_DIFFERENT_A_SECOND = 256

const NOTHING: PackedCounts = new Float64Array(0)

/** What closed seconds of a window come to, until another second begins. */
interface Closed<T> {
  readonly atSecond: number
  readonly change: number
  readonly part: T
}

export interface RollingOptions {
  /** The longest window, whole s. */
  readonly longestS: number
  /** Keeps what percentiles are read from, too. */
  readonly withPercentiles: boolean
}

/**
 * Statistics of one channel over the last so many whole seconds of device time and the second
 * under way: a window of 60 s at 12:00:59.7 covers 12:00:00.0 to 12:00:59.7, so that the same
 * rows of the log give the same figures. Work for each value is constant whatever
 * the window: a second that is over is packed, and packed seconds are put together once for
 * all values of the next one.
 */
export class RollingStatistics {
  readonly #size: number
  readonly #withPercentiles: boolean
  /** Second (Unix) that each slot holds, its moments, and its values. */
  readonly #seconds: Float64Array
  readonly #moments: Float64Array
  readonly #packed: PackedCounts[] = []
  #open = Number.NEGATIVE_INFINITY
  readonly #openMoments = new Moments()
  readonly #openDigest = new ValueDigest(MOST_DIFFERENT_A_SECOND)
  /** Goes up with each second that is closed, and with each value that comes late into one. */
  #change = 0
  readonly #closedMoments = new Map<number, Closed<Moments>>()
  readonly #closedFigures = new Map<number, Closed<ChannelFigures>>()
  readonly #closedDigests = new Map<number, Closed<ValueDigest>>()
  readonly #part = new Moments()
  readonly #answer = new Moments()

  constructor({ longestS, withPercentiles }: RollingOptions) {
    this.#size = longestS
    this.#withPercentiles = withPercentiles
    this.#seconds = new Float64Array(longestS).fill(Number.NaN)
    this.#moments = new Float64Array(longestS * Moments.SIZE)
  }

  /** @param timeUs Unix µs; one that is older than the longest window is left out */
  add(timeUs: number, value: number): void {
    const second = Math.floor(timeUs / US_PER_SECOND)
    if (second > this.#open) this.#close(second)
    if (second === this.#open) {
      this.#openMoments.add(timeUs, value)
      if (this.#withPercentiles) this.#openDigest.add(value)
    } else {
      this.#reopen(second, (moments, digest) => {
        moments.add(timeUs, value)
        digest?.add(value)
      })
    }
  }

  /** What lay between the value that was added at that time and the one before. @param timeUs Unix µs */
  reach(timeUs: number, min: number, max: number): void {
    const second = Math.floor(timeUs / US_PER_SECOND)
    if (second === this.#open) this.#openMoments.reach(min, max)
    else this.#reopen(second, (moments) => moments.reach(min, max))
  }

  /**
   * The time between two neighbouring values, for the mean over time; it counts where the later one lies.
   *
   * @param timeUs of the later one, Unix µs
   */
  addPair(timeUs: number, spanUs: number, value0: number, value1: number): void {
    const second = Math.floor(timeUs / US_PER_SECOND)
    if (second > this.#open) this.#close(second)
    if (second === this.#open) this.#openMoments.addPair(spanUs, value0, value1)
    else this.#reopen(second, (moments) => moments.addPair(spanUs, value0, value1))
  }

  /**
   * @param seconds of the window, at most the longest
   * @param nowUs its end, Unix µs; default: the newest value
   * @returns good until the next call
   */
  moments(seconds: number, nowUs?: number): Moments {
    const now = this.#now(nowUs)
    const closed = this.#closed(this.#closedMoments, seconds, now, () => {
      const sum = new Moments()
      this.#eachClosed(seconds, now, (slot) => {
        this.#part.load(this.#moments, slot * Moments.SIZE)
        sum.merge(this.#part)
      })
      return sum
    })
    this.#answer.clear()
    this.#answer.merge(closed)
    if (this.#isOpenIn(seconds, now)) this.#answer.merge(this.#openMoments)
    return this.#answer
  }

  /** min, mean and max alone, which is little work. @param seconds, nowUs as for `moments` */
  brief(seconds: number, nowUs: number): ChannelFigures {
    const now = this.#now(nowUs)
    const { measured, spread } = this.#closed(this.#closedFigures, seconds, now, () => {
      const sum = new ChannelFigures()
      this.#eachClosed(seconds, now, (slot) => {
        this.#part.load(this.#moments, slot * Moments.SIZE)
        this.#part.foldInto(sum)
      })
      return sum
    })
    const figures = new ChannelFigures()
    figures.merge(measured, spread.min, spread.sumMicro, spread.max)
    if (this.#isOpenIn(seconds, now)) this.#openMoments.foldInto(figures)
    return figures
  }

  /** All values of the window, to read percentiles from; none without `withPercentiles`. */
  digest(seconds: number, nowUs?: number): ValueDigest {
    const now = this.#now(nowUs)
    const all = this.#closedDigest(seconds, now)
    if (this.#isOpenIn(seconds, now)) all.absorb(this.#openDigest.pack())
    return all
  }

  /** By nearest rank. @param percent above 0, to 100 @returns null: no values in the window */
  percentile(percent: number, seconds: number, nowUs?: number): number | null {
    const now = this.#now(nowUs)
    const closed = this.#closed(this.#closedDigests, seconds, now, () =>
      this.#closedDigest(seconds, now),
    )
    if (!this.#isOpenIn(seconds, now)) return closed.percentile(percent)
    return closed.percentileWith(this.#openDigest, percent)
  }

  #closedDigest(seconds: number, now: number): ValueDigest {
    const sum = new ValueDigest()
    this.#eachClosed(seconds, now, (slot) => sum.absorb(this.#packed[slot] ?? NOTHING))
    return sum
  }

  #now(nowUs: number | undefined): number {
    return nowUs === undefined ? this.#open : Math.floor(nowUs / US_PER_SECOND)
  }

  #isOpenIn(seconds: number, now: number): boolean {
    return this.#open <= now && this.#open > now - seconds
  }

  /** For what comes late. */
  #reopen(second: number, change: (moments: Moments, digest: ValueDigest | null) => void): void {
    if (second <= this.#open - this.#size) return
    const slot = second % this.#size
    const isThere = this.#seconds[slot] === second
    const moments = new Moments()
    const digest = this.#withPercentiles ? new ValueDigest(MOST_DIFFERENT_A_SECOND) : null
    if (isThere) {
      moments.load(this.#moments, slot * Moments.SIZE)
      digest?.absorb(this.#packed[slot] ?? NOTHING)
    }
    change(moments, digest)
    this.#put(second, moments, digest)
    this.#change++
  }

  /** The second under way is over. */
  #close(next: number): void {
    if (Number.isFinite(this.#open)) {
      this.#put(this.#open, this.#openMoments, this.#withPercentiles ? this.#openDigest : null)
      // A window that ends later may have been asked for while this second was still open.
      this.#change++
    }
    this.#openMoments.clear()
    this.#openDigest.clear()
    this.#open = next
  }

  #put(second: number, moments: Moments, digest: ValueDigest | null): void {
    const slot = second % this.#size
    this.#seconds[slot] = second
    moments.store(this.#moments, slot * Moments.SIZE)
    if (digest !== null) this.#packed[slot] = digest.pack()
  }

  /** Each slot of the window but that of the second under way, in their order. */
  #eachClosed(seconds: number, now: number, take: (slot: number) => void): void {
    for (let second = Math.max(0, now - seconds + 1); second <= now; second++) {
      const slot = second % this.#size
      if (this.#seconds[slot] === second && second !== this.#open) take(slot)
    }
  }

  #closed<T>(kept: Map<number, Closed<T>>, seconds: number, now: number, make: () => T): T {
    const known = kept.get(seconds)
    if (known?.atSecond === now && known.change === this.#change) return known.part
    const part = make()
    kept.set(seconds, { atSecond: now, change: this.#change, part })
    return part
  }
}
