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
  'gauges',
  'chart',
  'table',
  'totals',
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

export interface LayoutOptions {
  readonly expanded: boolean
  /** Big gauges are invisible without colour. */
  readonly bigGaugesAllowed: boolean
}

export function layoutFor(size: Size, options: LayoutOptions): Layout {
  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) {
    const tiny = { x: 0, y: 0, width: size.columns, height: Math.min(size.rows, 1) }
    return { size, regions: { tiny }, bigGauges: false }
  }
  const bigGauges =
    options.bigGaugesAllowed &&
    !options.expanded &&
    size.columns >= BIG.columns &&
    size.rows >= BIG.rows
  return { size, regions: stack(size, heights(size, options.expanded, bigGauges)), bigGauges }
}

type Heights = Partial<Record<Region, number>>

/**
 * What fits, most important first; the chart takes what is left, so that it
 * shrinks before anything else goes.
 */
function heights(size: Size, expanded: boolean, bigGauges: boolean): Heights {
  const chosen: Heights = { header: 1, keys: 1 }
  let left = size.rows - 2
  if (!expanded) {
    const wishes: readonly (readonly [Region, number])[] = [
      ['gauges', bigGauges ? BIG_GAUGE_ROWS : 3],
      ['table', 4],
      ['totals', 1],
      ['events', size.rows >= 45 ? 6 : size.rows >= 30 ? 3 : 1],
    ]
    for (const [region, rows] of wishes) {
      if (rows > left) continue
      chosen[region] = rows
      left -= rows
    }
  }
  if (left >= CHART_MIN_ROWS) chosen.chart = left
  else chosen.events = (chosen.events ?? 0) + left
  return chosen
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
