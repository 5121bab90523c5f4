import type { Trace } from '../../../chart/trace.ts'
import { isArmed } from '../../../figures/source-state.ts'
import type { Snapshot } from '../../../monitor/view.ts'

/** Which part of time the chart shows. Pure. */

export interface TimeWindow {
  readonly spanMs: number
  /** Right edge, Unix µs of device time; null: the chart runs. */
  readonly endUs: number | null
}

/** What there is to look at, Unix µs; null: nothing yet. */
export interface Reach {
  readonly oldestUs: number | null
  readonly newestUs: number | null
}

export const LEAST_SPAN_MS = 200
export const MOST_SPAN_MS = 48 * 3_600_000
/** What the buttons offer. */
export const SPANS_MS: readonly number[] = [
  ...[10, 60, 5 * 60, 15 * 60].map((seconds) => seconds * 1000),
  ...[1, 6, 24, 48].map((hours) => hours * 3_600_000),
]
export const DEFAULT_WINDOW: TimeWindow = { spanMs: 60_000, endUs: null }

/**
 * What a chart that runs ends with, Unix µs; null: nothing yet. While the device says nothing the time goes
 * on without it, so that old samples move away from the right edge.
 */
export function edgeUs({ sampleUs, oldestUs, nowUs, source }: Snapshot): number | null {
  const isQuiet = source.state === 'silent' || source.state === 'waiting' || isArmed(source)
  // Of an earlier run the log may have something to look at before the first sample of this one.
  if (!isQuiet || (sampleUs ?? oldestUs) === null) return sampleUs
  return Math.max(sampleUs ?? nowUs, nowUs)
}

/** The same as it is drawn: a chart that runs ends with its newest slot. */
export function chartEdge(snapshot: Snapshot, { startUs, slotUs, length }: Trace): number | null {
  const edge = edgeUs(snapshot)
  return edge === snapshot.sampleUs ? startUs + slotUs * length : edge
}

/** What is shown, Unix µs; null: there is nothing yet. */
export function shown(
  { spanMs, endUs }: TimeWindow,
  newestUs: number | null,
): { readonly fromUs: number; readonly toUs: number } | null {
  const toUs = endUs ?? newestUs
  return toUs === null ? null : { fromUs: toUs - spanMs * 1000, toUs }
}

/** The next longer (1) or shorter (-1) span of the buttons. */
export function stepSpan({ spanMs }: TimeWindow, direction: 1 | -1): number {
  const next =
    direction > 0
      ? SPANS_MS.find((each) => each > spanMs * 1.001)
      : SPANS_MS.findLast((each) => each < spanMs * 0.999)
  return next ?? spanMs
}

/**
 * Another span about a moment that keeps its place in the chart; a chart that runs goes on to, unless
 * one looks at what is well before its right edge.
 *
 * @param atUs null: the right edge of one that runs, else the middle
 */
export function zoomed(
  window: TimeWindow,
  spanMs: number,
  atUs: number | null,
  reach: Reach,
): TimeWindow {
  const span = Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, spanMs))
  const now = shown(window, reach.newestUs)
  if (now === null || (window.endUs === null && atUs === null)) return { ...window, spanMs: span }
  const aboutUs = atUs ?? (now.fromUs + now.toUs) / 2
  const part = (now.toUs - aboutUs) / (window.spanMs * 1000)
  // At the right edge of a chart that runs: it is now that is looked at.
  if (window.endUs === null && part < 0.05) return { spanMs: span, endUs: null }
  return bounded({ spanMs: span, endUs: Math.round(aboutUs + part * span * 1000) }, reach)
}

/** Moved by so much; up to now it runs again. @param byUs above 0: later */
export function panned(window: TimeWindow, byUs: number, reach: Reach): TimeWindow {
  const now = shown(window, reach.newestUs)
  if (now === null) return window
  return bounded({ ...window, endUs: Math.round(now.toUs + byUs) }, reach)
}

/** Stands still where it is. */
export function frozen(window: TimeWindow, { newestUs }: Reach): TimeWindow {
  return { ...window, endUs: window.endUs ?? newestUs }
}

export function running(window: TimeWindow): TimeWindow {
  return { ...window, endUs: null }
}

/** The moment in the middle, unless it is shown already. */
export function showing(window: TimeWindow, timeUs: number, reach: Reach): TimeWindow {
  const now = shown(window, reach.newestUs)
  if (now === null) return window
  if (timeUs >= now.fromUs && timeUs <= now.toUs) return frozen(window, reach)
  return bounded({ ...window, endUs: Math.round(timeUs + (window.spanMs * 1000) / 2) }, reach)
}

function bounded({ spanMs, endUs }: TimeWindow, { oldestUs, newestUs }: Reach): TimeWindow {
  if (endUs === null || newestUs === null) return { spanMs, endUs }
  if (endUs >= newestUs) return { spanMs, endUs: null }
  // A tenth of the chart stays full, so that nobody gets lost before the begin.
  const leastUs = (oldestUs ?? newestUs) + spanMs * 100
  return { spanMs, endUs: Math.min(newestUs, Math.max(endUs, Math.round(leastUs))) }
}
