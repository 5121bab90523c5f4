import { leadChannel } from '../../domain/main-channels.ts'
import { leftText } from '../../figures/format.ts'
import type { Snapshot, TraceRequest } from '../../monitor/view.ts'
import { figuresOf } from '../view/figure-memory.ts'
import { panelHead } from '../view/frame.ts'
import type { PanelArea } from '../view/look.ts'
import { piece } from '../view/styled.ts'
import { frozenOf, spanMs } from '../view/time-window.ts'
import { Chart } from './chart.ts'
import type { Charted } from './chart-panel.ts'
import { slotsFor, tracedMs } from './chart-shape.ts'

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
 * @param charted its trace is what `overviewRequest` asks for
 */
export function overviewChart(
  {
    snapshot,
    trace,
    view,
    figures = figuresOf(snapshot, view.units),
    isNumbered = false,
  }: Pick<Charted, 'snapshot' | 'trace' | 'view' | 'figures' | 'isNumbered'>,
  { width, height, look }: PanelArea,
): Chart {
  const { channels, sampleUs, oldestUs, number } = snapshot
  const channel = leadChannel(channels)
  const toUs = frozenOf(view, number)?.endUs ?? sampleUs
  const selection = toUs === null ? null : { fromUs: toUs - spanMs(view) * 1000, toUs }
  const lengthMs = sampleUs === null || oldestUs === null ? 0 : (sampleUs - oldestUs) / 1000
  return new Chart(trace, {
    width,
    height,
    spanMs: wholeMs(snapshot) ?? SHORTEST_MS,
    endUs: null,
    channels,
    strips:
      channel === null ? [] : [{ channels: [channel], top: 0, rows: Math.max(1, height - 2) }],
    title: [
      ...(isNumbered ? panelHead('overview') : []),
      piece(` all there is, ${leftText(lengthMs / 1000)} `, 'dim'),
    ],
    note: [],
    message: sampleUs === null ? 'no samples yet' : 'reading the samples',
    marks: { limits: [], cursorUs: view.cursorUs, selection },
    formOf: figures.axisForms(number, look),
    look,
  })
}
