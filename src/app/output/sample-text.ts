import type { Sample } from '../../domain/sample.ts'
import { formatIso } from '../../util/time-text.ts'

/** One line for people: `2026-11-20T20:13:00.123Z  5.020 V  0.2450 A  1.2300 W  ok  #123`. */
export function plainLine(sample: Sample, device: string | null): string {
  const volts = sample.voltage.toFixed(3).padStart(7)
  const amps = sample.current.toFixed(4).padStart(8)
  const watts = sample.power.toFixed(4).padStart(8)
  const seq = sample.seq === null ? '' : `  #${sample.seq}`
  const gap = sample.gapBefore ? '  (gap before)' : ''
  return `${formatIso(sample.timeUs)} ${volts} V ${amps} A ${watts} W  ${sample.status}${seq}${gap}\n`
}

/** One JSON object, member names as in the CSV of `export`. */
export function ndjsonLine(sample: Sample, device: string): string {
  return `${JSON.stringify({
    time: formatIso(sample.timeUs),
    device,
    voltage_v: sample.voltage,
    current_a: sample.current,
    power_w: sample.power,
    seq: sample.seq,
    status: sample.status,
  })}\n`
}
