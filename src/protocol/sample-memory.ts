import type { SampleFrame } from './frames.ts'
import { advance, distance } from './serial-number.ts'

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

/** What a run of numbers has brought so far: its newest samples, and the numbers reported as lost. */
export class SampleMemory {
  readonly #samples: (Arrival | undefined)[] = new Array(SAMPLES_KEPT)
  #lost: LostRange[] = []

  /** A new run of numbers begins. */
  clear(): void {
    this.#samples.fill(undefined)
    this.#lost = []
  }

  remember(seq: number, arrival: Arrival): void {
    this.#samples[seq % SAMPLES_KEPT] = arrival
  }

  /** Whether this very line was there before. */
  has(seq: number, arrival: Arrival): boolean {
    const before = this.#samples[seq % SAMPLES_KEPT]
    return before?.frame.seq === seq && isRepeat(before, arrival)
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
    return this.#lost.find(({ first, count }) => {
      const place = distance(first, seq)
      return place >= 0 && place < count
    })
  }
}

/** Whether two samples are the same line twice. Without a stamp, the arrival has to tell. */
export function isRepeat(a: Arrival, b: Arrival): boolean {
  if (!sameSample(a.frame, b.frame)) return false
  return a.frame.stamp.kind !== 'none' || b.arrivalUs - a.arrivalUs <= REPEATED_WITHIN_US
}

function sameSample(a: SampleFrame, b: SampleFrame): boolean {
  return (
    a.seq === b.seq &&
    a.voltage === b.voltage &&
    a.current === b.current &&
    a.power === b.power &&
    a.status === b.status &&
    a.stamp.kind === b.stamp.kind &&
    (a.stamp.kind === 'none' || a.stamp.value === (b.stamp as typeof a.stamp).value)
  )
}
