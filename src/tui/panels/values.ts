import type { Snapshot } from '../../monitor/view.ts'
import { gaugeViews, valueStyle, verdictPiece } from '../view/gauge-view.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, piece } from '../view/styled.ts'

/** The newest values in a line, where the gauges have no place: ` V 5.053 V ok   A 1.1040 A HIGH !`. */
export function valuesLine(snapshot: Snapshot, width: number, look: Look): Line {
  return fitWhole(
    gaugeViews(snapshot, look).flatMap((gauge) => [
      piece(` ${gauge.name} ${gauge.value} `, valueStyle(gauge)),
      verdictPiece(gauge),
      piece('  '),
    ]),
    width,
  )
}
