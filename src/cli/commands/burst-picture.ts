import { burstChart, tickLine } from '../../chart/burst-chart.ts'
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

/** A burst for a terminal: the current over ms before and after the trigger. */
export function burstPicture(burst: LoggedBurst, { columns, ascii, colour }: PictureSize): string {
  const chart = burstChart(burst, { columns: columns - 1, rows: ROWS, ascii })
  const { id, device, timeUs, trigger } = burst
  const waited = trigger === null ? '' : `, trigger: ${triggerText(trigger)}`
  const title = `${cleanText(device)}: burst ${id}`
  const head = [
    `${colour.bold(title)} at ${formatLocal(timeUs, true)} (${zoneName(timeUs)})${waited}`,
    burstText(burst),
  ]
  if (chart === null) return `${head.join('\n')}\n`
  const { raster, labels, columns: cells, ticks } = chart
  const labelCells = chart.axisCells - 1
  const [bar, tick] = ascii ? ['|', '+'] : ['│', '┤']
  const lines: string[] = []
  for (let row = 0; row < ROWS; row++) {
    const label = labels[row] ?? ''
    let drawn = ''
    for (let x = 0; x < cells; x++) drawn += raster.charOf(x, row)
    const edge = `${label.padStart(labelCells)}${label === '' ? bar : tick}`
    lines.push(`${edge}${colour.channel(ELECTRIC.current.role)(drawn.trimEnd())}`)
  }
  const marks = (name: string, at: readonly number[], mark: string): string => {
    const marked = Array.from({ length: cells }, (_, x) => (at.includes(x) ? mark : ' ')).join('')
    return `${name.padStart(labelCells)}${bar}${marked.trimEnd()}`
  }
  lines.push(marks('trigger', [chart.trigger], '^'))
  if (chart.holes.length > 0) lines.push(marks('missing', chart.holes, 'x'))
  lines.push(`${'ms'.padStart(labelCells)} ${tickLine(ticks, cells)}`)
  return `${[...head, ...lines].join('\n')}\n`
}
