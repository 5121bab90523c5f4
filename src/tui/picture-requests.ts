import type { FindRequest, Snapshot, StatisticsRequest, TraceRequest } from '../monitor/view.ts'
import type { CompareMoments, CompareRequest } from './compare-feed.ts'
import { silentEdgeUs } from './panels/chart-panel.ts'
import { slotsFor, tracedMs } from './panels/chart-shape.ts'
import { overviewRequest } from './panels/overview.ts'
import { statisticsSpan } from './panels/statistics.ts'
import { percentileWindows } from './panels/table-grid.ts'
import { type PictureContext, pictureLayout } from './picture-context.ts'
import { comparedChannel, comparedDevices } from './view/compare.ts'
import { areaWithin } from './view/frame.ts'
import { frozenOf, spanMs } from './view/time-window.ts'

/** Which trace a picture needs, for the chart, its histogram or the column that the cursor stands in; null: none. */
export function traceRequest(snapshot: Snapshot, context: PictureContext): TraceRequest | null {
  const { view, look } = context
  const { chart, histogram } = pictureLayout(snapshot, context).regions
  const frozen = frozenOf(view, snapshot.number)
  const hasChart = chart !== undefined && view.statistics === null
  const hasCursor = view.cursorUs !== null && frozen !== null
  if (!hasChart && !hasCursor && histogram === undefined) return null
  const width = chartCells(snapshot, context)
  return {
    device: snapshot.number,
    spanMs: tracedMs(spanMs(view), width),
    slots: slotsFor(width, look),
    endUs: frozen?.endUs ?? edgeBeforeFirst(snapshot),
  }
}

/** Of a device that is silent from the start, what the log has is read again each so often, µs. */
const BEFORE_FIRST_US = 10e6

/** null: the newest sample */
function edgeBeforeFirst(snapshot: Snapshot): number | null {
  const edgeUs = snapshot.sampleUs === null ? silentEdgeUs(snapshot) : null
  return edgeUs && Math.ceil(edgeUs / BEFORE_FIRST_US) * BEFORE_FIRST_US
}

/** Which traces a comparison of devices needs; null: none, there is none. */
export function compareRequest(snapshot: Snapshot, context: PictureContext): CompareRequest | null {
  const own = traceRequest(snapshot, context)
  const channel = comparedChannel(snapshot, context.view.compare)
  const hasChart = pictureLayout(snapshot, context).regions.chart !== undefined
  if (own === null || channel === null || !hasChart) return null
  const endUs = own.endUs ?? silentEdgeUs(snapshot) ?? snapshot.sampleUs
  if (endUs === null) return null
  const devices = comparedDevices(snapshot, channel).map(({ number }) => number)
  return { ...own, devices, endUs, isRunning: own.endUs === null }
}

/** Which samples it needs, those at the cursor; null: none. */
export function compareMoments(snapshot: Snapshot, context: PictureContext): CompareMoments | null {
  const own = momentRequest(snapshot, context)
  const channel = comparedChannel(snapshot, context.view.compare)
  if (own === null || own.what !== 'sample' || channel === null) return null
  const devices = comparedDevices(snapshot, channel).map(({ number }) => number)
  return { devices, atUs: own.atUs, withinUs: own.withinUs }
}

/** How wide the chart is, in characters; where none is shown, as wide as the screen. */
function chartCells(snapshot: Snapshot, context: PictureContext): number {
  return pictureLayout(snapshot, context).regions.chart?.width ?? context.size.columns
}

/** Of which windows the table shows percentiles, by their lengths in s. */
export function p95Windows(snapshot: Snapshot, context: PictureContext): readonly number[] {
  const { regions, framed: framedOnes } = pictureLayout(snapshot, context)
  const { table } = regions
  if (table === undefined) return []
  const isFramed = framedOnes.includes('table')
  const area = isFramed ? areaWithin(table, context.look) : { ...table, look: context.look }
  return percentileWindows(snapshot, area)
}

/** Which trace its overview of the log needs; null: none, there is no room for it. */
export function overviewTraceRequest(
  snapshot: Snapshot,
  context: PictureContext,
): TraceRequest | null {
  const rect = pictureLayout(snapshot, context).regions.overview
  return rect === undefined ? null : overviewRequest(snapshot, { ...rect, look: context.look })
}

/** Which statistics stand in the chart's place; null: none, it shows the chart. */
export function statisticsRequest(
  snapshot: Snapshot,
  context: PictureContext,
): StatisticsRequest | null {
  if (!pictureLayout(snapshot, context).regions.chart) return null
  const span = statisticsSpan(context.view, snapshot.number)
  return span === null ? null : { device: snapshot.number, span }
}

/** Of which span the figures of the selection are, whatever stands in the chart's place; null: there is none. */
export function selectionRequest(
  snapshot: Snapshot,
  context: PictureContext,
): StatisticsRequest | null {
  const { selection } = context.view
  const { table, totals } = pictureLayout(snapshot, context).regions
  if (!table && !totals) return null
  if (selection === null || frozenOf(context.view, snapshot.number) === null) return null
  return { device: snapshot.number, span: { kind: 'between', ...selection } }
}

/** Which sample a picture needs, that at the cursor; null: none. */
export function momentRequest(snapshot: Snapshot, context: PictureContext): FindRequest | null {
  const { cursorUs } = context.view
  if (cursorUs === null || frozenOf(context.view, snapshot.number) === null) return null
  // About a character of the chart.
  const withinUs = Math.ceil((spanMs(context.view) * 1000) / chartCells(snapshot, context))
  return { device: snapshot.number, what: 'sample', atUs: Math.round(cursorUs), withinUs }
}
