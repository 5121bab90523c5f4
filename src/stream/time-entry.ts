import type { Stamp } from '../protocol/frames.ts'
import type { Arrival } from '../protocol/link/sample-memory.ts'
import type { LoggedRun } from '../storage/client/log.ts'
import { distance } from '../util/serial-number.ts'

export interface TimelineOptions {
  /** Take Unix time stamps as they are, however old (`--keep-time`). */
  readonly keepTime: boolean
  /** Frames arrive when they are measured (a port). False: piped in, perhaps faster than real time. */
  readonly live: boolean
  /** Lines come whole: a stamp says what the device wrote, see `Source.isExact`. */
  readonly isExact: boolean
}

/** What a sample's time tells about the device's clock. */
export interface ClockNotice {
  /**
   * - `unset`: its Unix time is more than 10 minutes off the host's; the arrival is its origin
   * - `restarted`: its uptime began anew; so does a run
   * - `stepped`: it was set, or is off by more than its samples explain; a new run begins
   * - `host_stepped`: the host's clock was set, and this one is read by it; a new run begins
   * - `contradicted`: the others contradict this one stamp; the sample is placed among them
   * - `unstamped`: a sample without a stamp among others with one; placed among them
   */
  readonly kind: 'unset' | 'restarted' | 'stepped' | 'host_stepped' | 'contradicted' | 'unstamped'
  /** How far off the expected time, µs; null where that is not known. */
  readonly byUs: number | null
}

/** A sample that came as it was measured: a resend can't tell what time it is. */
export interface LiveStamp {
  readonly seq: number | null
  readonly stamp: Stamp
  readonly arrivalUs: number
}

/** The last sample that an earlier run of the host has logged. */
export type LastLogged = Pick<LoggedRun, 'lastUs' | 'lastSeq'>

/** A sample on its way to its place in time. */
export interface Entry extends Arrival {
  /** Place in the stream, from 0 on: counts the samples of a device that numbers none. */
  readonly ordinal: number
  /** It fills a hole that was found before. */
  readonly healed: boolean
  /** What gives the time of a resend: the nearest live sample behind it, else the newest; null: none, or it is live. */
  readonly live: LiveStamp | null
}

/** @param timeUs Unix µs; `roomUs` behind the sample before, or more, within a run */
export type Place = (entry: Entry, timeUs: number, notice: ClockNotice | null) => void

/** Room for missing samples is kept up to this, µs: a count that leaps does not move the clock. */
const MOST_ROOM_US = 100_000

/**
 * A sample lies at least this much behind the one before: a µs for each sample missing between, so
 * that one which comes after all stands in its order. @param steps of sequence, see `samplesBetween`
 */
export function roomUs(steps: number): number {
  return Math.min(steps, MOST_ROOM_US)
}

/** Steps of sequence from one sample to another, or of the stream where there are no numbers; 1 or more. */
export function samplesBetween(from: Entry | null, to: Entry): number {
  if (from === null) return 1
  const first = from.frame.seq
  const last = to.frame.seq
  const steps = first === null || last === null ? to.ordinal - from.ordinal : distance(first, last)
  return Math.max(1, steps)
}
