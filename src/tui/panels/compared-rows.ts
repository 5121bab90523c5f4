import { comparedRole } from '../../chart/compared.ts'
import { ownValue } from '../../util/records.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import {
  COMPARED_NAME_CELLS,
  comparedChannel,
  comparedDevices,
  deviceMark,
} from '../view/compare.ts'
import type { PanelArea } from '../view/look.ts'
import { fitLine, type Line, piece } from '../view/styled.ts'
import { columnReading } from '../view/time-cursor.ts'
import { type CloseLook, closeText } from './close-look.ts'

/** Of a number with the space before it. */
const CELLS = 13

/** A row a device where several are compared and nothing is selected; null: they are not. */
export function comparedRows(
  { view, snapshot, compared, cellUs, figures }: CloseLook,
  { width, height, look }: PanelArea,
): Line[] | null {
  const channel = comparedChannel(snapshot, view.compare)
  const { cursorUs, selection } = view
  if (channel === null || cursorUs === null || selection !== null) return null
  const devices = comparedDevices(snapshot, channel)
  const room = Math.max(0, height - 1)
  const shown = devices.length > room ? devices.slice(0, Math.max(0, room - 1)) : devices
  const rows = shown.map(({ number, device }) => {
    const moment = compared?.moments.get(number)
    const trace = compared?.traces.get(number)
    const range = trace && columnReading(trace, cursorUs, cellUs).channels[channel.id]
    const values = [ownValue(moment?.values ?? {}, channel.id), range?.min, range?.max]
    return { number, name: cellText(device, look), values, isMissing: moment === null }
  })
  if (rows.length === 0) return []
  const nameCells = Math.min(COMPARED_NAME_CELLS, Math.max(...rows.map(({ name }) => name.length)))
  // In one unit, so that they can be compared; with the digits of the one that has most of them.
  const known = rows.flatMap(({ values }) => values.filter((value) => value !== undefined))
  const form = rows
    .map(({ number }) => figures.stillForm(number, channel, known, look))
    .reduce((best, each) => (each.decimals > best.decimals ? each : best))
  const head = ['cursor', 'col min', 'col max'].map((title) => title.padStart(CELLS)).join('')
  const lines = rows.map(({ number, name, values, isMissing }): Line => {
    const texts = values.map((value) => closeText(value, form, 0, CELLS - 1).padStart(CELLS))
    const place = devices.findIndex((each) => each.number === number)
    return [
      piece(` ${deviceMark(number).toUpperCase()} `, comparedRole(place)),
      piece(cutEnd(name, nameCells, look).padEnd(nameCells), comparedRole(place)),
      piece(`${texts.join('')} ${form.unit.text}`),
      ...(isMissing ? [piece('  no sample there', 'dim')] : []),
    ]
  })
  const left = devices.length - shown.length
  if (left > 0) lines.push([piece(` +${left} more devices`, 'dim')])
  return [[piece(`${' '.repeat(nameCells + 3)}${head}`, 'dim')], ...lines].map((line) =>
    fitLine(line, width),
  )
}
