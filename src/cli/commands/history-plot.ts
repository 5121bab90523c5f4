import { tracedForms } from '../../chart/axis-form.ts'
import { drawCurve } from '../../chart/curve.ts'
import { Raster } from '../../chart/raster.ts'
import { type Curve, curvesOf, type Strip, stripsOf, tickLabel } from '../../chart/strips.ts'
import { SIGN, type Trace } from '../../chart/trace.ts'
import type { Channel } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import { plottedChannels, slotLength } from '../../export/plotted.ts'
import type { LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import type { ScaledUnit } from '../../util/scaled-unit.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Colour } from '../colour.ts'

interface PlotSize {
  /** Character cells of the terminal. */
  readonly columns: number
  /** Letters instead of braille dots. */
  readonly ascii: boolean
  readonly colour: Colour
}

/** Rows of the strip of a channel. */
const STRIP_ROWS = 7
/** Cells left of the plot: an axis label and the frame; more where a label needs them. */
const LABEL_CELLS = 10
/** Cells of the plot itself, however narrow the terminal. */
const LEAST_COLUMNS = 10

/** One plot a device: a strip a channel, each with its own axis; gaps stay gaps. */
export function* plotText(
  reader: LogReader,
  range: LogRange,
  everyMs: number | undefined,
  size: PlotSize,
): Generator<string> {
  for (const total of reader.totals(range)) {
    const { device, fromUs, toUs } = total
    const channels = plottedChannels(total, reader)
    const strips = stripsOf(STRIP_ROWS * channels.length, channels, true)
    const foldedTo = (labelCells: number): Plot => {
      const columns = Math.max(LEAST_COLUMNS, size.columns - labelCells - 1)
      const dots = columns * (size.ascii ? 1 : 2)
      const slotUs = slotLength(toUs - fromUs, dots, everyMs)
      const trace = reader.series(device, fromUs, slotUs, dots, { fromUs, toUs })
      const formOf = tracedForms(trace, channels, { ascii: size.ascii })
      const curves = curvesOf(trace, { strips, channels, formOf })
      return { device, channels, strips, curves, trace, columns, labelCells }
    }
    const plot = foldedTo(LABEL_CELLS)
    const needed = Math.max(0, ...plot.curves.flatMap(axisTexts).map((text) => text.length)) + 1
    yield* plotLines(needed <= LABEL_CELLS ? plot : foldedTo(needed), size)
  }
}

/** What is plotted of a device, folded to the width of the terminal. */
interface Plot {
  readonly device: string
  readonly channels: readonly Channel[]
  readonly strips: readonly Strip[]
  readonly curves: readonly Curve[]
  readonly trace: Trace
  /** Cells of the plot itself, and of what stands left of it. */
  readonly columns: number
  readonly labelCells: number
}

function axisTexts({ labels, unit }: Curve): string[] {
  return labels.flatMap((label) => (label === undefined ? [] : [axisText(label, unit)]))
}

function axisText(label: string, { text }: ScaledUnit): string {
  return `${label} ${text}`.trimEnd()
}

function* plotLines(plot: Plot, { ascii, colour }: PlotSize): Generator<string> {
  const { device, channels, strips, curves, trace, columns, labelCells } = plot
  const rows = STRIP_ROWS * channels.length
  const raster = new Raster({ columns, rows, ascii, styled: false, firstColumn: 0 })
  for (const curve of curves) drawCurve(raster, curve, false)
  const [bar, tick] = ascii ? ['|', '+'] : ['│', '┤']
  const names = channels.map(({ label }) => cleanText(label).toLowerCase())
  const title = `${cleanText(device)}: ${names.join(', ')}`
  yield `${colour.bold(title)}; times in ${zoneName(trace.startUs)}\n`
  for (const strip of strips) {
    const curve = curves.find((each) => each.strip === strip)
    const [channel] = strip.channels
    for (let row = strip.top; channel !== undefined && row < strip.top + strip.rows; row++) {
      const label = curve && tickLabel(curve, row)
      const text = curve === undefined || label === undefined ? '' : axisText(label, curve.unit)
      const edge = `${text.padStart(labelCells - 1)}${label === undefined ? bar : tick}`
      let cells = ''
      for (let x = 0; x < columns; x++) cells += raster.charOf(x, row)
      const drawn = cells.trimEnd()
      yield `${edge}${drawn === '' ? '' : colour.channel(channel.role)(drawn)}\n`
    }
  }
  yield `${'lost'.padStart(labelCells - 1)}${bar}${colour.red(lossMarks(plot).trimEnd())}\n`
  yield `${' '.repeat(labelCells)}${timeLabels(plot)}\n`
}

/** An x under each column in which samples are missing. */
function lossMarks({ trace: { length, signs }, columns }: Plot): string {
  const perCell = length / columns
  let marks = ''
  for (let x = 0; x < columns; x++) {
    const cell = signs.subarray(x * perCell, (x + 1) * perCell)
    marks += cell.some((said) => (said & SIGN.lost) !== 0) ? 'x' : ' '
  }
  return marks
}

/** The time at the begin, in the middle and at the end, as far as there is room. */
function timeLabels({ trace, columns }: Plot): string {
  const lengthUs = trace.length * trace.slotUs
  const withMs = lengthUs < US_PER_MINUTE
  const labels = [0, 0.5, 1].map((part) => formatLocal(trace.startUs + part * lengthUs, withMs))
  const [begin = '', middle = '', end = ''] = labels
  const half = Math.floor((columns - middle.length) / 2)
  return columns >= 3 * middle.length + 4
    ? begin.padEnd(half) + middle + end.padStart(columns - half - middle.length)
    : begin + end.padStart(columns - begin.length)
}
