import { amountText, lengthText, preciseText } from '../../figures/format.ts'
import type { Bucket } from '../../monitor/view.ts'
import { countText, cutPercent, fixed } from '../../util/number-text.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import type { PanelArea } from '../view/look.ts'
import { fitLine, fitWhole, type Line, lineWidth, type Piece, piece } from '../view/styled.ts'
import { type CloseLook, NOTHING } from './close-look.ts'

/**
 * How long the selection is, what it comes to and where it lies; in the totals' place. In a second line
 * is what the first has no room for.
 */
export function selectionLines(
  { snapshot, view, statistics, figures }: CloseLook,
  { width, look }: PanelArea,
): readonly Line[] {
  const { selection, anchorUs } = view
  if (selection === null) return [fitLine([], width)]
  const { fromUs, toUs } = selection
  const total = statistics?.total ?? null
  const amount = (milli: number | null, unit: 'Ah' | 'Wh'): string => {
    if (milli === null) return NOTHING
    const bare = inUnit(milli, 3)
    return amountText(bare, figures.plainUnit(unit, bare, look))
  }
  const what = [
    piece(` selected ${lengthText(toUs - fromUs)}`, anchorUs === null ? 'bold' : 'invert'),
    ...(total === null ? [] : totalPieces(total, amount)),
  ]
  const limits = [
    ...(statistics?.isTooMany ? [piece('  too many samples for p95', 'warn')] : []),
    ...(statistics?.isExpired ? [piece('  p95 has passed the retention', 'warn')] : []),
  ]
  const place = [
    piece(`  from ${preciseText(fromUs, snapshot.nowUs)}`, 'dim'),
    piece(` to ${preciseText(toUs, snapshot.nowUs)}`, 'dim'),
  ]
  const all = [...what, ...limits, ...place]
  if (lineWidth(all) <= width) return [fitLine(all, width)]
  const first = fitting(what, width)
  return [
    fitLine(what.slice(0, first), width),
    fitWhole([...what.slice(first), ...place, ...limits], width),
  ]
}

/** How many of the pieces fit whole; a name is not torn from its figure. */
function fitting(pieces: readonly Piece[], width: number): number {
  let count = pieces.length
  while (count > 1 && lineWidth(pieces.slice(0, count)) > width) count--
  const isName = pieces[count - 1]?.style === 'dim'
  return isName && count > 1 ? count - 1 : count
}

function totalPieces(
  { samples, coverage, chargeMah, energyMwh, lost }: Bucket,
  amount: (milli: number | null, unit: 'Ah' | 'Wh') => string,
): Piece[] {
  return [
    piece(`  n=${countText(samples)}`),
    piece(`  covered ${fixed(cutPercent(coverage), 1)} %`),
    piece('  Q ', 'dim'),
    piece(amount(chargeMah, 'Ah'), 'bold'),
    piece('  E ', 'dim'),
    piece(amount(energyMwh, 'Wh'), 'bold'),
    ...(lost > 0 ? [piece(`  lost ${countText(lost)}`, 'warn')] : []),
  ]
}
