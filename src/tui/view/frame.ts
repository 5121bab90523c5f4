import type { Snapshot, Trace } from '../../monitor/snapshot.ts'
import { chartLines, isApart, slotsFor } from '../panels/chart.ts'
import { eventLines } from '../panels/events.ts'
import { type GaugeView, gaugeLines, gaugeViews } from '../panels/gauges.ts'
import { headerLine } from '../panels/header.ts'
import { helpLines, keysLine } from '../panels/keys.ts'
import { tableLines } from '../panels/table.ts'
import { tinyLine } from '../panels/tiny.ts'
import { totalsLine } from '../panels/totals.ts'
import { agoText, clockText, spanText } from './format.ts'
import { type Layout, layoutFor, type Rect, type Region, type Size } from './layout.ts'
import type { Look } from './look.ts'
import { type Line, lineWidth, span } from './styled.ts'
import { spanMs, type ViewState } from './view-state.ts'

/** A rectangle of the screen and exactly the lines that fill it. */
export interface Block {
  readonly rect: Rect
  readonly lines: readonly Line[]
}

/** Everything on the screen for one moment. Nothing in it depends on a terminal library. */
export interface Frame {
  readonly layout: Layout
  readonly blocks: Readonly<Partial<Record<Region, Block>>>
  /** In place of the `gauges` block where the layout has big ones. */
  readonly gauges: readonly GaugeView[]
  /** On top of everything. */
  readonly help: Block | null
}

/** Which trace a frame needs; null: none, there is no chart. */
export interface TraceWish {
  readonly spanMs: number
  readonly slots: number
  readonly endUs: number | undefined
}

export interface FrameContext {
  readonly size: Size
  readonly view: ViewState
  readonly look: Look
}

export function frameLayout({ size, view, look }: FrameContext): Layout {
  return layoutFor(size, {
    expanded: view.expanded,
    bigGaugesAllowed: look.colour && !look.ascii,
  })
}

export function traceWish(context: FrameContext): TraceWish | null {
  const { view, look } = context
  const chart = frameLayout(context).regions.chart
  if (!chart) return null
  return { spanMs: spanMs(view), slots: slotsFor(chart.width, look), endUs: view.frozen?.endUs }
}

/** Whether the curves are in a strip each, be it asked for or because there is room. */
export function isChartApart(context: FrameContext): boolean {
  const chart = frameLayout(context).regions.chart
  return chart !== undefined && isApart({ ...context.view, height: chart.height })
}

/** The view of one moment: pure, so that the same arguments always look the same. */
export function buildFrame(snapshot: Snapshot, trace: Trace | null, context: FrameContext): Frame {
  const { view, look, size } = context
  const layout = frameLayout(context)
  const fill: Readonly<Record<Region, (rect: Rect) => readonly Line[]>> = {
    tiny: ({ width }) => [tinyLine(snapshot, width, look)],
    header: ({ width }) => [headerLine(snapshot, width, look)],
    gauges: ({ width }) => gaugeLines(snapshot, width, look),
    chart: ({ width, height }) => chart(snapshot, trace, context, width, height),
    table: ({ width }) => tableLines(snapshot, width, look),
    totals: ({ width }) => [totalsLine(snapshot, width, look)],
    events: ({ width, height }) => eventLines(snapshot, view, width, height, look),
    keys: ({ width }) => [keysLine(view, width)],
  }
  const blocks: Partial<Record<Region, Block>> = {}
  for (const [region, rect] of Object.entries(layout.regions) as [Region, Rect][]) {
    if (region === 'gauges' && layout.bigGauges) continue
    blocks[region] = { rect, lines: fill[region](rect).slice(0, rect.height) }
  }
  return {
    layout,
    blocks,
    gauges: layout.bigGauges ? gaugeViews(snapshot, look) : [],
    help: view.help && !layout.regions.tiny ? helpBlock(size, look) : null,
  }
}

function chart(
  snapshot: Snapshot,
  trace: Trace | null,
  { view, look }: FrameContext,
  width: number,
  height: number,
): readonly Line[] {
  const { arrangement, frozen } = view
  const apart = isApart({ arrangement, height })
  const title = [
    span(` ${spanText(spanMs(view))} `, 'bold'),
    span(apart ? 'strips ' : 'overlay ', 'dim'),
  ]
  if (frozen) {
    const forMs = (snapshot.nowUs - frozen.sinceUs) / 1000
    title.push(span(` FROZEN for ${agoText(forMs)}, up to ${clockText(frozen.endUs)} `, 'invert'))
  }
  const note = frozen
    ? []
    : [span(` ${snapshot.sampleUs === null ? '' : clockText(snapshot.sampleUs)} `, 'dim')]
  return chartLines(trace, { width, height, spanMs: spanMs(view), arrangement, title, note, look })
}

function helpBlock(size: Size, look: Look): Block {
  const lines = helpLines(size.columns, size.rows, look)
  const width = lineWidth(lines[0] ?? [])
  const height = lines.length
  const rect = {
    x: Math.max(0, Math.floor((size.columns - width) / 2)),
    y: Math.max(0, Math.floor((size.rows - height) / 2)),
    width,
    height,
  }
  return { rect, lines }
}
