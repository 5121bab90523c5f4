import { type BurstChart, burstChart, tickLine } from '../../chart/burst-chart.ts'
import { tickLabel } from '../../chart/strips.ts'
import { type Burst, burstText, triggerText } from '../../domain/burst.ts'
import { ELECTRIC } from '../../domain/channels.ts'
import { formatLocal } from '../../util/time-text.ts'
import { cutEnd } from '../view/cell-text.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { append, fitLine, type Line, type Piece, piece } from '../view/styled.ts'

/** Cells left of the plot: a label of the axis and its tick. */
const LABEL_CELLS = 10

/** A burst in a window with its border: the current, over ms before and after the trigger. */
export function burstLines(burst: Burst, { width, height, look }: PanelArea): Line[] {
  const { glyphs } = look
  const inner = Math.max(0, width - 2)
  const cells = Math.max(1, inner - LABEL_CELLS - 1)
  // Without the border and the times.
  const rows = Math.max(1, height - 3)
  const chart = burstChart(burst, { columns: cells, rows, ascii: look.ascii })
  const { trigger } = burst
  const waited = trigger === null ? '' : `, ${triggerText(trigger)}`
  const title = ` burst ${burst.number}, ${formatLocal(burst.timeUs, true)}${waited} - Esc closes `
  const side = piece(glyphs.vertical, 'dim')
  const body =
    chart === null ? [] : [...plotLines(chart, { cells, rows, look }), timeLine(chart, cells)]
  return [
    border(title, inner, [glyphs.topLeft, glyphs.topRight], look),
    ...Array.from({ length: Math.max(0, height - 2) }, (_, i): Line => {
      return [side, ...fitLine(body[i] ?? [], inner), side]
    }),
    border(` ${burstText(burst)} `, inner, [glyphs.bottomLeft, glyphs.bottomRight], look),
  ]
}

interface PlotSize {
  readonly cells: number
  readonly rows: number
  readonly look: Look
}

/** A dim line stands where the trigger is, and marks where readings are missing. */
function plotLines(chart: BurstChart, { cells, rows, look }: PlotSize): Line[] {
  const { raster, curve, trigger, holes } = chart
  const { glyphs } = look
  return Array.from({ length: rows }, (_, row) => {
    const label = tickLabel(curve, row)
    const text = label === undefined ? '' : `${label} ${curve.unit.text}`
    const edge = label === undefined ? glyphs.vertical : glyphs.tickLeft
    const pieces: Piece[] = [piece(text.padStart(LABEL_CELLS - 1)), piece(edge, 'dim')]
    for (let x = 0; x < cells; x++) {
      const drawn = raster.charOf(x, row)
      if (drawn !== ' ') append(pieces, piece(drawn, ELECTRIC.current.role))
      else if (x === trigger) append(pieces, piece(glyphs.vertical, 'dim'))
      else if (row === rows - 1 && holes.includes(x)) append(pieces, piece(glyphs.gap, 'bad'))
      else append(pieces, piece(' '))
    }
    return pieces
  })
}

function timeLine({ ticks }: BurstChart, cells: number): Line {
  return [piece(`${'ms'.padStart(LABEL_CELLS - 1)} `), piece(tickLine(ticks, cells))]
}

function border(
  text: string,
  inner: number,
  [left, right]: readonly [string, string],
  look: Look,
): Line {
  const title = cutEnd(text, inner, look)
  const rule = look.glyphs.horizontal.repeat(Math.max(0, inner - title.length))
  return [piece(left, 'dim'), piece(title), piece(rule, 'dim'), piece(right, 'dim')]
}
