/**
 * What is applied to a quantity as it is read: (read - `offset`) * `gain`. A device may do
 * that itself with its current (firmware/PROTOCOL.md 6.1), or the host.
 */
export interface Correction {
  /** What is read where there is nothing, V or A. */
  readonly offset: number
  /** True value by value read, above 0. */
  readonly gain: number
}

export const NEUTRAL: Correction = { offset: 0, gain: 1 }

/** What the host applies to the samples of one device. */
export interface Calibration {
  readonly current: Correction
  readonly voltage: Correction
}

export function isNeutral({ offset, gain }: Correction): boolean {
  return offset === 0 && gain === 1
}

/**
 * What was measured where `value` was read, rounded to 1 µA or 1 µV: finer than the sensor's
 * finest step, and without float noise.
 */
export function corrected(value: number, correction: Correction): number {
  if (isNeutral(correction)) return value
  const { offset, gain } = correction
  const micro = Math.round((value - offset) * gain * 1e6)
  // Plus 0: what rounds to nothing has no sign.
  return Number.isSafeInteger(micro) ? micro / 1e6 + 0 : (value - offset) * gain
}

/** `(a - 0.0012) * 1.0042`. @param name of what is read */
export function correctionText(name: string, { offset, gain }: Correction): string {
  return `(${name} ${offset < 0 ? '+' : '-'} ${Math.abs(offset)}) * ${gain}`
}

/** `a = (a - 0.0012) * 1.0042, v = (v - 0) * 1.001`: those that change something; empty where none does. */
export function calibrationText({ current, voltage }: Calibration): string {
  const parts = [
    ...(isNeutral(current) ? [] : [`a = ${correctionText('a', current)}`]),
    ...(isNeutral(voltage) ? [] : [`v = ${correctionText('v', voltage)}`]),
  ]
  return parts.join(', ')
}
