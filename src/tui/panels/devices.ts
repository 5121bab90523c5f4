import type { Channel } from '../../domain/channels.ts'
import { mainChannels } from '../../domain/main-channels.ts'
import { rateText } from '../../figures/format.ts'
import { listedDevices } from '../../figures/offer.ts'
import type { DeviceBrief, DeviceNumber, Snapshot } from '../../monitor/view.ts'
import { countText } from '../../util/number-text.ts'
import { ownValue } from '../../util/records.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import { nameText } from '../view/channel-text.ts'
import {
  type FigureForm,
  type FigureMemory,
  figuresOf,
  figureText,
  withUnit,
} from '../view/figure-memory.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { sourceText, stateWord } from '../view/reading.ts'
import { aimed, fitLine, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'
import { alarmPieces } from './alarms.ts'

interface Context {
  readonly of: Snapshot['of']
  readonly look: Look
  readonly figures: FigureMemory
}

const NAME_CELLS = 16
const STATE_CELLS = 7
const VALUE_CELLS = 8
const RATE_CELLS = 11
/** In the line that all devices share. */
const SHORT_VALUE_CELLS = 5

/**
 * The list of all devices: in one line as much of each as there is room for,
 * else a line each, and one that counts those without. The selected device is
 * always among those shown, marked with `>`.
 */
export function deviceLines(
  snapshot: Snapshot,
  { width, height, look }: PanelArea,
  figures: FigureMemory = figuresOf(snapshot),
): Line[] {
  const { of, number } = snapshot
  const devices = listedDevices(snapshot)
  const context = { of, look, figures }
  if (height === 1) return [fitLine(oneLine(devices, number, width, context), width)]
  const rows = devices.length > height ? height - 1 : height
  const first = firstShown(devices, number, rows)
  const shown = devices.slice(first, first + rows)
  const nameCells = Math.max(0, ...shown.map((each) => nameOf(each, look).length))
  const lines: Line[] = shown.map((each) =>
    aimedAt(each, deviceRow(each, each.number === number, nameCells, context)),
  )
  const left = devices.length - shown.length
  if (left > 0) lines.push([piece(`  +${left} more devices`, 'dim')])
  return lines.map((line) => fitLine(line, width))
}

/** A click on any of it shows the device in full. */
function aimedAt({ number: device }: DeviceBrief, line: Line): Line {
  return line.map((part) => aimed(part, { kind: 'device', device }))
}

/** Of a window of that size over the devices, the begin: it moves only as far as it must. */
function firstShown(devices: readonly DeviceBrief[], number: DeviceNumber, size: number): number {
  const place = devices.findIndex((each) => each.number === number)
  return Math.max(0, Math.min(devices.length - size, place - size + 1))
}

function nameOf({ device, source }: DeviceBrief, look: Look): string {
  const name = device === '' ? sourceText(source, look) : cellText(device, look)
  return cutEnd(name, NAME_CELLS, look)
}

/** `>1 bench-7  LIVE       5.053 V  1.1040 A   5.577 W    100.2 S/s  lost 12` */
function deviceRow(
  brief: DeviceBrief,
  isSelected: boolean,
  nameCells: number,
  context: Context,
): Line {
  return [
    ...title(brief, isSelected, nameCells, context.look),
    piece(' '),
    statePiece(brief, context, STATE_CELLS),
    ...virtual(brief).map(({ text, style }) => piece(` ${text}`, style)),
    ...values(brief, longText, context).map(({ text, style }) => piece(`  ${text}`, style)),
    piece(`  ${rateText(brief.rate).padStart(RATE_CELLS)}`, 'dim'),
    ...[...alarmPieces(brief), ...lost(brief)].map(({ text, style }) => piece(`  ${text}`, style)),
  ]
}

function title(
  brief: DeviceBrief,
  isSelected: boolean,
  nameCells: number,
  look: Look,
): readonly Piece[] {
  const text = `${brief.number + 1} ${nameOf(brief, look).padEnd(nameCells)}`
  return [piece(isSelected ? '>' : ' ', 'bold'), piece(text, isSelected ? 'bold' : 'plain')]
}

function statePiece({ source }: DeviceBrief, context: Context, cells = 0): Piece {
  const { word, style } = stateWord(context, source)
  return piece(word.padEnd(cells), style)
}

function virtual({ source }: DeviceBrief): readonly Piece[] {
  return source.isVirtual === true ? [piece('VIRTUAL', 'warn')] : []
}

type ValueText = (
  value: number | undefined,
  channel: Channel,
  form: FigureForm,
  look: Look,
) => string

/** `  5.053 V`, of a device without V, A and W ` soc  85.000 %`. */
function longText(
  value: number | undefined,
  channel: Channel,
  form: FigureForm,
  look: Look,
): string {
  const number = value === undefined ? '--' : figureText(value, form, VALUE_CELLS)
  const name = channel.quantity === null ? `${nameText(channel, look)} ` : ''
  return `${name}${withUnit(number.padStart(VALUE_CELLS), form.unit)}`
}

/** `5.053V`, of a device without V, A and W `soc 85.00%`. */
function shortText(
  value: number | undefined,
  channel: Channel,
  form: FigureForm,
  look: Look,
): string {
  const number = value === undefined ? '--' : figureText(value, form, SHORT_VALUE_CELLS)
  const name = channel.quantity === null ? `${nameText(channel, look)} ` : ''
  return `${name}${number}${form.unit.text}`
}

/** Newest V, A and W, or the first channels; like those of now only while the device is live. */
function values(
  brief: DeviceBrief,
  textOf: ValueText,
  { look, figures }: Context,
): readonly Piece[] {
  const { source } = brief
  return mainChannels(brief.channels).map((channel) => {
    const value = ownValue(brief.values, channel.id)
    const shown = value === undefined ? [] : [value]
    const form = figures.form('brief', brief.number, channel, shown, look)
    return piece(textOf(value, channel, form, look), source.state === 'live' ? channel.role : 'dim')
  })
}

function lost({ lost: count }: DeviceBrief): readonly Piece[] {
  return count > 0 ? [piece(`lost ${countText(count)} !`, 'warn')] : []
}

type Part = (brief: DeviceBrief, context: Context) => readonly Piece[]

/** What the shared line has of each device, from everything down to the losses alone. */
const PARTS: readonly (readonly Part[])[] = [
  [stateOf, valuesOf, alarmPieces, lost],
  [stateOf, firstValueOf, alarmPieces, lost],
  [stateOf, alarmPieces, lost],
  [alarmPieces, lost],
]

function stateOf(brief: DeviceBrief, context: Context): readonly Piece[] {
  return [statePiece(brief, context), ...virtual(brief)]
}

function valuesOf(brief: DeviceBrief, context: Context): readonly Piece[] {
  return values(brief, shortText, context)
}

function firstValueOf(brief: DeviceBrief, context: Context): readonly Piece[] {
  return valuesOf(brief, context).slice(0, 1)
}

function oneLine(
  devices: readonly DeviceBrief[],
  number: DeviceNumber,
  width: number,
  context: Context,
): Line {
  const { look } = context
  const bar = piece(` ${look.glyphs.vertical}`, 'dim')
  const item = (brief: DeviceBrief, parts: readonly Part[]): Line =>
    aimedAt(brief, [
      ...title(brief, brief.number === number, 0, look),
      ...parts.flatMap((part) => part(brief, context)).flatMap((each) => [piece(' '), each]),
    ])
  const join = (items: readonly Line[]): Line =>
    items.flatMap((each, i) => (i === 0 ? each : [bar, ...each]))
  for (const parts of PARTS) {
    const line = join(devices.map((brief) => item(brief, parts)))
    if (lineWidth(line) <= width) return line
  }
  // Those that fit, the selected one among them, and how many don't.
  for (let size = devices.length - 1; size >= 1; size--) {
    const first = firstShown(devices, number, size)
    const some = devices.slice(first, first + size)
    const line = [
      ...join(some.map((brief) => item(brief, [stateOf, alarmPieces, lost]))),
      piece(`  +${devices.length - size} more`, 'dim'),
    ]
    if (lineWidth(line) <= width || size === 1) return line
  }
  return []
}
