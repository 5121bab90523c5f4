import type { Snapshot } from '../../monitor/view.ts'
import { numberText } from '../../util/number-text.ts'
import { amountText, leftText } from '../view/format.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'

type Battery = NonNullable<Snapshot['battery']>

/** Below this state of charge the figure stands out, %. */
const LOW_PERCENT = 20

const BASIS: Readonly<Record<Battery['left'][number]['basis'], string>> = {
  '1m': '1 min',
  '15m': '15 min',
  reset: 'reset',
}

/**
 * State of charge, and how long it lasts at the mean draw of each basis. Parts that don't fit are left
 * out, last first.
 */
export function batteryLine({ setting, percent, remaining, left }: Battery, width: number): Line {
  const unit = setting.unit === 'mAh' ? 'Ah' : 'Wh'
  const parts: Piece[] = [
    piece(' battery ', 'dim'),
    piece(`${numberText(percent, 1, 6)} %`, percent < LOW_PERCENT ? 'warn' : 'bold'),
    piece('  left', 'dim'),
    ...left.map((each) => piece(` ${timeLeftText(each)} (${BASIS[each.basis]}) `)),
    piece(` ${amountText(remaining, unit)} of ${amountText(setting.capacity, unit)}`),
  ]
  return fitWhole(parts, width)
}

function timeLeftText({ draw, seconds }: Battery['left'][number]): string {
  if (draw === null) return '?'
  if (seconds === null) return draw < 0 ? 'charging' : 'no draw'
  return leftText(seconds)
}
