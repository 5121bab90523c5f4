import { ELECTRIC, type Extras, QUANTITIES, type Quantity } from '../../domain/channels.ts'
import { channelColumn, SAMPLE_COLUMNS } from '../../domain/columns.ts'
import { keptValues } from '../../domain/detail.ts'
import type { Sample } from '../../domain/sample.ts'
import { formatIso } from '../../util/time-text.ts'

/** Decimals of a plain line: power has one more than on the screen, where room is dear. */
const DECIMALS: Readonly<Record<Quantity, number>> = {
  voltage: ELECTRIC.voltage.decimals,
  current: ELECTRIC.current.decimals,
  power: ELECTRIC.power.decimals + 1,
}
/** Digits before the decimals, with sign and point. */
const WHOLE_CELLS = 4

/** Voltage, current and power with their names in JSON before them. */
const MEMBERS = QUANTITIES.map((quantity) => ({
  quantity,
  before: `,"${ELECTRIC[quantity].column}":`,
}))

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
  const values = QUANTITIES.map((quantity) => {
    const decimals = DECIMALS[quantity]
    const text = sample[quantity].toFixed(decimals).padStart(WHOLE_CELLS + decimals)
    return `${text} ${ELECTRIC[quantity].unit}`
  })
  return values.join(' ') + extras
}

function extrasText(extras: Extras): string {
  let text = ''
  for (const id in extras) text += `  ${id} ${extras[id]}`
  return text
}

/** One JSON object, its members named as the columns of `export`, extra channels last. */
export function ndjsonLine(sample: Sample, device: string): string {
  const extras = keptValues(sample.extras, sample.detail)
  let text = `{"time":"${formatIso(sample.timeUs)}","device":${JSON.stringify(device)}`
  for (const { quantity, before } of MEMBERS) {
    const value = sample[quantity]
    text += before + (Number.isFinite(value) ? value : 'null')
  }
  text += `,"seq":${sample.seq},"status":${JSON.stringify(sample.status)}`
  for (const id in extras) {
    text += `,${JSON.stringify(channelColumn(id, SAMPLE_COLUMNS))}:${extras[id]}`
  }
  return `${text}}\n`
}
