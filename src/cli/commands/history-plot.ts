import { drawCurve } from '../../chart/curve.ts'
import { rasterOf } from '../../chart/raster.ts'
import { curvesOf, isTickRow, stripsOf, tickLabel } from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import { type Channel, ELECTRIC_CHANNELS, extraChannel } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import type { Bucket, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import { US_PER_MINUTE } from '../../util/time-units.ts'
import type { Colour } from '../colour.ts'
import { showsElectric } from './table-text.ts'

interface PlotSize {
  /** Character cells of the terminal. */
  readonly columns: number
  /** Letters instead of braille dots. */
  readonly ascii: boolean
  readonly colour: Colour
}

/** Rows of the strip of a channel. */
const STRIP_ROWS = 7
/** Cells left of the plot: an axis label and the frame. */
const LABEL_CELLS = 10

/** One plot a device: a strip a channel, each with its own axis; gaps stay gaps. */
export function* plotText(
  reader: LogReader,
  range: LogRange,
  everyMs: number | undefined,
  size: PlotSize,
): Generator<string> {
  for (const total of reader.totals(range)) {
    const columns = Math.max(10, size.columns - LABEL_CELLS - 1)
    const dots = columns * (size.ascii ? 1 : 2)
    const slotUs = slotLength(total.toUs - total.fromUs, dots, everyMs)
    const { device, fromUs, toUs } = total
    const trace = reader.series(device, fromUs, slotUs, dots, null, { fromUs, toUs })
    yield* plotOf(device, plottedChannels(total, reader), trace, { ...size, columns })
  }
}

/** Voltage, current and power where there are some, then the extra channels that have values. */
function plottedChannels(total: Bucket, reader: LogReader): Channel[] {
  const { device, channels } = total
  const extra = reader
    .channels(device)
    .map(({ id, unit }, place) => extraChannel(id, place, unit))
    .filter(({ id }) => channels.has(id))
  return showsElectric(total) ? [...ELECTRIC_CHANNELS, ...extra] : extra
}

/** Long slots are whole minutes, for which the roll-ups serve. */
function slotLength(spanUs: number, dots: number, everyMs: number | undefined): number {
  // One slot more than the span has, for the begin of the first lies before it.
  const finest = Math.max(1000, Math.ceil(spanUs / (dots - 1) / 1000) * 1000)
  const wanted = Math.max(finest, (everyMs ?? 0) * 1000)
  return wanted <= US_PER_MINUTE ? wanted : Math.ceil(wanted / US_PER_MINUTE) * US_PER_MINUTE
}

function* plotOf(
  device: string,
  channels: readonly Channel[],
  trace: Trace,
  size: PlotSize,
): Generator<string> {
  const rows = STRIP_ROWS * channels.length
  const strips = stripsOf(rows, channels, true)
  const raster = rasterOf(size.columns, rows, size.ascii)
  const curves = curvesOf(trace, strips, channels)
  for (const curve of curves) drawCurve(raster, trace, curve)
  const [bar, tick] = size.ascii ? ['|', '+'] : ['│', '┤']
  const names = channels.map(({ label }) => cleanText(label).toLowerCase())
  const title = `${cleanText(device)}: ${names.join(', ')}`
  yield `${size.colour.bold(title)}; times in ${zoneName(trace.startUs)}\n`
  for (const strip of strips) {
    const curve = curves.find((each) => each.strip === strip)
    const [channel] = strip.channels
    for (let row = strip.top; channel !== undefined && row < strip.top + strip.rows; row++) {
      const label = curve === undefined ? undefined : tickLabel(curve, row)
      const text = label === undefined ? '' : `${label} ${cleanText(channel.unit)}`.trimEnd()
      const edge = `${text.padStart(LABEL_CELLS - 1)}${isTickRow(strip, row) ? tick : bar}`
      let cells = ''
      for (let x = 0; x < size.columns; x++) cells += raster.cell(x, row)?.text ?? ' '
      const drawn = cells.trimEnd()
      yield `${edge}${drawn === '' ? '' : size.colour.channel(channel.role)(drawn)}\n`
    }
  }
  const marks = lossMarks(trace, size).trimEnd()
  yield `${'lost'.padStart(LABEL_CELLS - 1)}${bar}${size.colour.red(marks)}`
  yield `\n${timeLabels(trace.startUs, trace.length * trace.slotUs, size.columns)}\n`
}

/** An x under each column in which samples are missing. */
function lossMarks({ length, missing }: Trace, size: PlotSize): string {
  const perCell = length / size.columns
  let marks = ''
  for (let x = 0; x < size.columns; x++) {
    const cell = missing.subarray(x * perCell, (x + 1) * perCell)
    marks += cell.includes(1) ? 'x' : ' '
  }
  return marks
}

/** The time at the begin, in the middle and at the end, as far as there is room. */
function timeLabels(fromUs: number, lengthUs: number, columns: number): string {
  const withMs = lengthUs < US_PER_MINUTE
  const labels = [0, 0.5, 1].map((part) => formatLocal(fromUs + part * lengthUs, withMs))
  const [begin = '', middle = '', end = ''] = labels
  const half = Math.floor((columns - middle.length) / 2)
  const line =
    columns >= 3 * middle.length + 4
      ? begin.padEnd(half) + middle + end.padStart(columns - half - middle.length)
      : begin + end.padStart(columns - begin.length)
  return ' '.repeat(LABEL_CELLS) + line
}
