import { Continuity } from './continuity.ts'
import type { Figures } from './figures.ts'

/** The newest sample of a run, and what follows on it. */
interface Run {
  readonly epochId: number
  readonly continuity: Continuity
  current: number
  power: number
  measured: boolean
}

/** Runs of one device kept at a time; who reads a log shows the folder an older one again, see `SampleScan`. */
const RUNS_KEPT = 16

/**
 * Adds the samples of one device to figures. Charge and energy come by the
 * trapezoid rule from two measured samples of one run (epoch) that follow
 * directly on each other, see `Continuity`, and count where the later one lies.
 * Runs whose times overlap (a capture piped in twice, a clock set back) are kept
 * apart: each keeps its own charge.
 */
export class Folder {
  #runs: Run[] = []
  #run: Run | null = null

  /** Forgets what came before. */
  reset(): void {
    this.#runs = []
    this.#run = null
  }

  /** Whether the next sample of a run finds the one before. */
  knows(epochId: number): boolean {
    return this.#run?.epochId === epochId || this.#runs.some((run) => run.epochId === epochId)
  }

  /**
   * @param into null: the sample only sets the scene for the next one
   * @param timeUs Unix µs, not before that of the run's sample before
   * @param seq -1 where the device numbers nothing
   * @param voltage V @param current A @param power W
   */
  add(
    into: Figures | null,
    timeUs: number,
    epochId: number,
    seq: number,
    voltage: number,
    current: number,
    power: number,
    measured: boolean,
  ): void {
    const run = this.#run?.epochId === epochId ? this.#run : this.#select(epochId)
    const follows = run.continuity.follows(timeUs, seq)
    if (into !== null) {
      into.samples++
      if (measured) {
        into.measured++
        into.voltage.add(voltage)
        into.current.add(current)
        into.power.add(power)
        if (follows && run.measured) {
          into.integrate(run.continuity.spanUs, run.current, current, run.power, power)
        }
      }
    }
    run.current = current
    run.power = power
    run.measured = measured
  }

  #select(epochId: number): Run {
    let run = this.#runs.find((each) => each.epochId === epochId)
    if (run === undefined) {
      run = { epochId, continuity: new Continuity(), current: 0, power: 0, measured: false }
      this.#runs = [...this.#runs.slice(1 - RUNS_KEPT), run]
    }
    this.#run = run
    return run
  }
}
