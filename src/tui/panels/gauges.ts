import type { Snapshot } from '../../monitor/view.ts'
import {
  type GaugeView,
  gaugeViews,
  tailPiece,
  valueStyle,
  verdictPiece,
} from '../view/gauge-view.ts'
import type { Look } from '../view/look.ts'
import { fitLine, type Line, type Piece, piece } from '../view/styled.ts'

/** Room for the share of full scale, and for the word at the end, in cells. */
const SHARE_CELLS = 14
const WORD_CELLS = 7

/** ` V    5.053 V │█████····┃····│  19% of 26 V   ok    ` */
export function gaugeLines(snapshot: Snapshot, width: number, look: Look): Line[] {
  const gauges = gaugeViews(snapshot, look)
  const nameCells = Math.max(0, ...gauges.map(({ name }) => name.length))
  const valueCells = Math.max(0, ...gauges.map(({ value }) => value.length))
  return gauges.map((gauge) => {
    const head = ` ${gauge.name.padEnd(nameCells)} ${gauge.value.padEnd(valueCells)} `
    // Without a share, its room goes to the word, which may be a long one of the device.
    const tail = gauge.share === '' ? ' ' : ` ${gauge.share.padEnd(SHARE_CELLS)} `
    const barCells = width - head.length - 2 - (SHARE_CELLS + 2) - WORD_CELLS
    const style = valueStyle(gauge)
    if (barCells < 8 || gauge.ratio === null) {
      return fitLine([piece(head, style), tailPiece(gauge, tail), verdictPiece(gauge)], width)
    }
    return fitLine(
      [
        piece(head, style),
        piece(look.glyphs.vertical, 'dim'),
        ...bar(gauge, gauge.ratio, barCells, look),
        piece(look.glyphs.vertical, 'dim'),
        tailPiece(gauge, tail),
        verdictPiece(gauge),
      ],
      width,
    )
  })
}

function bar(gauge: GaugeView, ratio: number, cells: number, { glyphs }: Look): Piece[] {
  const { role } = gauge.channel
  const filled = Math.round(ratio * cells)
  const full = (gauge.negative ? glyphs.barNegative : glyphs.barFull).repeat(filled)
  // The last cell that the bar had filled.
  const peakAt = Math.round(gauge.peakRatio * cells) - 1
  if (peakAt < filled) {
    return [piece(full, role), piece(glyphs.barEmpty.repeat(cells - filled), 'dim')]
  }
  return [
    piece(full, role),
    piece(glyphs.barEmpty.repeat(peakAt - filled), 'dim'),
    piece(glyphs.peak, 'bold'),
    piece(glyphs.barEmpty.repeat(cells - peakAt - 1), 'dim'),
  ]
}
