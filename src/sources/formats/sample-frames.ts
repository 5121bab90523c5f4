import type { Frame, SampleFrame } from '../../protocol/frames.ts'
import type { Measure, Measured } from './measured.ts'

/** A line of a sketch that is not a sample of its own. */
export const TEXT: Frame = { kind: 'text' }
export const UNREAD: Frame = { kind: 'malformed', reason: 'object', protected: false }

/** Readings without voltage, or without current, that show that the sketch prints no more. */
const ALL_ONE_SIDED = 3

export interface FrameOutput {
  /**
   * One line.
   *
   * @param part which of the devices of this source, from 0
   * @param atMs host's monotonic time at which it came
   */
  frame(frame: Frame, part: number, atMs: number): void
}

/** A sample of the wire; no voltage and current where either could not be measured: neither is made up. */
export function sampleFrame(measured: Measured): SampleFrame {
  const { v, a, w, extras, stamp, seq, status } = measured
  const isElectric = typeof v === 'number' && typeof a === 'number'
  const hasExtras = Object.keys(extras).length > 0
  return {
    kind: 'sample',
    electric: isElectric,
    voltage: isElectric ? v : Number.NaN,
    current: isElectric ? a : Number.NaN,
    power: isElectric && typeof w === 'number' ? w : null,
    extras: hasExtras ? extras : null,
    leftOut: null,
    stamp,
    seq,
    oddSeq: false,
    status,
    mode: null,
    protected: false,
    resend: false,
  }
}

/** Which readings are samples: one of a sketch that prints both voltage and current has both. */
export class Completeness {
  #oneSided = 0
  #hasBoth = false

  isSample({ v, a }: Measured): boolean {
    if (isThere(v) && isThere(a)) {
      this.#hasBoth = true
      return true
    }
    return !this.#hasBoth && ++this.#oneSided >= ALL_ONE_SIDED
  }
}

/** Whether a reading has all that a sample needs, so that it may end at a pause. */
export function isComplete({ v, a }: Measured): boolean {
  return isThere(v) && isThere(a)
}

function isThere(measure: Measure): boolean {
  return measure !== 'absent'
}

/** Of a sample with one of voltage and current: what is there, as channels. */
export function oneSided(measured: Measured): Measured {
  const { v, a, w } = measured
  if (isThere(v) && isThere(a)) return measured
  const extras = {
    ...(typeof v === 'number' ? { v } : {}),
    ...(typeof a === 'number' ? { a } : {}),
    ...(typeof w === 'number' ? { w } : {}),
    ...measured.extras,
  }
  return { ...measured, extras }
}
