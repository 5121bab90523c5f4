import type { Extras } from '../../domain/channels.ts'
import type { Sample } from '../../domain/sample.ts'
import { formatIso } from '../../util/time-text.ts'

/**
 * One line for people: `2026-11-20T20:13:00.123Z  5.020 V  0.2450 A  1.2300 W  soc 85  ok  #123`.
 *
 * @param device its label, for the end of the line; null: there is one device alone
 */
export function plainLine(sample: Sample, device: string | null): string {
  const seq = sample.seq === null ? '' : `  #${sample.seq}`
  const gap = sample.gapBefore ? '  (gap before)' : ''
  const label = device === null ? '' : `  ${device}`
  return `${formatIso(sample.timeUs)} ${valuesText(sample)}  ${sample.status}${seq}${gap}${label}\n`
}

function valuesText(sample: Sample): string {
  const extras = sample.extras === null ? '' : extrasText(sample.extras)
  if (!sample.electric) return extras.trimStart()
  const volts = sample.voltage.toFixed(3).padStart(7)
  const amps = sample.current.toFixed(4).padStart(8)
  const watts = sample.power.toFixed(4).padStart(8)
  return `${volts} V ${amps} A ${watts} W${extras}`
}

function extrasText(extras: Extras): string {
  let text = ''
  for (const id in extras) text += `  ${id} ${extras[id]}`
  return text
}

/**
 * One JSON object, member names as in the CSV of `export`; extra channels are
 * members under their ids, with `_channel` behind those that are taken.
 */
export function ndjsonLine(sample: Sample, device: string): string {
  const { electric, extras } = sample
  const line = {
    time: formatIso(sample.timeUs),
    device,
    voltage_v: electric ? sample.voltage : null,
    current_a: electric ? sample.current : null,
    power_w: electric ? sample.power : null,
    seq: sample.seq,
    status: sample.status,
  }
  const text = JSON.stringify(line)
  if (extras === null) return `${text}\n`
  let members = ''
  for (const id in extras) {
    const name = Object.hasOwn(line, id) ? `${id}_channel` : id
    members += `,${JSON.stringify(name)}:${extras[id]}`
  }
  return `${text.slice(0, -1)}${members}}\n`
}
