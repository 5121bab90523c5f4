import { type Columns, emptyColumns } from '../../chart/columns.ts'
import { drawCurve } from '../../chart/curve.ts'
import { rasterOf } from '../../chart/raster.ts'
import { curvesOf, isTickRow, stripsOf, tickLabel } from '../../chart/strips.ts'
import { ELECTRIC, ELECTRIC_CHANNELS, QUANTITIES } from '../../domain/channels.ts'
import { cleanText } from '../../domain/sample.ts'
import type { Bucket, LogRange } from '../../storage/read/log-query.ts'
import type { LogReader } from '../../storage/read/log-reader.ts'
import { formatLocal, zoneName } from '../../util/time-text.ts'
import type { Colour } from '../colour.ts'

export interface PlotSize {
  /** Character cells of the terminal. */
  readonly columns: number
  readonly rows: number
  /** Letters instead of braille dots. */
  readonly ascii: boolean
  readonly colour: Colour
}

/** Cells left of the plot: an axis label and the frame. */
const LABEL_CELLS = 10
const PLAIN_TEXT = (text: string): string => text
const MINUTE_US = 60_000_000

/** One plot a device: a strip a quantity, each with its own axis; gaps stay gaps. */
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
    const first = Math.floor(total.fromUs / slotUs)
    const folded = emptyColumns(
      dots,
      ELECTRIC_CHANNELS.map(({ id }) => id),
    )
    const own = { ...range, device: total.device }
    fill(
      folded,
      reader.buckets(own, slotUs),
      (fromUs) => Math.round(fromUs / slotUs) - first,
      slotUs,
    )
    yield* plotOf(total, folded, { ...size, columns }, first * slotUs, dots * slotUs)
  }
}

/** Long slots are whole minutes, for which the roll-ups serve. */
function slotLength(spanUs: number, dots: number, everyMs: number | undefined): number {
  // One slot more than the span has, for the begin of the first lies before it.
  const finest = Math.max(1000, Math.ceil(spanUs / (dots - 1) / 1000) * 1000)
  const wanted = Math.max(finest, (everyMs ?? 0) * 1000)
  return wanted <= MINUTE_US ? wanted : Math.ceil(wanted / MINUTE_US) * MINUTE_US
}

function fill(
  to: Columns,
  buckets: Iterable<Bucket>,
  columnOf: (fromUs: number) => number,
  slotUs: number,
): void {
  let before = -1
  for (const bucket of buckets) {
    const at = columnOf(bucket.fromUs)
    if (at < 0 || at >= to.length) continue
    if (bucket.lost > 0) to.missing[at] = 1
    if (bucket.measured === 0) continue
    to.count[at] = bucket.measured
    // Time counts where its later sample lies: more of it than the empty slots
    // between say that nothing is missing in them, the device is just that slow.
    if (bucket.coveredUs <= (at - before - 1) * slotUs) to.broken[at] = 1
    before = at
    for (const quantity of QUANTITIES) {
      const series = to.channels[ELECTRIC[quantity].id]
      const figures = bucket[quantity]
      if (series === undefined || !figures) continue
      series.min[at] = figures.min
      series.max[at] = figures.max
      series.last[at] = figures.avg
    }
  }
}

function* plotOf(
  total: Bucket,
  columns: Columns,
  size: PlotSize,
  fromUs: number,
  lengthUs: number,
): Generator<string> {
  const strips = stripsOf(size.rows, ELECTRIC_CHANNELS, true)
  const raster = rasterOf(size.columns, size.rows, size.ascii)
  const curves = curvesOf(columns, strips)
  for (const curve of curves) drawCurve(raster, columns, curve, raster.dotRows / size.rows)
  const [bar, tick] = size.ascii ? ['|', '+'] : ['│', '┤']
  const title = `${cleanText(total.device)}: voltage, current, power`
  yield `${size.colour.bold(title)}; times in ${zoneName(fromUs)}\n`
  for (const strip of strips) {
    const curve = curves.find((each) => each.strip === strip)
    for (let row = strip.top; row < strip.top + strip.rows; row++) {
      const label = curve === undefined ? undefined : tickLabel(curve, row)
      const text = label === undefined ? '' : `${label} ${curve?.channel.unit}`
      const line = `${text.padStart(LABEL_CELLS - 1)}${isTickRow(strip, row) ? tick : bar}`
      let cells = ''
      for (let x = 0; x < size.columns; x++) cells += raster.cell(x, row)?.text ?? ' '
      const colour = curve === undefined ? PLAIN_TEXT : size.colour.channel(curve.channel.role)
      yield `${line}${colour(cells.trimEnd())}
`
    }
  }
  const marks = lossMarks(columns, size).trimEnd()
  yield `${'lost'.padStart(LABEL_CELLS - 1)}${bar}${size.colour.red(marks)}`
  yield `\n${timeLabels(fromUs, lengthUs, size.columns)}\n`
}

/** An x under each column in which samples are missing. */
function lossMarks(columns: Columns, size: PlotSize): string {
  const perCell = columns.length / size.columns
  let marks = ''
  for (let x = 0; x < size.columns; x++) {
    const cell = columns.missing.subarray(x * perCell, (x + 1) * perCell)
    marks += cell.includes(1) ? 'x' : ' '
  }
  return marks
}

/** The time at the begin, in the middle and at the end, as far as there is room. */
function timeLabels(fromUs: number, lengthUs: number, columns: number): string {
  const withMs = lengthUs < 60e6
  const labels = [0, 0.5, 1].map((part) => formatLocal(fromUs + part * lengthUs, withMs))
  const [begin = '', middle = '', end = ''] = labels
  const half = Math.floor((columns - middle.length) / 2)
  const line =
    columns >= 3 * middle.length + 4
      ? begin.padEnd(half) + middle + end.padStart(columns - half - middle.length)
      : begin + end.padStart(columns - begin.length)
  return ' '.repeat(LABEL_CELLS) + line
}
