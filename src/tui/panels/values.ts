import type { Snapshot } from '../../monitor/view.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import { type GaugeView, gaugeViews, valueStyle, verdictPiece } from '../view/gauge-view.ts'
import type { Look } from '../view/look.ts'
import { fitWhole, type Line, lineWidth, piece } from '../view/styled.ts'

/** The widest unit of V, A and W; the line stays as it is where a shorter one is chosen. */
const UNIT_CELLS = 2

/** ` 5.053 V ok `: V, A and W are known by their units. */
function tight(gauge: GaugeView, withGood: boolean): Line {
  const { channel, name, number, unit, style } = gauge
  const label = channel.quantity === null ? `${name} ` : ''
  const text = ` ${label}${`${number.trim()} ${unit}`.trimEnd()} `
  const isSaid = gauge.word !== '' && (withGood || style !== 'good')
  return [piece(text, valueStyle(gauge)), ...(isSaid ? [verdictPiece(gauge), piece(' ')] : [])]
}

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
  // All values come before any peak, and before any word that nothing is wrong.
  const choices = [
    withPeaks,
    values.flatMap((each) => [...each, piece('  ')]),
    gauges.flatMap((gauge) => tight(gauge, true)),
    gauges.flatMap((gauge) => tight(gauge, false)),
  ]
  const fitting = choices.find((line) => lineWidth(line) <= width)
  return fitWhole(fitting ?? choices.at(-1) ?? [], width)
}
