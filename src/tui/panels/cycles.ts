import type { Snapshot } from '../../monitor/view.ts'
import { fixed } from '../../util/number-text.ts'
import { amountText } from '../view/format.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'

type Cycles = NonNullable<Snapshot['cycles']>

/** A load that repeats. Parts that don't fit are left out, last first. */
export function cyclesLine(cycles: Cycles, width: number): Line {
  const { periodS, spreadS, duty, chargeMah, lowA, highA, count, regularity } = cycles
  const parts: Piece[] = [
    piece(' cycle ', 'dim'),
    piece(secondsText(periodS), 'bold'),
    piece(`  duty ${fixed(100 * duty, 1)} %`),
    piece(`  ${amountText(chargeMah, 'Ah')} each`),
    piece(`  ${fixed(1000 * lowA, 1)} / ${fixed(1000 * highA, 1)} mA`),
    piece(`  regular ${Math.round(regularity * count)} of ${count}`),
    piece(`  spread ${secondsText(spreadS)}`),
  ]
  return fitWhole(parts, width)
}

function secondsText(seconds: number): string {
  return seconds < 1
    ? `${fixed(1000 * seconds, 1)} ms`
    : `${fixed(seconds, seconds < 100 ? 2 : 0)} s`
}
