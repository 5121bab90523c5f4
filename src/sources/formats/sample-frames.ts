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
    detail: null,
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

/**
 * Which readings are samples: one of a sketch that prints both voltage and current has both.
 * Those with one of them wait, until it is clear whether the sketch ever prints the other.
 */
export class Completeness {
  #waiting: Measured[] = []
  #isOneSided = false
  #hasBoth = false

  /** @returns what is clear now, in order, each one a sample or not */
  judge(measured: Measured): readonly { measured: Measured; isSample: boolean }[] {
    const { v, a, isOther } = measured
    const hasBoth = isThere(v) && isThere(a)
    if (hasBoth) this.#hasBoth = true
    if (isOther || hasBoth) return [...this.end(), { measured, isSample: true }]
    if (this.#hasBoth) return [{ measured, isSample: false }]
    this.#waiting.push(measured)
    if (!this.#isOneSided && this.#waiting.length < ALL_ONE_SIDED) return []
    this.#isOneSided = true
    return this.#take(true)
  }

  /** No more will come: those that wait are no samples. */
  end(): readonly { measured: Measured; isSample: boolean }[] {
    return this.#take(false)
  }

  #take(isSample: boolean): { measured: Measured; isSample: boolean }[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting.map((measured) => ({ measured, isSample }))
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
