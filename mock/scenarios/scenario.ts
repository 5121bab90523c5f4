import type { Extras } from '../../src/domain/channels.ts'
import type { Noise } from '../random.ts'

/** The field's names for what a simulated device is doing (contract 2.1). */
export type Mode = 'NORMAL' | 'LOAD_SPIKE' | 'VOLTAGE_DROP' | 'NOISE' | 'ERROR_TEST'

/** What the sensor's pins see; written by a scenario. The device rounds it as the sensor does. */
export interface Reading {
  /** Bus voltage, 0..26 */
  volts: number
  /** -3.2..3.2 */
  amps: number
  /** `ok`, or the sensor's trouble */
  status: string
  mode: Mode
  /** What it measures besides, by name; null: nothing */
  extras: Extras | null
}

/**
 * A load, as a pure function of time and sample number: no state, so any sample
 * can be asked for alone, and the interval changes how finely a load is seen,
 * not what it does.
 */
export interface Scenario {
  readonly name: string
  /** One line for `--list`. */
  readonly description: string
  /**
   * @param tS device time since its start in s
   * @param n sample number since the start, for noise that differs from sample to sample
   * @param out comes as 0 V, 0 A, `ok`, `NORMAL`, without extras
   */
  at(tS: number, n: number, noise: Noise, out: Reading): void
}

/**
 * An event that happens once in every `everyS`, at a random place in it.
 *
 * @returns seconds since its begin while it lasts, else -1
 */
export function sinceEvent(
  tS: number,
  everyS: number,
  lastsS: number,
  noise: Noise,
  channel: number,
): number {
  const window = Math.floor(tS / everyS)
  const begin = noise.uniform(window, channel) * (everyS - lastsS)
  const since = tS - window * everyS - begin
  return since >= 0 && since < lastsS ? since : -1
}

/** 0 at `from`, 1 at `to`, between them a straight line. */
export function ramp(x: number, from: number, to: number): number {
  return Math.max(0, Math.min(1, (x - from) / (to - from)))
}
