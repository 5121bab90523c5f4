import type { Stamp } from '../frames.ts'

/** `ts` below this: ms since the device's start; from it on: Unix time (contract 2.1). */
const UNIX_SECONDS_FROM = 1e9
/** `ts` from this on: Unix time in ms. */
const UNIX_MILLISECONDS_FROM = 1e11
/** Uptime wraps there, µs. */
const WRAP_US = 2 ** 32 * 1000

/** What a stamp counts: Unix time, time since the device's start, or nothing (the arrival counts). */
export type Scale = 'unix' | 'uptime' | 'arrival'

/** A stamp on its scale. */
export interface ScaledStamp {
  readonly scale: Scale
  /** The member it came in: a stream that changes it has changed its clock. */
  readonly member: Stamp['kind']
  /** µs on the scale: Unix time, uptime modulo 2^32 ms, or the arrival. */
  readonly us: number
  /** How much later the measurement may have been, µs: a whole second stands for all of it. */
  readonly grainUs: number
}

/**
 * @param arrivalUs host time, Unix µs
 * @param before the stamp before in the same stream: uptime in `ts` stays uptime past 1e9, and fractions of a second
 * stay fractions where one of them is none
 */
export function scaled(stamp: Stamp, arrivalUs: number, before: ScaledStamp | null): ScaledStamp {
  if (stamp.kind === 'none') {
    return { scale: 'arrival', member: 'none', us: arrivalUs, grainUs: 0 }
  }
  const { kind: member, value } = stamp
  const staysUptime = before?.scale === 'uptime' && before.member === 'ts' && value * 1000 < WRAP_US
  if (member === 'ms' || value < UNIX_SECONDS_FROM || staysUptime) {
    return { scale: 'uptime', member, us: value * 1000, grainUs: 0 }
  }
  if (value >= UNIX_MILLISECONDS_FROM) {
    return { scale: 'unix', member, us: Math.round(value * 1e3), grainUs: 0 }
  }
  const us = Math.round(value * 1e6)
  const isFine = !Number.isInteger(value) || (before !== null && isOfFractions(before, us))
  return { scale: 'unix', member, us, grainUs: isFine ? 0 : 1e6 }
}

/** Behind a stamp with a fraction, a whole second is the moment itself, and so are those that repeat it. */
function isOfFractions({ scale, us, grainUs }: ScaledStamp, nextUs: number): boolean {
  return scale === 'unix' && grainUs === 0 && (us === nextUs || us % 1e6 !== 0)
}

/** Whether two stamps can be compared. */
export function isSameClock(a: ScaledStamp, b: ScaledStamp): boolean {
  return a.scale === b.scale && a.member === b.member
}

/** Time from one stamp to another of the same clock, µs. Uptime that falls by more than half its span has wrapped. */
export function stepUs(from: ScaledStamp, to: ScaledStamp): number {
  const step = to.us - from.us
  return from.scale === 'uptime' && step < -WRAP_US / 2 ? step + WRAP_US : step
}
