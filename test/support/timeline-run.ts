import type { Stamp } from '../../src/protocol/frames.ts'
import type { LiveStamp } from '../../src/stream/time-entry.ts'
import { Timeline } from '../../src/stream/timeline.ts'
import { sampleFrame } from './frames.ts'

export const HOST_US = 1_790_000_000_000_000
/** The host's time in s, as a device would stamp it. */
export const NEAR = HOST_US / 1e6
export const ts = (value: number): Stamp => ({ kind: 'ts', value })
export const ms = (value: number): Stamp => ({ kind: 'ms', value })
export const NONE: Stamp = { kind: 'none' }

export interface Placed {
  readonly seq: number | null
  readonly timeUs: number
  readonly notice: string | null
}

/** A timeline, and what it made of the samples that were pushed. */
export class TimelineRun {
  readonly placed: Placed[] = []
  #ordinal = 0
  readonly timeline: Timeline

  constructor(options: { keepTime?: boolean; live?: boolean; isExact?: boolean } = {}) {
    this.timeline = new Timeline(
      {
        keepTime: options.keepTime === true,
        live: options.live === true,
        isExact: options.isExact === true,
      },
      ({ frame }, timeUs, notice) =>
        this.placed.push({ seq: frame.seq, timeUs, notice: notice?.kind ?? null }),
    )
  }

  push(
    stamp: Stamp,
    seq: number | null,
    arrivalUs: number,
    live: LiveStamp | null = null,
    isProtected = false,
  ): void {
    this.pushAs(live !== null, stamp, seq, arrivalUs, live, isProtected)
  }

  /** @param resend whether it is sent again; `live` may be unknown then */
  pushAs(
    resend: boolean,
    stamp: Stamp,
    seq: number | null,
    arrivalUs: number,
    live: LiveStamp | null = null,
    isProtected = false,
  ): void {
    const frame = sampleFrame(seq, { stamp, protected: isProtected, resend })
    this.timeline.push({ frame, arrivalUs, healed: resend, live, ordinal: this.#ordinal++ })
  }

  /** Samples with numbers from 0 on; times relative to the host's at the begin. */
  static of(
    options: { keepTime?: boolean; live?: boolean; isExact?: boolean; unnumbered?: boolean },
    stamps: readonly Stamp[],
    arrivalUs: (i: number) => number,
  ): TimelineRun {
    const run = new TimelineRun(options)
    stamps.forEach((stamp, i) => {
      run.push(stamp, options.unnumbered === true ? null : i, arrivalUs(i))
    })
    run.timeline.end()
    return run
  }

  get times(): number[] {
    return this.placed.map(({ timeUs }) => timeUs - HOST_US)
  }

  get notices(): (string | null)[] {
    return this.placed.map(({ notice }) => notice)
  }
}

// Arrivals of the samples of a run.
export const atOnce = (): number => HOST_US
export const eachSecond = (i: number): number => HOST_US + i * 1e6
/** In µs. */
export const seconds = (...list: number[]): number[] => list.map((s) => s * 1e6)
