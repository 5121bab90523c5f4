import type { Extras } from '../../domain/channels.ts'
import { advance, distance, placeIn } from '../../util/serial-number.ts'
import type { SampleFrame, Stamp } from '../frames.ts'

/** A sample on its way through the link. */
export interface Arrival {
  readonly frame: SampleFrame
  /** Host time of its arrival, Unix µs, never going back. */
  readonly arrivalUs: number
}

/** Newest samples remembered to tell a repeated one from a restarted count. */
const SAMPLES_KEPT = 256
/** Newest lost ranges remembered, in case one of their samples comes after all. */
const LOST_KEPT = 64
/** Without a time stamp, an equal sample this much later is another one, not a repeated line, µs. */
const REPEATED_WITHIN_US = 100_000

interface LostRange {
  readonly first: number
  readonly count: number
}

/** Numbers kept of a sample: sequence number, voltage, current, power, stamp, kind of stamp, arrival. */
const FIELDS = 7
const STAMP_KINDS: readonly Stamp['kind'][] = ['none', 'ts', 'ms']

/**
 * What a run of numbers has brought so far: its newest samples, and the numbers
 * reported as lost. Plain numbers: frames that live for a while would make the
 * garbage collector take some 15 MB more.
 */
export class SampleMemory {
  readonly #samples = new Float64Array(SAMPLES_KEPT * FIELDS).fill(-1)
  readonly #states: string[] = new Array(SAMPLES_KEPT).fill('')
  /** Made for the first sample that has any. */
  #extras: (Extras | null)[] | null = null
  #lost: LostRange[] = []

  /** A new run of numbers begins. */
  clear(): void {
    this.#samples.fill(-1)
    this.#lost = []
  }

  remember(seq: number, { frame, arrivalUs }: Arrival): void {
    const samples = this.#samples
    const place = seq % SAMPLES_KEPT
    let at = place * FIELDS
    samples[at++] = seq
    samples[at++] = frame.voltage
    samples[at++] = frame.current
    samples[at++] = frame.power ?? Number.NaN
    samples[at++] = frame.stamp.kind === 'none' ? 0 : frame.stamp.value
    samples[at++] = STAMP_KINDS.indexOf(frame.stamp.kind)
    samples[at] = arrivalUs
    if (this.#states[place] !== frame.status) this.#states[place] = frame.status
    if (frame.extras !== null) this.#extras ??= new Array(SAMPLES_KEPT).fill(null)
    if (this.#extras !== null) this.#extras[place] = frame.extras
  }

  /** Whether this very line was there before. Without a stamp, the arrival has to tell. */
  has(seq: number, { frame, arrivalUs }: Arrival): boolean {
    const { voltage, current, power, stamp, status, extras } = frame
    const place = seq % SAMPLES_KEPT
    const samples = this.#samples
    const at = place * FIELDS
    const isSame =
      samples[at] === seq &&
      Object.is(samples[at + 1], voltage) &&
      Object.is(samples[at + 2], current) &&
      Object.is(samples[at + 3], power ?? Number.NaN) &&
      STAMP_KINDS[samples[at + 5] as number] === stamp.kind &&
      this.#states[place] === status &&
      areSame(this.#extras?.[place] ?? null, extras)
    if (!isSame) return false
    if (stamp.kind !== 'none') return samples[at + 4] === stamp.value
    return arrivalUs - (samples[at + 6] as number) <= REPEATED_WITHIN_US
  }

  lose(range: LostRange): void {
    this.#lost = [...this.#lost.slice(1 - LOST_KEPT), range]
  }

  isLost(seq: number): boolean {
    return this.#lossOf(seq) !== undefined
  }

  /** Takes a number off those that are lost. @returns false where it was not among them */
  unlose(seq: number): boolean {
    const range = this.#lossOf(seq)
    if (range === undefined) return false
    const place = distance(range.first, seq)
    this.#lost = this.#lost.flatMap((each) => {
      if (each !== range) return [each]
      const before = { first: range.first, count: place }
      const after = { first: advance(seq), count: range.count - place - 1 }
      return [before, after].filter(({ count }) => count > 0)
    })
    return true
  }

  #lossOf(seq: number): LostRange | undefined {
    return this.#lost.find(({ first, count }) => placeIn(first, count, seq) !== null)
  }
}

function areSame(some: Extras | null, others: Extras | null): boolean {
  if (some === null || others === null) return some === others
  const names = Object.keys(some)
  return (
    names.length === Object.keys(others).length &&
    names.every((name) => Object.hasOwn(others, name) && some[name] === others[name])
  )
}
