import type { Snapshot } from '../../monitor/view.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import { gaugeViews, valueStyle, verdictPiece } from '../view/gauge-view.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, piece } from '../view/styled.ts'

/** The widest unit of V, A and W; the line stays as it is where a shorter one is chosen. */
const UNIT_CELLS = 2

/** The newest values in a line, where the gauges have no place: ` V     5.053 V  ok   A  1.1040 A  HIGH !  peak 1.2040 A`. */
export function valuesLine(
  snapshot: Snapshot,
  width: number,
  look: Look,
  figures: FigureMemory = figuresOf(snapshot),
): Line {
  const gauges = gaugeViews(snapshot, look, figures)
  const values = gauges.map((gauge) => {
    const { name, number, unit } = gauge
    return [
      piece(` ${name} ${number} ${unit.padEnd(UNIT_CELLS)} `, valueStyle(gauge)),
      verdictPiece(gauge),
    ]
  })
  const withPeaks = values.flatMap((pieces, i) => {
    const peak = gauges[i]?.peak ?? ''
    return [...pieces, piece(peak === '' ? '  ' : `  ${peak}  `, 'dim')]
  })
  const whole = withPeaks.reduce((sum, { text }) => sum + text.length, 0)
  // All values come before any peak.
  return fitWhole(
    whole <= width ? withPeaks : values.flatMap((each) => [...each, piece('  ')]),
    width,
  )
}
