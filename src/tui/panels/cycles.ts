import { ELECTRIC } from '../../domain/channels.ts'
import { amountText } from '../../figures/format.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { fixed } from '../../util/number-text.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import { type FigureMemory, figureText } from '../view/figure-memory.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'

const LEVEL_CELLS = 7

/** None where nothing repeats; else one line. Parts that don't fit are left out, last first. */
export function cyclesLines(
  { cycles, number }: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory,
): Line[] {
  if (cycles === null) return []
  const { periodS, spreadS, duty, chargeMah, lowA, highA, count, regularity } = cycles
  const charge = inUnit(chargeMah, 3)
  const unit = figures.unit(`cycle ${number}`, 'Ah', charge, look)
  const form = figures.form('levels', number, ELECTRIC.current, [lowA, highA], look)
  const level = (amps: number): string => figureText(amps, form, LEVEL_CELLS)
  const parts: Piece[] = [
    piece(' cycle ', 'dim'),
    piece(secondsText(periodS), 'bold'),
    piece(`  duty ${fixed(100 * duty, 1)} %`),
    piece(`  ${amountText(charge, unit)} each`),
    piece(`  ${level(lowA)} / ${level(highA)} ${form.unit.text}`),
    piece(`  regular ${Math.round(regularity * count)} of ${count}`),
    piece(`  spread ${secondsText(spreadS)}`),
  ]
  return [fitWhole(parts, width)]
}

function secondsText(seconds: number): string {
  return seconds < 1
    ? `${fixed(1000 * seconds, 1)} ms`
    : `${fixed(seconds, seconds < 100 ? 2 : 0)} s`
}
