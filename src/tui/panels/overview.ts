import type { Trace } from '../../chart/trace.ts'
import { ELECTRIC, mainChannels } from '../../domain/channels.ts'
import { agoText } from '../../figures/format.ts'
import type { Snapshot, TraceRequest } from '../../monitor/view.ts'
import { type FigureMemory, figuresOf } from '../view/figure-memory.ts'
import type { PanelArea } from '../view/look.ts'
import { type Line, piece } from '../view/styled.ts'
import { frozenOf, spanMs } from '../view/time-window.ts'
import type { ViewState } from '../view/view-state.ts'
import {
  type ChartOptions,
  chartLines,
  type PlotExtent,
  plotExtent,
  slotsFor,
  tracedMs,
} from './chart.ts'

/** The length of the whole log is rounded up by at most such a part, so that it is asked for rarely. */
const LENGTH_PART = 32
const SHORTEST_MS = 60_000

/** Which trace the overview needs; null: there is nothing yet. */
export function overviewRequest(
  snapshot: Snapshot,
  { width, look }: PanelArea,
): TraceRequest | null {
  const lengthMs = wholeMs(snapshot)
  if (lengthMs === null) return null
  const slots = slotsFor(width, look)
  return { device: snapshot.number, spanMs: tracedMs(lengthMs, width), slots, endUs: null }
}

/** From the oldest sample to the newest, in whole steps. */
function wholeMs({ oldestUs, sampleUs }: Snapshot): number | null {
  if (oldestUs === null || sampleUs === null) return null
  const lengthMs = Math.max(SHORTEST_MS, (sampleUs - oldestUs) / 1000)
  const step = 2 ** Math.floor(Math.log2(lengthMs / LENGTH_PART))
  return Math.ceil(Math.ceil(lengthMs / step) * step)
}

/**
 * All that there is of the current (else of the first channel), with what the chart shows of
 * it shaded.
 *
 * @param trace what `overviewRequest` asks for; null: not there yet
 */
export function overviewLines(
  snapshot: Snapshot,
  trace: Trace | null,
  view: ViewState,
  area: PanelArea,
  figures: FigureMemory = figuresOf(snapshot, view.units),
): Line[] {
  return chartLines(trace, overviewOptions(snapshot, view, area, figures))
}

/** Where its plot lies, and which time: what a click or the wheel is meant for. */
export function overviewPlot(
  snapshot: Snapshot,
  trace: Trace | null,
  view: ViewState,
  area: PanelArea,
  figures: FigureMemory = figuresOf(snapshot, view.units),
): PlotExtent {
  return plotExtent(trace, overviewOptions(snapshot, view, area, figures))
}

function overviewOptions(
  snapshot: Snapshot,
  view: ViewState,
  { width, height, look }: PanelArea,
  figures: FigureMemory,
): ChartOptions {
  const { channels, sampleUs, oldestUs, number } = snapshot
  const main = mainChannels(channels)
  const channel = main.find(({ id }) => id === ELECTRIC.current.id) ?? main[0]
  const toUs = frozenOf(view, number)?.endUs ?? sampleUs
  const selection = toUs === null ? null : { fromUs: toUs - spanMs(view) * 1000, toUs }
  const lengthMs = sampleUs === null || oldestUs === null ? 0 : (sampleUs - oldestUs) / 1000
  return {
    width,
    height,
    spanMs: wholeMs(snapshot) ?? SHORTEST_MS,
    endUs: null,
    channels,
    strips:
      channel === undefined ? [] : [{ channels: [channel], top: 0, rows: Math.max(1, height - 2) }],
    title: [piece(` all there is, ${agoText(lengthMs)} `, 'dim')],
    note: [],
    message: sampleUs === null ? 'no samples yet' : 'reading the samples',
    marks: { limits: [], cursorUs: view.cursorUs, selection },
    formOf: figures.axisForms(number, look),
    look,
  }
}
