/** How a chart of some size is made up: in strips or overlaid, and which trace it needs. */

import { dotsPerColumn } from '../../chart/raster.ts'
import { type Strip, stripsOf } from '../../chart/strips.ts'
import type { Channel } from '../../domain/channels.ts'
import type { Look } from '../view/look.ts'
import type { ViewState } from '../view/view-state.ts'

/** From this height of the plot on, every channel gets a strip of its own unless asked otherwise. */
const STRIPS_FROM_ROWS = 12
/** A plot below this is never cut into strips. */
const STRIPS_LEAST_ROWS = 6
/** Slots of a trace per dot column, so that folding them again stays exact enough. */
const SLOTS_PER_DOT = 4

interface ChartShape {
  readonly arrangement: ViewState['arrangement']
  /** Of the chart with its title and time axis. */
  readonly height: number
}

/** Whether the curves are in a strip each: there is room, and it is asked for or there is much of it. */
export function isApart({ arrangement, height }: ChartShape): boolean {
  if (!stripsFit(height)) return false
  return arrangement === 'auto' ? plotRows(height) >= STRIPS_FROM_ROWS : arrangement === 'strips'
}

/** Whether a chart of that height can be cut into strips. */
export function stripsFit(height: number): boolean {
  return plotRows(height) >= STRIPS_LEAST_ROWS
}

export function plotRows(height: number): number {
  return Math.max(1, height - 2)
}

/** The strips of a chart of that height. */
export function chartStrips(channels: readonly Channel[], shape: ChartShape): readonly Strip[] {
  return stripsOf(plotRows(shape.height), channels, isApart(shape))
}

/** How many slots a chart of this width wants its trace in. */
export function slotsFor(width: number, look: Look): number {
  return SLOTS_PER_DOT * dotsAcross(width, look)
}

/** How much time its trace has to have: the cell that the chart shows beyond its span, and some. */
export function tracedMs(spanMs: number, width: number): number {
  return Math.ceil(spanMs * (1 + 4 / Math.max(4, width)))
}

function dotsAcross(width: number, look: Look): number {
  return Math.max(1, width * dotsPerColumn(look.ascii))
}
