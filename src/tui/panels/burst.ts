import { type BurstChart, burstChart, tickLine } from '../../chart/burst-chart.ts'
import { type Burst, burstText, triggerText } from '../../domain/burst.ts'
import { ELECTRIC } from '../../domain/channels.ts'
import { formatLocal } from '../../util/time-text.ts'
import { cutEnd } from '../view/cell-text.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { append, fitLine, type Line, type Piece, piece } from '../view/styled.ts'

/** A burst in a window with its border: the current, over ms before and after the trigger. */
export function burstLines(burst: Burst, { width, height, look }: PanelArea): Line[] {
  const { glyphs } = look
  const inner = Math.max(0, width - 2)
  // Without the border and the times.
  const rows = Math.max(1, height - 3)
  const chart = burstChart(burst, { columns: inner - 1, rows, ascii: look.ascii })
  const { trigger } = burst
  const waited = trigger === null ? '' : `, ${triggerText(trigger)}`
  const title = ` burst of ${formatLocal(burst.timeUs, true)}${waited} - Esc closes `
  const side = piece(glyphs.vertical, 'dim')
  const body = chart === null ? [] : [...plotLines(chart, look), timeLine(chart)]
  return [
    border(title, inner, [glyphs.topLeft, glyphs.topRight], look),
    ...Array.from({ length: Math.max(0, height - 2) }, (_, i): Line => {
      return [side, ...fitLine(body[i] ?? [], inner), side]
    }),
    border(` ${burstText(burst)} `, inner, [glyphs.bottomLeft, glyphs.bottomRight], look),
  ]
}

/** A dim line stands where the trigger is, and marks where readings are missing. */
function plotLines(chart: BurstChart, { glyphs }: Look): Line[] {
  const { raster, labels, axisCells, columns, trigger, holes } = chart
  return labels.map((label, row) => {
    const edge = label === '' ? glyphs.vertical : glyphs.tickLeft
    const pieces: Piece[] = [piece(label.padStart(axisCells - 1)), piece(edge, 'dim')]
    for (let x = 0; x < columns; x++) {
      const drawn = raster.charOf(x, row)
      if (drawn !== ' ') append(pieces, piece(drawn, ELECTRIC.current.role))
      else if (x === trigger) append(pieces, piece(glyphs.vertical, 'dim'))
      else if (row === labels.length - 1 && holes.includes(x))
        append(pieces, piece(glyphs.gap, 'bad'))
      else append(pieces, piece(' '))
    }
    return pieces
  })
}

function timeLine({ ticks, axisCells, columns }: BurstChart): Line {
  return [piece(`${'ms'.padStart(axisCells - 1)} `), piece(tickLine(ticks, columns))]
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
