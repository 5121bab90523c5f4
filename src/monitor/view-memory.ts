import type { Sign } from '../chart/trace.ts'
import type { Sample } from '../domain/sample.ts'
import { CycleFinder, type Cycles } from '../stats/cycles.ts'
import { LiveStatistics, type WindowStats } from '../stats/live-statistics.ts'
import { TraceStore } from './trace-store.ts'

/** Lengths of the windows, s. */
export const WINDOWS_S: readonly number[] = [60, 300, 900]
/** Seconds of the longest window. */
export const LONGEST_WINDOW_S = Math.max(...WINDOWS_S)

/**
 * What a view may ask of the newest samples of one device: trace, windows, statistics, a load that
 * repeats. Costs work for each sample and some MB, so that it is kept only where there is a view.
 */
export class ViewMemory {
  readonly statistics: LiveStatistics
  #trace = new TraceStore()
  readonly #cycles = new CycleFinder()
  /** The newest electric sample was measured, and nothing has been missing since. */
  #isLinked = false
  #wasSetBack = false
  #oldestUs: number | null = null

  /** @param beganUs samples up to then are not in it, Unix µs; infinite: all are */
  constructor(beganUs: number) {
    this.statistics = new LiveStatistics(LONGEST_WINDOW_S, beganUs)
  }

  get trace(): TraceStore {
    return this.#trace
  }

  /** The trace has all that the device has sent in this run. */
  get isWhole(): boolean {
    const isFromBegin = this.statistics.beganUs === Number.NEGATIVE_INFINITY
    return isFromBegin && !this.#wasSetBack && this.#trace.isWhole
  }

  /** The oldest sample that came, Unix µs, which may be in the log alone by now; null: none came. */
  get oldestUs(): number | null {
    return this.#oldestUs
  }

  /** @param nowUs end of the windows, Unix µs */
  windows(nowUs: number): WindowStats[] {
    return WINDOWS_S.map((seconds) => this.statistics.brief(seconds, nowUs))
  }

  /** A load that repeats; null: none is seen. @param nowUs newest sample, Unix µs */
  cycles(nowUs: number): Cycles | null {
    return this.#cycles.read(nowUs)
  }

  /** @param sample in order of its run, unless its origin is `late` */
  add(sample: Sample, measured: boolean): void {
    if (sample.origin !== 'late') this.#followCycles(sample, measured)
    this.#oldestUs = Math.min(this.#oldestUs ?? sample.timeUs, sample.timeUs)
    this.statistics.add(sample)
    if (measured) this.#trace.add(sample)
    else this.#trace.addUnmeasured(sample)
  }

  /** Something is to be said of that time, Unix µs. */
  mark(timeUs: number, sign: Sign): void {
    this.#trace.mark(timeUs, sign)
  }

  /** The clock was set back: what was measured until now lies ahead, and is in the log alone. */
  clockSetBack(): void {
    this.#trace = new TraceStore()
    this.#wasSetBack = true
    this.statistics.forgetWindows()
  }

  #followCycles({ timeUs, current, electric, gapBefore }: Sample, measured: boolean): void {
    if (gapBefore) this.#isLinked = false
    if (!electric) return
    if (measured) this.#cycles.add(timeUs, current, this.#isLinked)
    this.#isLinked = measured
  }
}
