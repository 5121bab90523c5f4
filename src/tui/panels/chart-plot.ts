import type { AxisFormOf } from '../../chart/axis-form.ts'
import { type Columns, foldColumns } from '../../chart/columns.ts'
import { comparedCurves, withAllSigns } from '../../chart/compared.ts'
import { dotsPerColumn } from '../../chart/raster.ts'
import { type Curve, curvesOf, letterRows, type Strip } from '../../chart/strips.ts'
import type { Trace } from '../../chart/trace.ts'
import type { Channel } from '../../domain/channels.ts'
import type { DeviceBrief, DeviceNumber } from '../../monitor/view.ts'
import { unitText } from '../view/channel-text.ts'
import { deviceMark } from '../view/compare.ts'
import type { Look } from '../view/look.ts'
import type { Line } from '../view/styled.ts'
import { guttersOf, type Plot } from './chart-border.ts'
import type { ChartMarks } from './chart-marks.ts'
import { plotRows } from './chart-shape.ts'

export interface ChartOptions {
  readonly width: number
  /** Title and time axis included. */
  readonly height: number
  readonly spanMs: number
  /** Right edge, Unix µs; null: where the trace ends. */
  readonly endUs: number | null
  /** All of the device. */
  readonly channels: readonly Channel[]
  readonly strips: readonly Strip[]
  /** Channels that have no strip because their curves were hidden. Default: none */
  readonly hidden?: readonly string[]
  /** Set into the upper border, at its left and its right. */
  readonly title: Line
  readonly note: Line
  /** The trace is that of another moment or span, until the one that was asked for is there. Default: it is not */
  readonly isReading?: boolean
  /** In an empty plot. */
  readonly message: string
  /** Default: none */
  readonly marks?: ChartMarks
  /** One quantity of several devices in place of the strips. */
  readonly compared?: ComparedChart
  /** Default: the bare unit, and what is finest for the sensor. */
  readonly formOf?: AxisFormOf
  readonly look: Look
}

/** One quantity of several devices. */
export interface ComparedChart {
  readonly channel: Channel
  /** At least two. */
  readonly devices: readonly DeviceBrief[]
  /** By device; null: not there yet. */
  readonly traces: ReadonlyMap<DeviceNumber, Trace> | null
}

/**
 * What is drawn, with the room for its labels. They depend on the extents of what is drawn,
 * and that on the room they leave: it only ever grows, so that this comes to an end.
 */
export function plotOf(trace: Trace | null, options: ChartOptions): Plot {
  const { width, look, strips, compared } = options
  const isApart = strips.length > 1
  let gutters = guttersOf([], isApart, look)
  for (;;) {
    const cells = Math.max(1, width - gutters.left - gutters.right - 2)
    const dots = cells * dotsPerColumn(look.ascii)
    const slotUs = columnUs(options, cells)
    const { columns, curves } = compared
      ? drawnOfSeveral(compared, options, { dots, slotUs })
      : drawnOf(trace, options, { dots, slotUs })
    const needed = guttersOf(curves, isApart, look, gutters)
    if (needed.left === gutters.left && needed.right === gutters.right) {
      const letters = letterRows(curves, look.ascii ? 1 : 4)
      const plot = { curves, letters, gutters: needed, cells, columns, look }
      return compared ? { ...plot, axisStyle: 'plain' } : plot
    }
    gutters = needed
  }
}

/** Columns of dots. */
interface Grid {
  readonly dots: number
  readonly slotUs: number
}

interface Drawn {
  readonly columns: Columns | null
  readonly curves: readonly Curve[]
}

function drawnOf(trace: Trace | null, options: ChartOptions, { dots, slotUs }: Grid): Drawn {
  const { endUs, look, strips, channels, marks } = options
  const columns = trace && foldColumns(trace, dots, slotUs, endUs, dotsPerColumn(look.ascii))
  const formOf = namedFormOf(options, strips.length > 1)
  const limits = marks?.limits ?? []
  return { columns, curves: columns ? curvesOf(columns, { strips, channels, formOf, limits }) : [] }
}

function drawnOfSeveral(
  { channel, devices, traces }: ComparedChart,
  options: ChartOptions,
  { dots, slotUs }: Grid,
): Drawn {
  const { endUs, look, height } = options
  const each = devices.flatMap(({ number, limits }, place) => {
    const trace = traces?.get(number)
    if (trace === undefined) return []
    const columns = foldColumns(trace, dots, slotUs, endUs, dotsPerColumn(look.ascii))
    return [{ columns, letter: deviceMark(number), place, limits }]
  })
  const formOf = namedFormOf(options, false)
  const curves = comparedCurves(channel, each, plotRows(height), (largest) =>
    formOf(channel, largest),
  )
  return { columns: withAllSigns(each.map(({ columns }) => columns)), curves }
}

/** An overlaid extra channel has its name at the axis, but no room for a unit: it stays bare. */
function namedFormOf({ formOf, look }: ChartOptions, isApart: boolean): AxisFormOf {
  return (channel, magnitude) => {
    const bare = { text: unitText(channel, look), exponent: 0 }
    const form = formOf?.(channel, magnitude) ?? { finest: channel.finest, unit: () => bare }
    return isApart || channel.quantity !== null ? form : { ...form, unit: () => bare }
  }
}

/** Time of a dot column. One character more than the span is shown, for it begins and ends within one. */
export function columnUs({ spanMs, look }: ChartOptions, cells: number): number {
  return (spanMs * 1000) / (Math.max(1, cells - 1) * dotsPerColumn(look.ascii))
}

/** Of the plot, on the fixed grid of time that a running chart moves along. */
export function firstColumnOf(columns: Trace | null, look: Look): number {
  return columns ? Math.round(columns.startUs / columns.slotUs / dotsPerColumn(look.ascii)) : 0
}
