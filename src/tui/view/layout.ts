/** Where everything is, for one size of the terminal. Pure. */

import { columnRects } from './layout-columns.ts'
import { type Heights, heightsOf } from './layout-heights.ts'
import type { Preset } from './panel-choice.ts'

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

/** Top to bottom, then left to right. `tiny` stands alone where nothing else fits, `values` where the gauges have no place. */
export const REGIONS = [
  'tiny',
  'header',
  'devices',
  'values',
  'gauges',
  'chart',
  'histogram',
  'overview',
  'table',
  'totals',
  'link',
  'alarms',
  'events',
  'keys',
] as const
export type Region = (typeof REGIONS)[number]

/** Those that can be gone to and shown alone, in the order in which they are counted. */
export const PANELS = [
  ...(['gauges', 'chart', 'table', 'totals', 'link', 'alarms', 'events'] as const),
  ...(['histogram', 'overview'] as const),
] as const
export type Panel = (typeof PANELS)[number] & Region

/** `rows`: a bar of one row each; `big`: side by side with big digits; `wall`: one below the other, as large as can be. */
export type GaugeForm = 'rows' | 'big' | 'wall'

export interface Layout {
  readonly size: Size
  readonly regions: Readonly<Partial<Record<Region, Rect>>>
  readonly gauges: GaugeForm
  /** These have a border with number and title within their rectangle. */
  readonly framed: readonly Panel[]
}

/** Below this, one line with the values and the size needed. */
export const SMALLEST: Size = { columns: 40, rows: 8 }

/** From here on gauges are big, and panels stand side by side. */
const BIG: Size = { columns: 150, rows: 40 }

export interface LayoutOptions {
  readonly preset: Preset
  /** The only panel beside what says how everything is; null: all of the preset. */
  readonly expanded: Panel | null
  /** Big gauges are for V, A and W alone. */
  readonly bigGaugesAllowed: boolean
  /** Devices of the monitor; one alone has no list. */
  readonly devices: number
  /** Channels with a gauge and a row in any table. */
  readonly mainChannels: number
  /** All others. */
  readonly moreChannels: number
  /** Rules of the device, and what its sensor could not do; without any, they have no room. */
  readonly alarms: number
  /** One of them is raised, or was and nobody has taken notice. */
  readonly pressing: boolean
  /** A span is selected, whose figures stand in the table: it goes before the gauges. */
  readonly selects: boolean
  /** 1, and one each for a battery, a load that repeats, polling groups, and sinks. */
  readonly totalsRows: number
  /** A log knows less of the link than a monitor. */
  readonly linkRows: number
}

export function layoutFor(size: Size, options: LayoutOptions): Layout {
  if (isTiny(size)) {
    const tiny = { x: 0, y: 0, width: size.columns, height: Math.min(size.rows, 1) }
    return { size, regions: { tiny }, gauges: 'rows', framed: [] }
  }
  const { preset, expanded, bigGaugesAllowed } = options
  const isBig = size.columns >= BIG.columns && size.rows >= BIG.rows
  const isPage = expanded === null && preset === 'all'
  const isWall = expanded === 'gauges' || (expanded === null && preset === 'wall')
  const hasBig = isBig && bigGaugesAllowed && expanded === null && preset !== 'chart'
  const gauges = isWall ? 'wall' : hasBig ? 'big' : 'rows'
  if (isBig && isPage) return { size, gauges, ...columnRects(size, options, gauges) }
  return { size, regions: stack(size, heightsOf(size, options, gauges)), gauges, framed: [] }
}

/** There is room for one line alone. */
export function isTiny({ columns, rows }: Size): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows
}

/** What lies at a cell; null: nothing. */
export function regionAt({ regions }: Layout, x: number, y: number): Region | null {
  const found = REGIONS.find((region) => {
    const rect = regions[region]
    return rect !== undefined && contains(rect, x, y)
  })
  return found ?? null
}

function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height
}

/** The panels that are there, in the order in which they are gone through. */
export function panelsIn({ regions }: Layout): Panel[] {
  return PANELS.filter((panel) => regions[panel] !== undefined)
}

/** The panels stand side by side, each with the number of its key. */
export function hasNumbers({ framed }: Layout): boolean {
  return framed.length > 0
}

export function isPanel(region: Region | null): region is Panel {
  return PANELS.some((panel) => panel === region)
}

function stack(size: Size, heights: Heights): Partial<Record<Region, Rect>> {
  const regions: Partial<Record<Region, Rect>> = {}
  let y = 0
  for (const region of REGIONS) {
    const height = heights[region] ?? 0
    if (height === 0) continue
    regions[region] = { x: 0, y, width: size.columns, height }
    y += height
  }
  return regions
}
