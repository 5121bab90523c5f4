import { type Channel, isElectric, mainChannels } from '../domain/channels.ts'
import { type Axis, roundAxis } from './axis.ts'
import { extent } from './columns.ts'
import { lettersOf } from './letters.ts'
import type { Pen } from './raster.ts'
import type { Trace } from './trace.ts'

/** Rows of the plot that share one frame: several channels overlaid, or one alone. */
export interface Strip {
  readonly channels: readonly Channel[]
  /** First row and number of rows, in cells. */
  readonly top: number
  readonly rows: number
  /** Intervals between the axis's ticks. */
  readonly intervals: number
}

/** One channel with its axis, its place and its looks. */
export interface Curve {
  readonly channel: Channel
  readonly axis: Axis
  readonly strip: Strip
  readonly pen: Pen
}

/** The least height of the strip of an extra channel, in cells. */
const EXTRA_STRIP_ROWS = 4

/**
 * Strips for the channels for which there is room, in their order; the others
 * have none. Voltage, current and power always have room; extra channels share
 * a frame only where the device has nothing else.
 *
 * @param rows height of the plot in cells
 * @param channels voltage, current and power first
 * @param apart a strip each, in place of one for all
 */
export function stripsOf(
  rows: number,
  channels: readonly Channel[],
  apart: boolean,
): readonly Strip[] {
  if (!apart) {
    return [{ channels: mainChannels(channels), top: 0, rows, intervals: intervalsFor(rows) }]
  }
  const electric = channels.filter(isElectric).length
  const shown = channels.slice(0, Math.max(1, electric, Math.floor(rows / EXTRA_STRIP_ROWS)))
  return shown.map((channel, i) => {
    const top = Math.round((rows * i) / shown.length)
    const height = Math.round((rows * (i + 1)) / shown.length) - top
    return { channels: [channel], top, rows: height, intervals: intervalsFor(height) }
  })
}

function intervalsFor(rows: number): number {
  if (rows >= 13) return 4
  return rows >= 3 ? 2 : 1
}

/**
 * Axes for what there is to draw; channels without a value have no curve.
 *
 * @param channels all of the device, so that a curve keeps its letter whatever else has a strip
 */
export function curvesOf(
  columns: Trace,
  strips: readonly Strip[],
  channels: readonly Channel[],
): Curve[] {
  const letters = lettersOf(channels)
  return strips.flatMap((strip) =>
    strip.channels.flatMap((channel) => {
      const range = extent(columns, channel.id)
      if (!range) return []
      const axis = roundAxis(range.min, range.max, strip.intervals, channel.finest)
      const pen = { role: channel.role, letter: letters.get(channel.id) ?? 'x' }
      return [{ channel, axis, strip, pen }]
    }),
  )
}

/** Row of the i-th tick from the top. */
function tickRow(strip: Strip, i: number): number {
  return strip.top + Math.round(((strip.rows - 1) * i) / strip.intervals)
}

export function isTickRow(strip: Strip, row: number): boolean {
  return Array.from({ length: strip.intervals + 1 }, (_, i) => tickRow(strip, i)).includes(row)
}

/** The label of a curve's axis in a row of the plot; undefined between ticks. */
export function tickLabel({ strip, axis }: Curve, row: number): string | undefined {
  return axis.labels.find((_, i) => tickRow(strip, i) === row)
}
