import { advance, distance } from '../util/serial-number.ts'
import type { ImportedRun, ImportedSample, ImportLabel } from './import-label.ts'

/** Further ahead than this, a number is not explained by losses. */
const LONGEST_LOSS = 1_000_000
/** Runs that a number is compared with: those of two devices under one label alternate. */
const RUNS_KEPT = 8
/** So many runs of a single sample each: the numbers mean nothing. */
const MOST_SINGLE = 8

interface OpenRun {
  readonly run: ImportedRun
  lastSeq: number
  lastUs: number
  samples: number
}

/**
 * Parts the samples of a recording into the runs of the device, by their numbers: a
 * number that goes back is a restart, one that jumps ahead says what is missing. Without
 * numbers it is one run.
 */
export class NumberedRuns {
  readonly #label: ImportLabel
  /** Newest last. */
  #runs: OpenRun[] = []
  #singles = 0
  #isMeaningless = false

  constructor(label: ImportLabel) {
    this.#label = label
  }

  add(sample: ImportedSample, grainUs: number): void {
    const { seq, timeUs } = sample
    const run = this.#runOf(seq, timeUs)
    const missing = seq === null || run.lastSeq < 0 ? 0 : distance(run.lastSeq, seq) - 1
    if (missing > 0 && !this.#isMeaningless) {
      this.#label.lost(run.run, {
        firstSeq: advance(run.lastSeq),
        count: missing,
        fromUs: run.lastUs,
        toUs: timeUs,
        reason: 'not_recorded',
      })
    }
    this.#label.add(run.run, sample, grainUs)
    run.lastSeq = seq ?? run.lastSeq
    run.lastUs = timeUs
    run.samples++
  }

  #runOf(seq: number | null, timeUs: number): OpenRun {
    const newest = this.#runs.at(-1)
    if (newest !== undefined && (seq === null || this.#isMeaningless || newest.lastSeq < 0)) {
      return newest
    }
    if (seq !== null && newest !== undefined) {
      if (advance(newest.lastSeq) === seq) return newest
      const next = this.#runs.find(({ lastSeq }) => lastSeq >= 0 && advance(lastSeq) === seq)
      if (next !== undefined) return this.#select(next)
      const ahead = distance(newest.lastSeq, seq)
      if (ahead > 0 && ahead <= LONGEST_LOSS) return newest
      this.#singles = newest.samples === 1 ? this.#singles + 1 : 0
      this.#isMeaningless = this.#singles >= MOST_SINGLE
      if (this.#isMeaningless) return newest
    }
    return this.#select({
      run: this.#label.begin(null, timeUs),
      lastSeq: -1,
      lastUs: timeUs,
      samples: 0,
    })
  }

  #select(run: OpenRun): OpenRun {
    this.#runs = [...this.#runs.filter((each) => each !== run).slice(1 - RUNS_KEPT), run]
    return run
  }
}
