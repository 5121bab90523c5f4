/**
 * The mock device. The built-in source of `monitor --mock`, `ina219 mock` and
 * the tests all run this same code.
 */
export interface MockDeviceOptions {
  readonly scenario: string
  readonly seed: number
  /** Unix seconds of the first sample. */
  readonly startS: number
  /** Device time between samples in ms, above 0. */
  readonly intervalMs: number
}
