import { ampsAt, holesIn, offsetUs, peakOf } from '../domain/burst.ts'
import type { LoggedBurst } from '../storage/read/log-query.ts'
import { formatIso } from '../util/time-text.ts'

/** A burst for programs, but for its readings. */
export function burstMembers(burst: LoggedBurst) {
  const { id, timeUs, device, trigger, counts, pre, dtUs } = burst
  const peak = peakOf(burst)
  return {
    burst: id,
    time: formatIso(timeUs),
    device,
    level_a: trigger?.level ?? null,
    slope: trigger?.slope ?? null,
    readings: counts.length,
    pre,
    dt_us: dtUs,
    peak_a: peak?.amps ?? null,
    peak_us: peak === null ? null : roundedUs(peak.offsetUs),
    missing: holesIn(burst),
  }
}

/** Its readings: µs after the trigger, and A. Those that were never received are left out. */
export function burstValues(burst: LoggedBurst): readonly { t_us: number; a: number }[] {
  return Array.from(burst.counts).flatMap((_, i) => {
    const a = ampsAt(burst, i)
    return a === null ? [] : [{ t_us: roundedUs(offsetUs(burst, i)), a }]
  })
}

/** Of a mean time between readings no more digits than a device has. */
export function roundedUs(us: number): number {
  return Number(us.toFixed(3)) + 0
}
