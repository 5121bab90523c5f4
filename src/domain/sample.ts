/** What a device says of one measurement; the heart of everything else. */

import type { Extras } from './channels.ts'
import type { Detail } from './detail.ts'

/** How a sample entered the stream. `live`: in order. `healed`: after a NACK. `late`: after later ones. */
export type SampleOrigin = 'live' | 'healed' | 'late'

export interface Sample {
  /** Time of the measurement, Unix time in whole microseconds. */
  readonly timeUs: number
  /** False: the device sent no voltage and current; then these three are NaN, and `extras` has what it sent. */
  readonly electric: boolean
  /** Bus voltage in V: the double nearest to the decimal that the device printed. */
  readonly voltage: number
  /** Current in A, signed (INA219 datasheet SBOS448, current register). */
  readonly current: number
  /** Power in W, signed: as sent, else voltage times current rounded to 1 nW. */
  readonly power: number
  /** Values of the device's extra channels; null where it sent none. */
  readonly extras: Extras | null
  /** What was measured since the sample before, of a device that says it (`set_detail`); else null. */
  readonly detail: Detail | null
  /** Sequence number, unsigned 32 bit; null where the device numbers nothing. */
  readonly seq: number | null
  /**
   * The device's own word (`ok`, `clip`, …). `markOutOfRange` is appended where it is out of the
   * device's range or contradicts itself: logged, but kept out of statistics.
   */
  readonly status: string
  /** Identity of the device's run that the sample belongs to, see `Epoch`. */
  readonly epochId: number
  /** True: samples are missing between the one before and this one, or the device restarted. */
  readonly gapBefore: boolean
  readonly origin: SampleOrigin
}

/**
 * One run of one device as seen by one monitor: from its start, restart or
 * reconnection under another boot number to the next. Sequence numbers are
 * unique within an epoch.
 */
export interface Epoch {
  readonly id: number
  /** Label in the log. */
  readonly device: string
  /** Boot number from `hello`; null where the device does not say. */
  readonly boot: number | null
  /** Time of its first sample, Unix µs. */
  readonly startedUs: number
}

const OUT_OF_RANGE = 'out_of_range'
const BAD_TIME = 'bad_time'

/** Status of a sample that is out of range: `out_of_range`, or `clip,out_of_range`. */
export function markOutOfRange(status: string): string {
  return status === 'ok' ? OUT_OF_RANGE : `${status},${OUT_OF_RANGE}`
}

/** Status of a sample whose own time stamp is wrong: `bad_time`, or `clip,bad_time`. Its values count. */
export function markBadTime(status: string): string {
  return status === 'ok' ? BAD_TIME : `${status},${BAD_TIME}`
}

/** The words for an invalid sample, PROTOCOL.md 5.1: all there are, in any version of the wire. */
export const INVALID_STATUS: ReadonlySet<string> = new Set(['ovf', 'nosensor', 'error', 'reset'])

/** The word for a sample some of whose conversions could not be read, PROTOCOL.md 5.1. */
const PARTIAL_STATUS = 'part'

/** Whether all conversions since the sample before are in it. @param status as sent or as logged */
export function isWhole(status: string): boolean {
  if (status === 'ok') return true
  return splitMarks(status).word !== PARTIAL_STATUS
}

/**
 * Whether a sample with this status, as logged, takes part in statistics.
 * Unknown words of other people's sketches are remarks on a valid sample; `clip`
 * is valid, too (the true value is at least that large, and hiding a peak would
 * be the greater lie).
 */
export function isMeasured(status: string): boolean {
  if (status === 'ok') return true
  const { word, marks } = splitMarks(status)
  return !marks.endsWith(OUT_OF_RANGE) && !INVALID_STATUS.has(word)
}

/** What the device said, and what was marked on it: `clip` and `,bad_time,out_of_range`; the word is empty for `ok`. */
export function splitMarks(status: string): { readonly word: string; readonly marks: string } {
  const marks = /(?:(?:^|,)(?:bad_time|out_of_range))*$/.exec(status)?.[0] ?? ''
  return { word: status.slice(0, status.length - marks.length), marks }
}

/**
 * Text from outside, safe to show and to store: control characters (C0 with NUL,
 * DEL, C1), line and paragraph separators, bidirectional overrides and lone
 * surrogates, which have no UTF-8, become U+FFFD.
 */
export function cleanText(text: string): string {
  if (/^[ -~]*$/.test(text)) return text
  return text
    .toWellFormed()
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      '\ufffd',
    )
}

/**
 * `voltage` times `current` in W, rounded to 1 nW: exact for the digits of an
 * INA219, without float noise. Finite where the product itself is.
 */
export function powerOf(voltage: number, current: number): number {
  const power = voltage * current
  const nanowatts = Math.round(power * 1e9)
  // Past 9 MW a double has no nanowatts left to round to.
  return Number.isSafeInteger(nanowatts) ? nanowatts / 1e9 : power
}
