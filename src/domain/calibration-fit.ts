import { type Correction, corrected } from './calibration.ts'

/** A reading and what it should have been, V or A. */
export interface KnownPoint {
  /** Mean of what the device read, no correction applied. */
  readonly read: number
  readonly reference: number
}

export interface Fit {
  readonly correction: Correction
  /** Corrected reading minus reference, of each point. */
  readonly residuals: readonly number[]
}

/**
 * The correction that fits known points. Nothing but a point at 0 gives the offset; one other
 * point the gain, with the offset as it was; two or more both, by least squares.
 *
 * @param points at least one
 * @param before what is not fitted stays as it was
 * @returns null: the points have no line through them (all readings are the same, or it falls)
 */
export function fitCorrection(points: readonly KnownPoint[], before: Correction): Fit | null {
  const correction = points.length === 1 ? ofOne(points[0] as KnownPoint, before) : ofMany(points)
  if (correction === null || !(correction.gain > 0) || !Number.isFinite(correction.gain))
    return null
  // As exact as a device takes them (PROTOCOL.md 2).
  const rounded = { offset: toMillionths(correction.offset), gain: toMillionths(correction.gain) }
  return {
    correction: rounded,
    residuals: points.map(({ read, reference }) => corrected(read, rounded) - reference),
  }
}

function ofOne({ read, reference }: KnownPoint, before: Correction): Correction {
  if (reference === 0) return { ...before, offset: read }
  return { ...before, gain: reference / (read - before.offset) }
}

/** reference = gain * read + constant, least squares. */
function ofMany(points: readonly KnownPoint[]): Correction | null {
  const mean = (of: (point: KnownPoint) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const meanRead = mean(({ read }) => read)
  const meanReference = mean(({ reference }) => reference)
  const squares = mean(({ read }) => (read - meanRead) ** 2)
  if (squares === 0) return null
  const products = mean(({ read, reference }) => (read - meanRead) * (reference - meanReference))
  const gain = products / squares
  return { offset: meanRead - meanReference / gain, gain }
}

function toMillionths(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0
}
