/** Where everything is, for one size of the terminal. Pure. */

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** In cells; the origin is the top left corner. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Top to bottom. `tiny` stands alone where nothing else fits. */
export const REGIONS = [
  'tiny',
  'header',
  'devices',
  'gauges',
  'chart',
  'table',
  'totals',
  'alarms',
  'events',
  'keys',
] as const
export type Region = (typeof REGIONS)[number]

export interface Layout {
  readonly size: Size
  readonly regions: Readonly<Partial<Record<Region, Rect>>>
  /** blessed-contrib's gauges side by side instead of bars of one row. */
  readonly bigGauges: boolean
}

/** Below this, one line with the values and the size needed. */
export const SMALLEST: Size = { columns: 40, rows: 8 }

const BIG: Size = { columns: 150, rows: 40 }
/** Title, three rows of plot, time axis. */
const CHART_MIN_ROWS = 5
/** contrib's gauge draws from its third row on and needs a border around it. */
const BIG_GAUGE_ROWS = 6

/** From this height on, each device has a row of its own. */
const DEVICE_ROWS_FROM = 30
const DEVICE_ROWS = 4

export interface LayoutOptions {
  readonly expanded: boolean
  /** Big gauges are invisible without colour. */
  readonly bigGaugesAllowed: boolean
  /** Devices of the monitor; one alone has no list. */
  readonly devices: number
  /** Channels with a gauge and a row in any table. */
  readonly mainChannels: number
  /** All others. */
  readonly moreChannels: number
  /** Rules of the device; without any, they have no room. */
  readonly alarms: number
  /** 1, and one each for a battery and a load that repeats. */
  readonly totalsRows: number
}

export function layoutFor(size: Size, options: LayoutOptions): Layout {
  if (isTiny(size)) {
    const tiny = { x: 0, y: 0, width: size.columns, height: Math.min(size.rows, 1) }
    return { size, regions: { tiny }, bigGauges: false }
  }
  const bigGauges =
    options.bigGaugesAllowed &&
    !options.expanded &&
    size.columns >= BIG.columns &&
    size.rows >= BIG.rows
  return { size, regions: stack(size, heights(size, options, bigGauges)), bigGauges }
}

/** There is room for one line alone. */
export function isTiny({ columns, rows }: Size): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows
}

type Heights = Partial<Record<Region, number>>

/**
 * What fits, most important first; the chart takes what is left, so that it
 * shrinks before anything else goes.
 */
function heights(size: Size, options: LayoutOptions, bigGauges: boolean): Heights {
  const chosen: Heights = { header: 1, keys: 1 }
  let left = size.rows - 2
  if (options.devices > 1) {
    chosen.devices = options.expanded ? 1 : deviceRows(size, options.devices)
    left -= chosen.devices
  }
  if (options.alarms > 0) {
    chosen.alarms = options.expanded ? 1 : alarmRows(size, options.alarms)
    left -= chosen.alarms
  }
  if (!options.expanded) {
    const main = options.mainChannels
    const candidates: readonly (readonly [Region, number])[] = [
      ['gauges', bigGauges ? BIG_GAUGE_ROWS : main],
      ['table', 1 + main],
      ['totals', Math.min(options.totalsRows, Math.max(1, left - CHART_MIN_ROWS))],
      ['events', size.rows >= 45 ? 6 : size.rows >= 30 ? 3 : 1],
    ]
    for (const [region, rows] of candidates) {
      if (rows > left) continue
      chosen[region] = rows
      left -= rows
    }
  }
  // The rows of further channels are the chart's, as long as enough of it is left.
  if (chosen.table !== undefined && left > CHART_MIN_ROWS) {
    const more = Math.min(left - CHART_MIN_ROWS, moreRows(size, options.moreChannels))
    chosen.table += more
    left -= more
  }
  if (left >= CHART_MIN_ROWS) chosen.chart = left
  else chosen.events = (chosen.events ?? 0) + left
  return chosen
}

function deviceRows({ rows }: Size, devices: number): number {
  if (rows < DEVICE_ROWS_FROM) return 1
  return devices <= DEVICE_ROWS ? devices : DEVICE_ROWS + 1
}

/** A line for all of them, on taller screens one each, as far as there is room. */
function alarmRows({ rows }: Size, alarms: number): number {
  return Math.min(alarms, rows >= 45 ? 6 : rows >= 30 ? 3 : 1)
}

/** Two at 80x24 and one more for each five rows; one that counts the rest comes on top. */
function moreRows({ rows }: Size, channels: number): number {
  const room = Math.max(0, 2 + Math.floor((rows - 24) / 5))
  return channels <= room ? channels : room + 1
}

function stack(size: Size, chosen: Heights): Partial<Record<Region, Rect>> {
  const regions: Partial<Record<Region, Rect>> = {}
  let y = 0
  for (const region of REGIONS) {
    const height = chosen[region] ?? 0
    if (height === 0) continue
    regions[region] = { x: 0, y, width: size.columns, height }
    y += height
  }
  return regions
}

/** The three parts of a row of big gauges. */
export function thirds(rect: Rect): readonly [Rect, Rect, Rect] {
  const width = Math.floor(rect.width / 3)
  const part = (i: number): Rect => ({
    ...rect,
    x: rect.x + i * width,
    width: i === 2 ? rect.width - 2 * width : width,
  })
  return [part(0), part(1), part(2)]
}
