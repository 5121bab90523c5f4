import { burstChart, tickLine } from '../../chart/burst-chart.ts'
import { tickLabel } from '../../chart/strips.ts'
import { burstText, triggerText } from '../../domain/burst.ts'
import { ELECTRIC } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import type { LoggedBurst } from '../../storage/read/log-query.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'

interface PictureSize {
  /** Character cells of the terminal. */
  readonly columns: number
  readonly ascii: boolean
  readonly colour: Colour
}

/** Rows of the plot. */
const ROWS = 16
/** Cells left of the plot: an axis label and the frame. */
const LABEL_CELLS = 10
const LEAST_COLUMNS = 10

/** A burst for a terminal: the current over ms before and after the trigger. */
export function burstPicture(burst: LoggedBurst, { columns, ascii, colour }: PictureSize): string {
  const cells = Math.max(LEAST_COLUMNS, columns - LABEL_CELLS - 1)
  const chart = burstChart(burst, { columns: cells, rows: ROWS, ascii })
  const { id, device, timeUs, trigger } = burst
  const waited = trigger === null ? '' : `, trigger: ${triggerText(trigger)}`
  const title = `${cleanText(device)}: burst ${id}`
  const head = [
    `${colour.bold(title)} at ${formatLocal(timeUs, true)} (${zoneName(timeUs)})${waited}`,
    burstText(burst),
  ]
  if (chart === null) return `${head.join('\n')}\n`
  const { raster, curve, ticks } = chart
  const [bar, tick] = ascii ? ['|', '+'] : ['│', '┤']
  const lines: string[] = []
  for (let row = 0; row < ROWS; row++) {
    const label = tickLabel(curve, row)
    const text = label === undefined ? '' : `${label} ${curve.unit.text}`
    let drawn = ''
    for (let x = 0; x < cells; x++) drawn += raster.charOf(x, row)
    const edge = `${text.padStart(LABEL_CELLS - 1)}${label === undefined ? bar : tick}`
    lines.push(`${edge}${colour.channel(ELECTRIC.current.role)(drawn.trimEnd())}`)
  }
  const marks = (name: string, at: readonly number[], mark: string): string => {
    const marked = Array.from({ length: cells }, (_, x) => (at.includes(x) ? mark : ' ')).join('')
    return `${name.padStart(LABEL_CELLS - 1)}${bar}${marked.trimEnd()}`
  }
  lines.push(marks('trigger', [chart.trigger], '^'))
  if (chart.holes.length > 0) lines.push(marks('missing', chart.holes, 'x'))
  lines.push(`${'ms'.padStart(LABEL_CELLS - 1)} ${tickLine(ticks, cells)}`)
  return `${[...head, ...lines].join('\n')}\n`
}
