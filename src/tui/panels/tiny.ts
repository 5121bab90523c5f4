import { mainChannels } from '../../domain/main-channels.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { ownValue } from '../../util/records.ts'
import { nameText } from '../view/channel-text.ts'
import { type FigureMemory, figuresOf, figureText } from '../view/figure-memory.ts'
import { SMALLEST } from '../view/layout.ts'
import type { Look } from '../view/look.ts'
import { type Reading, readingOf } from '../view/reading.ts'
import { fitLine, type Line, lineWidth, piece } from '../view/styled.ts'
import { faultPiece } from './alarms.ts'

/** Widths that a value may have, in cells, the best first. */
const NUMBER_CELLS: readonly number[] = [6, 5, 4, 3]

/**
 * The whole screen where nothing else fits: the values, why they are not of
 * now, and the size needed. What is wrong and the size needed stay whole as
 * long as they can: the values are shortened, then left out.
 */
export function tinyLine(
  snapshot: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory = figuresOf(snapshot),
): Line {
  const reading = readingOf(snapshot, look)
  const needs = piece(`needs ${SMALLEST.columns}x${SMALLEST.rows}`, 'dim')
  const word = reading.word === '' ? [] : [piece(`${reading.word} `, reading.style)]
  const alarm = snapshot.alarms.some(({ state }) => state === 'on')
    ? [piece('ALARM ! ', 'bad')]
    : []
  // While it goes on, `word` says so.
  const [latch] = snapshot.latches
  const fault = latch === undefined || latch.untilUs === null ? [] : [faultPiece(latch), piece(' ')]
  const log = snapshot.log?.kind === 'failed' ? [piece('LOG FAILED ! ', 'bad')] : []
  const number = snapshot.devices.length > 1 ? [piece(`${snapshot.number + 1}: `, 'bold')] : []
  const lines = [
    ...NUMBER_CELLS.map((cells) => [
      ...number,
      ...alarm,
      ...fault,
      ...log,
      ...word,
      ...numbers(snapshot, reading, cells, look, figures),
      needs,
    ]),
    [...number, ...alarm, ...fault, ...log, ...word, needs],
    [...number, ...alarm, ...fault, ...log, ...word],
  ]
  return fitLine(
    lines.find((line) => lineWidth(line) <= width) ?? [...alarm, ...fault, ...log, ...word],
    width,
  )
}

function numbers(
  snapshot: Snapshot,
  { values, current }: Reading,
  cells: number,
  look: Look,
  figures: FigureMemory,
): Line {
  return mainChannels(snapshot.channels).map((channel) => {
    const value = ownValue(values, channel.id)
    const shown = value === undefined ? [] : [value]
    const form = figures.form('tiny', snapshot.number, channel, shown, look)
    // The unit is the name of those that everybody knows by it.
    const name = channel.quantity === null ? nameText(channel, look) : form.unit.text
    const text = value === undefined ? '--' : figureText(value, form, cells)
    return piece(`${name} ${text} `, current ? channel.role : 'dim')
  })
}
