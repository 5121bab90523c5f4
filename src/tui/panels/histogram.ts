import { labelText } from '../../chart/axis.ts'
import type { AxisFormOf } from '../../chart/axis-form.ts'
import { extent } from '../../chart/columns.ts'
import { type Histogram, histogramOf } from '../../chart/histogram.ts'
import type { Trace } from '../../chart/trace.ts'
import type { Channel } from '../../domain/channels.ts'
import { leadChannel } from '../../domain/main-channels.ts'
import type { Snapshot } from '../../monitor/view.ts'
import { countText, fixed } from '../../util/number-text.ts'
import { nameText } from '../view/channel-text.ts'
import type { FigureMemory } from '../view/figure-memory.ts'
import type { Look, PanelArea } from '../view/look.ts'
import { fitLine, type Line, type Piece, piece } from '../view/styled.ts'

/** ` 42.1 %` */
const SHARE_CELLS = 8
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** Of the current, else of the first channel, in the time that the chart shows. */
export function histogramPanel(
  { channels, number }: Snapshot,
  trace: Trace | null,
  area: PanelArea,
  figures: FigureMemory,
): readonly Line[] {
  const channel = leadChannel(channels)
  return channel === null
    ? []
    : histogramLines(trace, channel, area, figures.axisForms(number, area.look))
}

/**
 * How often a channel had values of which size, the highest on top: each row is named by the
 * lower end of its values and holds those up to the end of the row above. By number of samples.
 *
 * @param trace what the chart shows; null: not there yet
 */
export function histogramLines(
  trace: Trace | null,
  channel: Channel,
  area: PanelArea,
  formOf: AxisFormOf,
): Line[] {
  const { width, height, look } = area
  const bins = Math.max(1, height - 1)
  const range = trace && extent(trace, channel.id)
  const form = formOf(channel, Math.max(Math.abs(range?.min ?? 0), Math.abs(range?.max ?? 0)))
  const histogram = trace && histogramOf(trace, { id: channel.id, finest: form.finest }, bins)
  if (histogram === null) {
    const empty = fitLine([piece(` ${nameText(channel, look)}: no samples`, 'dim')], width)
    return [empty, ...Array.from({ length: bins }, () => fitLine([], width))].slice(0, height)
  }
  const { counts, samples, isExact, low, step, digit } = histogram
  const ends = counts.map((_, bin) => low + bin * step)
  const { text: unit, exponent } = form.unit(Math.max(...ends.map(Math.abs)))
  const title: Piece[] = [
    piece(` ${channel.quantity === null ? nameText(channel, look) : unit} `, channel.role),
    piece(`share of ${isExact ? '' : 'about '}${countText(samples)} samples`, 'dim'),
    piece(channel.quantity === null && unit !== '' ? `, ${unit}` : '', 'dim'),
  ]
  const labels = ends.map((end) => labelText(end, digit, exponent))
  const labelCells = Math.max(...labels.map((label) => label.length)) + 2
  const rows = counts.map((_, bin) => {
    const label = `${(labels[bin] ?? '').padStart(labelCells - 1)} `
    return rowOf(histogram, bin, [piece(label, channel.role), piece(look.glyphs.tickLeft, 'dim')], {
      width: width - labelCells - 1 - SHARE_CELLS,
      channel,
      look,
    })
  })
  const filler = Array.from({ length: bins - rows.length }, (): Line => [])
  return [title, ...filler, ...rows.reverse()].slice(0, height).map((line) => fitLine(line, width))
}

interface BarArea {
  readonly width: number
  readonly channel: Channel
  readonly look: Look
}

function rowOf(
  { counts, samples }: Histogram,
  bin: number,
  head: readonly Piece[],
  { width, channel, look }: BarArea,
): Line {
  const count = counts[bin] ?? 0
  const room = Math.max(0, width)
  const bar = barText(count / Math.max(...counts), room, look)
  return [
    ...head,
    piece(bar.padEnd(room), channel.role),
    piece(shareText(count, samples).padStart(SHARE_CELLS)),
  ]
}

/** Something of each that there is, however rare: a spike of one sample is seen. */
function barText(ratio: number, cells: number, { ascii, glyphs }: Look): string {
  if (ascii) return '#'.repeat(Math.min(cells, Math.ceil(ratio * cells)))
  const eighths = Math.ceil(ratio * cells * 8)
  return glyphs.barFull.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
}

/** Never 0 for something, nor 100 for less than all. */
function shareText(count: number, samples: number): string {
  if (count === 0) return ''
  const percent = (count / samples) * 100
  if (percent < 0.1) return '<0.1 %'
  return percent < 100 && percent > 99.9 ? '>99.9 %' : `${fixed(percent, 1)} %`
}
