import { type Channel, isElectric } from '../domain/channels.ts'
import { mainChannels } from '../domain/main-channels.ts'
import { ownValue } from '../util/records.ts'
import type { ScaledUnit } from '../util/scaled-unit.ts'
import { type Axis, dotRow, labelsOf, magnitudeOf } from './axis.ts'
import type { AxisForm, AxisFormOf } from './axis-form.ts'
import { extent } from './columns.ts'
import { lettersOf } from './letters.ts'
import { axisWith, endsOf, type LimitLine, type Limits, limitLine } from './limits.ts'
import { type Pen, STYLES } from './raster.ts'
import type { Trace } from './trace.ts'

/** Rows of the plot that share one frame: several channels overlaid, or one alone. */
export interface Strip {
  readonly channels: readonly Channel[]
  /** First row and number of rows, in cells. */
  readonly top: number
  readonly rows: number
}

/** One channel with its axis, its place and its looks. */
export interface Curve {
  readonly channel: Channel
  /** What is drawn of it, a slot for each column of dots. */
  readonly columns: Trace
  readonly axis: Axis
  readonly form: AxisForm
  /** What its labels are written in. */
  readonly unit: ScaledUnit
  /** Of each row of the axis, from the top down; undefined where there is none. */
  readonly labels: readonly (string | undefined)[]
  /** First row of its axis. */
  readonly top: number
  readonly strip: Strip
  readonly pen: Pen
  /** Where its values are meant to end. */
  readonly limits: readonly OwnedLimit[]
}

export interface OwnedLimit extends LimitLine {
  /**
   * Letters of the curves that it is meant for, where several share the axis: it stands at the first of
   * them alone. None: for all. Default: for its curve, as any reader sees
   */
  readonly letters?: readonly string[]
}

/** The least height of the strip of an extra channel, in cells. */
const EXTRA_STRIP_ROWS = 4
/** From this height on, overlaid curves have scales that are offset. */
const OFFSET_FROM_ROWS = 4
/** One row of offset for so many of height. */
const OFFSET_SHARE = 8

/**
 * Strips for the channels for which there is room, in their order; the others
 * have none. Voltage, current and power always have room; extra channels share
 * a frame only where the device has nothing else.
 *
 * @param rows height of the plot in cells
 * @param channels the main ones first
 * @param apart a strip each, in place of one for all
 */
export function stripsOf(
  rows: number,
  channels: readonly Channel[],
  apart: boolean,
): readonly Strip[] {
  if (!apart) return [{ channels: mainChannels(channels), top: 0, rows }]
  const electric = channels.filter(isElectric).length
  const shown = channels.slice(0, Math.max(1, electric, Math.floor(rows / EXTRA_STRIP_ROWS)))
  return shown.map((channel, i) => {
    const top = Math.round((rows * i) / shown.length)
    const height = Math.round((rows * (i + 1)) / shown.length) - top
    return { channels: [channel], top, rows: height }
  })
}

export interface CurveOptions {
  readonly strips: readonly Strip[]
  /** All of the device, so that a curve keeps its letter whatever else has a strip. */
  readonly channels: readonly Channel[]
  /** Axes reach out to those that are near. Default: none */
  readonly limits?: readonly Limits[]
  readonly formOf: AxisFormOf
}

/** Axes for what there is to draw; channels without a value have no curve. */
export function curvesOf(
  columns: Trace,
  { strips, channels, limits = [], formOf }: CurveOptions,
): Curve[] {
  const letters = lettersOf(channels)
  return strips.flatMap((strip) =>
    strip.channels.flatMap((channel, place) => {
      const range = extent(columns, channel.id)
      if (!range) return []
      const { top, rows } = bandOf(strip, place)
      const ends = endsOf(limits, channel.id)
      const form = formOf(channel, Math.max(Math.abs(range.min), Math.abs(range.max)))
      const axis = axisWith(range, ends, rows, form.finest)
      const unit = form.unit(magnitudeOf(axis))
      const labels = labelsOf(axis, unit.exponent)
      const letter = letters.get(channel.id) ?? 'x'
      const pen = { role: channel.role, letter, style: STYLES[place % STYLES.length] ?? 'solid' }
      const lines = ends.map((end) => limitLine(axis, end))
      return [{ channel, columns, axis, form, unit, labels, top, strip, pen, limits: lines }]
    }),
  )
}

/**
 * The rows that an axis takes of its strip. Overlaid axes stand a little lower each, so
 * that curves of the same shape, as current and power of a steady supply, don't coincide.
 */
function bandOf(
  { channels, top, rows }: Strip,
  place: number,
): { readonly top: number; readonly rows: number } {
  const offset =
    rows < OFFSET_FROM_ROWS ? 0 : Math.max(1, Math.floor(rows / OFFSET_SHARE / channels.length))
  return { top: top + place * offset, rows: rows - (channels.length - 1) * offset }
}

/** The label of a curve's axis in a row of the plot; undefined between labels. */
export function tickLabel({ labels, top }: Curve, row: number): string | undefined {
  return labels[row - top]
}

/** The curve's newest value in the picture; it has one, or it would be no curve. */
function newestValue({ channel, columns }: Curve): number {
  const last = ownValue(columns.channels, channel.id)?.last
  for (let x = columns.length - 1; last !== undefined && x >= 0; x--) {
    const value = last[x] ?? Number.NaN
    if (!Number.isNaN(value)) return value
  }
  return Number.NaN
}

/**
 * The row of each curve's letter: that of its newest value, or the nearest one that is
 * free, within its strip. Without a letter is only what finds no free row at all.
 */
export function letterRows(
  curves: readonly Curve[],
  dotsPerRow: number,
): ReadonlyMap<number, Curve> {
  const rows = new Map<number, Curve>()
  for (const curve of curves) {
    const { strip, axis, top } = curve
    const wanted = top + Math.floor(dotRow(axis, newestValue(curve), dotsPerRow) / dotsPerRow)
    const free = Array.from({ length: strip.rows }, (_, i) => strip.top + i)
      .filter((row) => !rows.has(row))
      .sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
    if (free[0] !== undefined) rows.set(free[0], curve)
  }
  return rows
}
