import { QUANTITIES, type Quantity } from '../domain/channels.ts'
import { type Axis, roundAxis } from './axis.ts'
import { type Columns, extent } from './columns.ts'

/** Rows of the plot that share one frame: all quantities overlaid, or one each. */
export interface Strip {
  readonly quantities: readonly Quantity[]
  /** First row and number of rows, in cells. */
  readonly top: number
  readonly rows: number
  /** Intervals between the axis's ticks. */
  readonly intervals: number
}

/** One quantity with its axis and its place. */
export interface Curve {
  readonly quantity: Quantity
  readonly axis: Axis
  readonly strip: Strip
}

/** Heights below which an axis is not zoomed further: a few steps of the sensor. */
const FINEST: Readonly<Record<Quantity, number>> = { voltage: 0.04, current: 0.002, power: 0.02 }

/** @param rows height of the plot in cells */
export function stripsOf(rows: number, apart: boolean): readonly Strip[] {
  if (!apart || rows < 6) {
    return [{ quantities: QUANTITIES, top: 0, rows, intervals: intervalsFor(rows) }]
  }
  return QUANTITIES.map((quantity, i) => {
    const top = Math.round((rows * i) / 3)
    const height = Math.round((rows * (i + 1)) / 3) - top
    return { quantities: [quantity], top, rows: height, intervals: intervalsFor(height) }
  })
}

function intervalsFor(rows: number): number {
  if (rows >= 13) return 4
  return rows >= 3 ? 2 : 1
}

/** Axes for what there is to draw; quantities without a value have no curve. */
export function curvesOf(columns: Columns, strips: readonly Strip[]): Curve[] {
  return strips.flatMap((strip) =>
    strip.quantities.flatMap((quantity) => {
      const range = extent(columns, quantity)
      if (!range) return []
      const axis = roundAxis(range.min, range.max, strip.intervals, FINEST[quantity])
      return [{ quantity, axis, strip }]
    }),
  )
}

/** Row of the i-th tick from the top. */
export function tickRow(strip: Strip, i: number): number {
  return strip.top + Math.round(((strip.rows - 1) * i) / strip.intervals)
}

export function isTickRow(strip: Strip, row: number): boolean {
  return Array.from({ length: strip.intervals + 1 }, (_, i) => tickRow(strip, i)).includes(row)
}

/** The label of a curve's axis in a row of the plot; undefined between ticks. */
export function tickLabel({ strip, axis }: Curve, row: number): string | undefined {
  return axis.labels.find((_, i) => tickRow(strip, i) === row)
}
