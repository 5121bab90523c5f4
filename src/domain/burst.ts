import { SHUNT_LSB_V } from './limits.ts'

/** A reading of a burst that was never received. */
export const HOLE = -32_768

/** What a device waits for before it records a burst (PROTOCOL.md 6.1). */
export interface TriggerLevel {
  /** A, signed */
  readonly level: number
  readonly slope: 'rise' | 'fall'
}

/** Share of the burst before the trigger where none is given, % (PROTOCOL.md 6.1). */
export const DEFAULT_PRE = 25

export interface Trigger extends TriggerLevel {
  /** Share of the burst before the trigger, %, whole */
  readonly pre: number
}

/** Readings of the current at the sensor's fastest, around a trigger (PROTOCOL.md 5.7). */
export interface Burst {
  /** Since the device's start, from 1 on. */
  readonly number: number
  /** When the trigger was, Unix µs. */
  readonly timeUs: number
  /** Between two readings, µs. */
  readonly dtUs: number
  /** Readings before the trigger. */
  readonly pre: number
  /** Ω, with the gain in it */
  readonly shuntOhm: number
  /** Shunt voltage of each reading, counts of 10 µV; `HOLE`: never received. */
  readonly counts: Int16Array
  /** What the device was told to wait for; null: not by this host. */
  readonly trigger: TriggerLevel | null
}

export type BurstReadings = Pick<Burst, 'dtUs' | 'pre' | 'shuntOhm' | 'counts'>

/** The current of a reading, A, rounded to the digits that a count has; null: a hole. */
export function ampsAt({ shuntOhm, counts }: BurstReadings, index: number): number | null {
  const count = counts[index]
  if (count === undefined || count === HOLE) return null
  return Number(((count * SHUNT_LSB_V) / shuntOhm).toFixed(ampDecimals(shuntOhm)))
}

/** So many that the last one is no more than a count, as in samples (PROTOCOL.md 5.1). */
export function ampDecimals(shuntOhm: number): number {
  // A millionth above, or 0.1 Ω would have five.
  return Math.min(9, Math.max(0, Math.ceil(-Math.log10((SHUNT_LSB_V / shuntOhm) * 1.000_001))))
}

/** When a reading was, µs after the trigger; before it: below 0. */
export function offsetUs({ dtUs, pre }: BurstReadings, index: number): number {
  return (index - pre) * dtUs
}

/** From the first reading to the end of the last, µs. */
export function lengthUs({ dtUs, counts }: BurstReadings): number {
  return dtUs * counts.length
}

/** Readings that were never received. */
export function holesIn({ counts }: BurstReadings): number {
  return counts.reduce((holes, count) => holes + (count === HOLE ? 1 : 0), 0)
}

/** The reading that is furthest from 0; null: there are holes alone. */
export function peakOf(
  burst: BurstReadings,
): { readonly amps: number; readonly offsetUs: number } | null {
  let at = -1
  let most = -1
  burst.counts.forEach((count, index) => {
    if (count === HOLE || Math.abs(count) <= most) return
    at = index
    most = Math.abs(count)
  })
  const amps = ampsAt(burst, at)
  return amps === null ? null : { amps, offsetUs: offsetUs(burst, at) }
}

/** `rise to 1.5 A`, `fall to -0.2 A` */
export function triggerText({ level, slope }: TriggerLevel): string {
  return `${slope} to ${level} A`
}

/** `200 readings in 16.8 ms, peak 2.135 A 3.2 ms after the trigger` */
export function burstText(burst: BurstReadings): string {
  const peak = peakOf(burst)
  const holes = holesIn(burst)
  const parts = [`${burst.counts.length} readings in ${millis(lengthUs(burst))} ms`]
  if (peak !== null) {
    const side = peak.offsetUs < 0 ? 'before' : 'after'
    parts.push(`peak ${peak.amps} A ${millis(Math.abs(peak.offsetUs))} ms ${side} the trigger`)
  }
  if (holes > 0) parts.push(`incomplete: ${holes} missing`)
  return parts.join(', ')
}

function millis(us: number): string {
  return String(Number((us / 1000).toFixed(2)))
}
