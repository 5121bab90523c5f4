import { ampsAt, type BurstReadings, HOLE, lengthUs, offsetUs } from '../domain/burst.ts'
import { ELECTRIC } from '../domain/channels.ts'
import { fixed } from '../util/number-text.ts'
import { ROUND_STEPS } from './axis.ts'
import { tracedForms } from './axis-form.ts'
import { drawCurve } from './curve.ts'
import { dotsPerColumn, Raster } from './raster.ts'
import { type Curve, curvesOf, tickLabel } from './strips.ts'
import { emptyTrace, type Trace } from './trace.ts'

export interface BurstChartSize {
  /** In cells, of the axis and the plot. */
  readonly columns: number
  readonly rows: number
  /** Letters in place of braille. */
  readonly ascii: boolean
}

/** A burst as a curve of the current, over the time before and after the trigger. */
export interface BurstChart {
  /** Of each row, `1.5 A`; empty: it has none. */
  readonly labels: readonly string[]
  /** Cells of the axis: its labels, to the right, and its line. */
  readonly axisCells: number
  /** Cells of the plot. */
  readonly columns: number
  readonly raster: Raster
  /** The cell in which the trigger lies. */
  readonly trigger: number
  /** Cells in which a reading is missing. */
  readonly holes: readonly number[]
  /** Round times, ms after the trigger, each with the cell that it lies in. */
  readonly ticks: readonly BurstTick[]
}

export interface BurstTick {
  readonly cell: number
  /** `-2.5` */
  readonly label: string
}

const CURRENT = ELECTRIC.current
/** Cells of the axis; more where a label needs them. */
const AXIS_CELLS = 10
/** Cells of the plot, however little room there is. */
const LEAST_COLUMNS = 10
/** Cells between two labels. */
const SPACING = 3

/** @returns null: none of its readings was received */
export function burstChart(burst: BurstReadings, size: BurstChartSize): BurstChart | null {
  const chart = chartBeside(burst, size, AXIS_CELLS)
  if (chart === null) return null
  const needed = Math.max(...chart.labels.map((label) => label.length)) + 1
  return needed <= AXIS_CELLS ? chart : chartBeside(burst, size, needed)
}

function chartBeside(
  burst: BurstReadings,
  size: BurstChartSize,
  axisCells: number,
): BurstChart | null {
  const { rows, ascii } = size
  const columns = Math.max(LEAST_COLUMNS, size.columns - axisCells)
  const trace = traceOf(burst, columns * dotsPerColumn(ascii))
  const [curve] = curvesOf(trace, {
    strips: [{ channels: [CURRENT], top: 0, rows }],
    channels: [CURRENT],
    formOf: tracedForms(trace, [CURRENT], { ascii }),
  })
  if (curve === undefined) return null
  const raster = new Raster({ columns, rows, ascii, styled: false, firstColumn: 0 })
  drawCurve(raster, curve, false)
  const labels = Array.from({ length: rows }, (_, row) => labelOf(curve, row))
  return {
    labels,
    axisCells,
    columns,
    raster,
    trigger: placeOf(burst, burst.pre, columns),
    holes: holesOf(burst, columns),
    ticks: ticksOf(burst, columns),
  }
}

function labelOf(curve: Curve, row: number): string {
  const label = tickLabel(curve, row)
  return label === undefined ? '' : `${label} ${curve.unit.text}`
}

/** All cells that a missing reading takes part of. */
function holesOf({ counts }: BurstReadings, columns: number): number[] {
  const cells = new Set<number>()
  counts.forEach((count, i) => {
    if (count !== HOLE) return
    const end = ((i + 1) * columns) / counts.length
    for (let cell = Math.floor((i * columns) / counts.length); cell < end; cell++) cells.add(cell)
  })
  return [...cells]
}

/** Which of so many parts of the burst the middle of a reading lies in. */
function placeOf({ counts }: BurstReadings, index: number, parts: number): number {
  return Math.min(parts - 1, Math.floor(((index + 0.5) * parts) / counts.length))
}

/** A slot for each dot column; the curve is broken where readings are missing. */
function traceOf(burst: BurstReadings, dots: number): Trace {
  const trace = emptyTrace({ startUs: 0, slotUs: lengthUs(burst) / dots, length: dots }, [
    CURRENT.id,
  ])
  const series = trace.channels[CURRENT.id]
  if (series === undefined) return trace
  let isBroken = false
  burst.counts.forEach((_, i) => {
    const amps = ampsAt(burst, i)
    if (amps === null) {
      isBroken = true
      return
    }
    const at = placeOf(burst, i, dots)
    const isFirst = trace.count[at] === 0
    if (isBroken && isFirst) trace.broken[at] = 1
    isBroken = false
    trace.count[at] = (trace.count[at] ?? 0) + 1
    series.min[at] = isFirst ? amps : Math.min(series.min[at] as number, amps)
    series.max[at] = isFirst ? amps : Math.max(series.max[at] as number, amps)
    series.last[at] = amps
  })
  return trace
}

/** As close as their labels have room. */
function ticksOf(burst: BurstReadings, columns: number): BurstTick[] {
  const firstMs = offsetUs(burst, 0) / 1000
  const cellMs = lengthUs(burst) / 1000 / columns
  const endMs = offsetUs(burst, burst.counts.length - 1) / 1000
  const longest = Math.max(Math.abs(firstMs), Math.abs(endMs))
  for (let exponent = Math.floor(Math.log10(cellMs)); ; exponent++) {
    const decimals = Math.max(0, -exponent)
    const labelCells = fixed(-longest, decimals).length
    for (const round of ROUND_STEPS) {
      const stepMs = round * 10 ** exponent
      if (stepMs / cellMs < labelCells + SPACING) continue
      const ticks: BurstTick[] = []
      for (let n = Math.ceil(firstMs / stepMs); n * stepMs <= endMs; n++) {
        const index = (n * stepMs * 1000) / burst.dtUs + burst.pre
        ticks.push({ cell: placeOf(burst, index, columns), label: fixed(n * stepMs, decimals) })
      }
      return ticks
    }
  }
}

/** Each label about its cell, as far as it fits. */
export function tickLine(ticks: readonly BurstTick[], cells: number): string {
  let line = ''
  for (const { cell, label } of ticks) {
    const start = Math.max(0, cell - Math.floor((label.length - 1) / 2))
    if (start < line.length + (line === '' ? 0 : 1) || start + label.length > cells) continue
    line = line.padEnd(start) + label
  }
  return line
}
