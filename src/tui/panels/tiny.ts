import { QUANTITIES } from '../../domain/channels.ts'
import type { Snapshot } from '../../monitor/snapshot.ts'
import { DECIMALS, numberText, UNIT } from '../view/format.ts'
import { SMALLEST } from '../view/layout.ts'
import type { Look } from '../view/look.ts'
import { type Reading, readingOf } from '../view/reading.ts'
import { fitLine, type Line, lineWidth, span } from '../view/styled.ts'

/** Widths that a value may have, in cells, the best first. */
const NUMBER_CELLS: readonly number[] = [6, 5, 4, 3]

/**
 * The whole screen where nothing else fits: the three values, why they are not
 * of now, and the size needed. What is wrong and the size needed stay whole as
 * long as they can: the values are shortened, then left out.
 */
export function tinyLine(snapshot: Snapshot, width: number, look: Look): Line {
  const reading = readingOf(snapshot, look)
  const needs = span(`needs ${SMALLEST.columns}x${SMALLEST.rows}`, 'dim')
  const word = reading.word === '' ? [] : [span(`${reading.word} `, reading.style)]
  const lines = [
    ...NUMBER_CELLS.map((cells) => [...word, ...numbers(reading, cells), needs]),
    [...word, needs],
  ]
  return fitLine(lines.find((line) => lineWidth(line) <= width) ?? [needs], width)
}

function numbers({ values, current }: Reading, cells: number): Line {
  return QUANTITIES.map((quantity) => {
    const value = values?.[quantity]
    const text = value === undefined ? '--' : numberText(value, DECIMALS[quantity], cells)
    return span(`${UNIT[quantity]} ${text} `, current ? quantity : 'dim')
  })
}
