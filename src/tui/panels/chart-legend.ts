import { comparedRole } from '../../chart/compared.ts'
import { lettersOf } from '../../chart/letters.ts'
import { STYLES } from '../../chart/raster.ts'
import type { Channel } from '../../domain/channels.ts'
import type { DeviceBrief } from '../../monitor/view.ts'
import { cellText, cutEnd } from '../view/cell-text.ts'
import { COMPARED_NAME_CELLS, deviceMark } from '../view/compare.ts'
import type { Look } from '../view/look.ts'
import { type Line, lineWidth, type Piece, piece, type Target } from '../view/styled.ts'

/** The letter of a curve in the chart's title. */
export interface LegendEntry {
  /** What a click on it is about. */
  readonly target: Target
  readonly line: Line
}

/** How lines of each style look, where styles tell them apart. */
const STROKES = { solid: '⠤⠤⠤', dotted: '⠄⠄⠄', dashed: '⠤⠤⠤⠀⠤' }

/** A name that is cut shorter says nothing. */
const LEAST_NAME_CELLS = 3

/**
 * `V A W`, in their colours; without colours with a stroke of each line's style. What is hidden
 * stands in brackets.
 *
 * @param channels all of the device
 * @param shown those that have a strip, hidden or not
 * @param styled the lines differ in style
 */
export function legendOf(
  channels: readonly Channel[],
  shown: readonly Channel[],
  hidden: readonly string[],
  styled: boolean,
): readonly LegendEntry[] {
  const letters = lettersOf(channels)
  return shown.map((channel) => {
    const letter = (letters.get(channel.id) ?? 'x').toUpperCase()
    const target: Target = { kind: 'channel', channel: channel.id }
    if (hidden.includes(channel.id)) return { target, line: [piece(`(${letter})`, 'dim')] }
    const place = shown.filter(({ id }) => !hidden.includes(id)).indexOf(channel)
    return { target, line: [piece(`${letter}${strokeOf(place, styled)}`, channel.role)] }
  })
}

function strokeOf(place: number, styled: boolean): string {
  return styled ? ` ${STROKES[STYLES[place % STYLES.length] ?? 'solid']}` : ''
}

/** `1 bench  2 pump`: the devices that are compared, their names as far as there is room. */
export function comparedLegend(
  devices: readonly DeviceBrief[],
  room: number,
  styled: boolean,
  look: Look,
): readonly LegendEntry[] {
  const stroke = strokeOf(0, styled).length
  const each = Math.floor(room / devices.length) - '1  '.length - stroke
  const cells = Math.max(0, Math.min(COMPARED_NAME_CELLS, each))
  return devices.map(({ number, device }, place) => {
    const name = cells < LEAST_NAME_CELLS ? '' : ` ${cutEnd(cellText(device, look), cells, look)}`
    const text = `${deviceMark(number).toUpperCase()}${name}${strokeOf(place, styled)}`
    return { target: { kind: 'device', device: number }, line: [piece(text, comparedRole(place))] }
  })
}

/** Letters in a row, a space around each. */
export function legendLine(entries: readonly LegendEntry[]): Line {
  const space: Piece = piece(' ')
  return entries.length === 0 ? [] : entries.flatMap(({ line }) => [space, ...line]).concat(space)
}

/** A place that stands for a curve, in cells from the upper left corner of the chart. */
export interface LegendCell {
  readonly target: Target
  readonly x: number
  readonly y: number
  readonly width: number
}

/** @param x where the legend begins */
export function legendCells(entries: readonly LegendEntry[], x: number): readonly LegendCell[] {
  let next = x + 1
  return entries.map(({ target, line }) => {
    const width = lineWidth(line)
    const cell = { target, x: next, y: 0, width }
    next += width + 1
    return cell
  })
}

/** Whether lines are told apart by their style: where they share a frame and colours can't. */
export function isStyled({ colour, ascii }: Look, apart: boolean): boolean {
  return !colour && !ascii && !apart
}
