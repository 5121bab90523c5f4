/** Where the parts of a large screen are: figures above, the chart with its table at the left, how things are at the right. */

import type { GaugeForm, LayoutOptions, Panel, Rect, Region, Size } from './layout.ts'
import {
  alarmRows,
  bigGaugeRows,
  deviceRows,
  OVERVIEW_CHART_ROWS,
  OVERVIEW_ROWS,
} from './layout-heights.ts'

/** Lines around a framed panel. */
const FRAME = 2
/** Rows of a histogram with its frame, which leaves the events theirs. */
const HISTOGRAM_LEAST = 8
const HISTOGRAM_MOST = 24
const EVENT_ROWS = 10
/** Of the table beside its heading, at most this part of the left side. */
const TABLE_PART = 0.35
/** Of the width, the right side: no less and no more than its text needs. */
const SIDE_PART = 0.3
const SIDE_LEAST = 48
const SIDE_MOST = 76

export interface ColumnLayout {
  readonly regions: Partial<Record<Region, Rect>>
  readonly framed: readonly Panel[]
}

export function columnRects(size: Size, options: LayoutOptions, form: GaugeForm): ColumnLayout {
  const regions: Partial<Record<Region, Rect>> = {}
  const above = new Column(0, 0, size.columns, size.rows - 1, regions)
  above.take('header', 1)
  if (options.devices > 1) above.take('devices', deviceRows(size, options.devices))
  above.take('gauges', form === 'big' ? bigGaugeRows(size) : options.mainChannels)
  regions.keys = { x: 0, y: size.rows - 1, width: size.columns, height: 1 }

  const side = Math.min(SIDE_MOST, Math.max(SIDE_LEAST, Math.floor(size.columns * SIDE_PART)))
  const { y, left: height } = above
  const table = 1 + options.mainChannels + options.moreChannels
  const tableMost = 1 + Math.max(options.mainChannels, Math.floor(height * TABLE_PART))
  const below = Math.min(table, tableMost) + FRAME + options.totalsRows + FRAME
  const charted = new Column(0, y, size.columns - side, height, regions)
  const overview = height - below - OVERVIEW_ROWS >= OVERVIEW_CHART_ROWS ? OVERVIEW_ROWS : 0
  charted.take('chart', height - below - overview)
  if (overview > 0) charted.take('overview', overview)
  charted.take('table', Math.min(table, tableMost) + FRAME)
  charted.take('totals', options.totalsRows + FRAME)

  const told = new Column(size.columns - side, y, side, height, regions)
  told.take('link', options.linkRows + FRAME)
  if (options.alarms > 0) told.take('alarms', alarmRows(size, options.alarms) + FRAME)
  const histogram = Math.min(HISTOGRAM_MOST, told.left - EVENT_ROWS)
  if (histogram >= HISTOGRAM_LEAST) told.take('histogram', histogram)
  told.take('events', told.left)
  return { regions, framed: ['table', 'totals', 'link', 'alarms', 'events', 'histogram'] }
}

/** Rectangles one below the other. */
class Column {
  y: number
  left: number
  readonly #x: number
  readonly #width: number
  readonly #regions: Partial<Record<Region, Rect>>

  constructor(
    x: number,
    y: number,
    width: number,
    height: number,
    regions: Partial<Record<Region, Rect>>,
  ) {
    this.#x = x
    this.y = y
    this.#width = width
    this.left = height
    this.#regions = regions
  }

  take(region: Region, height: number): void {
    this.#regions[region] = { x: this.#x, y: this.y, width: this.#width, height }
    this.y += height
    this.left -= height
  }
}
