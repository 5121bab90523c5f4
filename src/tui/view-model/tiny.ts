import { QUANTITIES } from '../../domain/sample.ts'
import type { Snapshot } from '../../monitor/snapshot.ts'
import { SMALLEST } from '../layout.ts'
import { DECIMALS, numberText, UNIT } from './format.ts'
import { fitLine, type Line, span } from './styled.ts'

/** The whole screen where nothing else fits: the three values and the size needed. */
export function tinyLine({ values }: Snapshot, width: number): Line {
  const numbers = QUANTITIES.map((quantity) => {
    const value = values?.[quantity]
    const text = value === undefined ? '--' : numberText(value, DECIMALS[quantity], 6)
    return span(`${UNIT[quantity]} ${text} `, quantity)
  })
  return fitLine([...numbers, span(`needs ${SMALLEST.columns}x${SMALLEST.rows}`, 'dim')], width)
}
