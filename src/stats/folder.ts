import type { Detail } from '../domain/detail.ts'
import { nearestMicro } from '../util/micro.ts'
import { Continuity } from './continuity.ts'
import type { Figures } from './figures.ts'
import { addInterval } from './interval.ts'

/** The newest electric sample of a run, and what follows on it. */
interface Run {
  readonly epochId: number
  readonly continuity: Continuity
  /** Unix µs; NaN before the first. */
  timeUs: number
  currentMicro: number
  powerMicro: number
  detail: Detail | null
  measured: boolean
  /** Each sample since has followed directly on the one before. */
  isLinked: boolean
  /** Samples since, none of them electric. */
  between: number
}

/** Runs of one device kept at a time; who reads a log shows the folder an older one again, see `SampleScan`. */
const RUNS_KEPT = 16

/**
 * Adds the samples of one device to figures. Charge and energy come by the
 * trapezoid rule from two measured samples of one run (epoch) that follow
 * directly on each other, see `Continuity`, and count where the later one lies;
 * what a device has counted itself goes before that, and over gaps (`addInterval`).
 * Runs whose times overlap (a capture piped in twice, a clock set back) are kept
 * apart: each keeps its own charge.
 *
 * A sample without voltage and current, of the other channels of a device, is no
 * neighbour of anything: the run goes on through it to the next electric sample.
 */
export class Folder {
  #runs: Run[] = []
  #run: Run | null = null

  /**
   * Samples without voltage and current that a run goes on through; more of them are a gap,
   * so that what a sample follows on is found without reading the whole run.
   */
  static readonly MOST_BETWEEN = 1000

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
   * @param voltage V; NaN: not an electric sample @param current A @param power W
   * @param detail null: its device sends none
   * @returns whether it follows on a measured one, with which it is integrated
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
    detail: Detail | null,
  ): boolean {
    const run = this.#run?.epochId === epochId ? this.#run : this.#select(epochId)
    if (!run.continuity.follows(timeUs, seq)) run.isLinked = false
    if (into !== null) {
      into.samples++
      if (!measured) into.unmeasured++
    }
    if (Number.isNaN(voltage)) {
      if (++run.between > Folder.MOST_BETWEEN) run.isLinked = false
      return false
    }
    const isLinked = run.isLinked && run.measured
    const currentMicro = nearestMicro(current)
    const powerMicro = nearestMicro(power)
    if (into !== null && measured) {
      into.measured++
      into.voltage.add(voltage)
      into.current.add(current, currentMicro)
      into.power.add(power, powerMicro)
      if (detail !== null) {
        into.voltage.reach(detail.voltageMin, detail.voltageMax)
        into.current.reach(detail.currentMin, detail.currentMax)
        if (run.measured && run.between <= Folder.MOST_BETWEEN) {
          addInterval(into, run, { timeUs, currentMicro, powerMicro, detail }, isLinked)
        }
      } else if (isLinked) {
        const spanUs = timeUs - run.timeUs
        into.integrate(spanUs, run.currentMicro, currentMicro, run.powerMicro, powerMicro)
      }
    }
    run.detail = detail
    run.timeUs = timeUs
    run.currentMicro = currentMicro
    run.powerMicro = powerMicro
    run.measured = measured
    run.isLinked = true
    run.between = 0
    return isLinked && measured
  }

  #select(epochId: number): Run {
    let run = this.#runs.find((each) => each.epochId === epochId)
    if (run === undefined) {
      run = {
        epochId,
        continuity: new Continuity(),
        timeUs: Number.NaN,
        currentMicro: 0,
        powerMicro: 0,
        detail: null,
        measured: false,
        isLinked: false,
        between: 0,
      }
      this.#runs = [...this.#runs.slice(1 - RUNS_KEPT), run]
    }
    this.#run = run
    return run
  }
}
