/**
 * What is applied to a current as it is read: (read - `offsetA`) * `gain`. A device may do that
 * itself (firmware/PROTOCOL.md 6, `set_zero` and `set_gain`), or the host.
 */
export interface Calibration {
  /** What is read at no current, A. */
  readonly offsetA: number
  /** True current by current read, above 0. */
  readonly gain: number
}

export const NEUTRAL: Calibration = { offsetA: 0, gain: 1 }

export function isNeutral({ offsetA, gain }: Calibration): boolean {
  return offsetA === 0 && gain === 1
}

/**
 * The current that was measured where `current` was read, in A, rounded to 1 µA: finer than
 * the sensor's finest step, and without float noise.
 */
export function corrected(current: number, { offsetA, gain }: Calibration): number {
  const microamps = Math.round((current - offsetA) * gain * 1e6)
  // Plus 0: a current that rounds to nothing has no sign.
  return Number.isSafeInteger(microamps) ? microamps / 1e6 + 0 : (current - offsetA) * gain
}

/** `(a - 0.0012 A) * 1.0042` */
export function calibrationText({ offsetA, gain }: Calibration): string {
  const sign = offsetA < 0 ? '+' : '-'
  return `(a ${sign} ${Math.abs(offsetA)} A) * ${gain}`
}
