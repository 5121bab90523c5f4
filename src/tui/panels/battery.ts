import { amountText, leftText } from '../../figures/format.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { numberText } from '../../util/number-text.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import type { FigureMemory } from '../view/figure-memory.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, type Piece, piece } from '../view/styled.ts'

type Battery = NonNullable<Snapshot['battery']>

/** Below this state of charge the figure stands out, %. */
const LOW_PERCENT = 20

type Basis = Battery['left'][number]['basis']
/** The first one says what the others are about as well. */
const FIRST_BASIS: Readonly<Record<Basis, string>> = {
  '1m': '1m draw',
  '15m': '15m draw',
  reset: 'draw since reset',
}
const BASIS: Readonly<Record<Basis, string>> = { '1m': '1m', '15m': '15m', reset: 'reset' }

/** One that only says by itself how full it is stands with the energy. */
export function hasBatteryLine({ battery, energyStore }: Snapshot): boolean {
  return battery !== null && (battery.left.length > 0 || energyStore === null)
}

/**
 * None without a battery; else one line: state of charge, and how long it lasts at the mean draw of each basis. Parts that don't fit are left
 * out, last first.
 */
export function batteryLines(
  snapshot: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory,
): Line[] {
  const { battery, number } = snapshot
  if (battery === null || !hasBatteryLine(snapshot)) return []
  const { setting, percent, remaining, left } = battery
  const bare = setting.unit === 'mAh' ? 'Ah' : 'Wh'
  // One unit for both, so that they can be compared.
  const unit = figures.unit(`battery ${number}`, bare, inUnit(setting.capacity, 3), look)
  const amount = (milli: number): string => amountText(inUnit(milli, 3), unit)
  const parts: Piece[] = [
    piece(' battery ', 'dim'),
    piece(`${numberText(percent, 1, 6)} %`, percent < LOW_PERCENT ? 'warn' : 'bold'),
    piece('  left', 'dim'),
    ...leftPieces(left),
    piece(` ${amount(remaining)} of ${amount(setting.capacity)}`),
  ]
  return [fitWhole(parts, width)]
}

/** ` 3:55 h (1m draw)  13:35 h (reset)`: what is not known yet is left out where something is. */
function leftPieces(left: Battery['left']): Piece[] {
  const known = left.filter(({ draw }) => draw !== null)
  if (known.length === 0) return [piece(' ?  ')]
  return known.map((each, i) => {
    const basis = (i === 0 ? FIRST_BASIS : BASIS)[each.basis]
    return piece(` ${timeLeftText(each)} (${basis}) `)
  })
}

function timeLeftText({ draw, seconds }: Battery['left'][number]): string {
  if (draw === null) return '?'
  if (seconds === null) return draw < 0 ? 'charging' : 'no draw'
  return leftText(seconds)
}
