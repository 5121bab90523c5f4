import { cleanText } from '../../domain/sample.ts'
import { recordedIn } from '../../export/recorded-range.ts'
import type { Cycles } from '../../stats/cycles.ts'
import type { LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import type { Colour } from '../colour.ts'
import { devicesOf, type Found } from './log-range.ts'
import { align } from './table-text.ts'

/** Goes up when a member of the JSON changes its meaning or goes. */
const JSON_VERSION = 1

/**
 * The load of each device that repeats in a span, as a table or as JSON.
 *
 * @param range of one device, or of all
 */
export function cyclesText(
  reader: LogReader,
  range: LogRange,
  isJson: boolean,
  colour: Colour,
): Found {
  const all = devicesOf(reader, range).map((device) => {
    const own = { ...range, device }
    const isRecorded = recordedIn(own, reader) !== null
    return { device, isRecorded, cycles: isRecorded ? reader.cycles(own) : null }
  })
  const isNothing = !all.some(({ isRecorded }) => isRecorded)
  if (isJson) return { text: json(all), isNothing }
  return { text: isNothing ? '' : table(all, colour), isNothing }
}

interface DeviceCycles {
  readonly device: string
  /** It has samples in that time. */
  readonly isRecorded: boolean
  readonly cycles: Cycles | null
}

function json(all: readonly DeviceCycles[]): string {
  const devices = all.map(({ device, cycles }) => ({
    device,
    cycles: cycles && {
      period_s: cycles.periodS,
      spread_s: cycles.spreadS,
      duty: cycles.duty,
      charge_mah: cycles.chargeMah,
      low_a: cycles.lowA,
      high_a: cycles.highA,
      count: cycles.count,
      regularity: cycles.regularity,
    },
  }))
  return `${JSON.stringify({ version: JSON_VERSION, devices })}\n`
}

function table(all: readonly DeviceCycles[], colour: Colour): string {
  const head = [
    'device',
    'period s',
    'spread s',
    'duty',
    'mAh each',
    'low A',
    'high A',
    'cycles',
    'regular',
  ]
  const rows = all.map(({ device, isRecorded, cycles }) =>
    cycles === null
      ? [cleanText(device), isRecorded ? 'no load that repeats' : 'nothing lies in that time']
      : [
          cleanText(device),
          cycles.periodS.toFixed(3),
          cycles.spreadS.toFixed(3),
          `${(100 * cycles.duty).toFixed(1)} %`,
          cycles.chargeMah.toFixed(6),
          cycles.lowA.toFixed(4),
          cycles.highA.toFixed(4),
          String(cycles.count),
          `${(100 * cycles.regularity).toFixed(1)} %`,
        ],
  )
  const found = rows.filter(({ length }) => length > 2)
  const others = rows
    .filter(({ length }) => length === 2)
    .map(([device, why]) => `${device}: ${why}`)
  const [first = '', ...lines] = found.length === 0 ? [] : align([head, ...found])
  const heading = first === '' ? [] : [colour.bold(first)]
  return [...heading, ...lines, ...others].map((line) => `${line}\n`).join('')
}
