import { lettersOf } from '../../chart/letters.ts'
import { STYLES } from '../../chart/raster.ts'
import type { Channel } from '../../domain/channels.ts'
import type { Look } from '../view/look.ts'
import { type Line, lineWidth, type Piece, piece } from '../view/styled.ts'

/** The letter of a curve in the chart's title. */
export interface LegendEntry {
  readonly channel: Channel
  readonly line: Line
}

/** How lines of each style look, where styles tell them apart. */
const STROKES = { solid: '⠤⠤⠤', dotted: '⠄⠄⠄', dashed: '⠤⠤⠤⠀⠤' }

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
    if (hidden.includes(channel.id)) return { channel, line: [piece(`(${letter})`, 'dim')] }
    const place = shown.filter(({ id }) => !hidden.includes(id)).indexOf(channel)
    const stroke = styled ? ` ${STROKES[STYLES[place % STYLES.length] ?? 'solid']}` : ''
    return { channel, line: [piece(`${letter}${stroke}`, channel.role)] }
  })
}

/** Letters in a row, a space around each. */
export function legendLine(entries: readonly LegendEntry[]): Line {
  const space: Piece = piece(' ')
  return entries.length === 0 ? [] : entries.flatMap(({ line }) => [space, ...line]).concat(space)
}

/** A place that stands for a curve, in cells from the upper left corner of the chart. */
export interface LegendCell {
  readonly channel: string
  readonly x: number
  readonly y: number
  readonly width: number
}

/** @param x where the legend begins */
export function legendCells(entries: readonly LegendEntry[], x: number): readonly LegendCell[] {
  let next = x + 1
  return entries.map(({ channel, line }) => {
    const width = lineWidth(line)
    const cell = { channel: channel.id, x: next, y: 0, width }
    next += width + 1
    return cell
  })
}

/** Whether lines are told apart by their style: where they share a frame and colours can't. */
export function isStyled({ colour, ascii }: Look, apart: boolean): boolean {
  return !colour && !ascii && !apart
}
