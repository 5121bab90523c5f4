import type { DeviceNumber } from '../../monitor/view.ts'

/** Which part of time the chart shows; changed only by `reduceTime` and what stands beside it here. */
export interface TimeWindow {
  /** Index into `SPANS_MS`. */
  readonly spanIndex: number
  /** By device: each keeps its own place. Absent: its chart runs. */
  readonly frozen: Readonly<Record<DeviceNumber, Frozen>>
}

export interface Frozen {
  /** Right edge of the chart, Unix µs of device time. */
  readonly endUs: number
  /** Host time at which it was frozen, Unix µs. */
  readonly sinceUs: number
}

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
export const SPANS_MS: readonly number[] = [
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  48 * HOUR_MS,
]
const DEFAULT_SPAN_INDEX = SPANS_MS.indexOf(MINUTE_MS)

export const INITIAL_TIME: TimeWindow = { spanIndex: DEFAULT_SPAN_INDEX, frozen: {} }

export type TimeAction =
  | 'freeze'
  | 'zoom_in'
  | 'zoom_out'
  | 'back'
  | 'forward'
  | 'page_back'
  | 'page_forward'
  | 'oldest'
  | 'newest'

/** What a change of the time window depends on besides itself. */
export interface TimeContext {
  readonly nowUs: number
  /** The device that it is about. */
  readonly selected: DeviceNumber
  /** Time of its newest sample; null before the first, or while nothing is known of it. */
  readonly newestUs: number | null
  /** Time of its oldest sample that the chart can still show. */
  readonly oldestUs: number | null
}

export function spanMs({ spanIndex }: TimeWindow): number {
  return SPANS_MS[spanIndex] ?? MINUTE_MS
}

/** The shortest span that is at least so long, else the longest. @param ms of what is to be shown */
export function fitSpan<T extends TimeWindow>(time: T, ms: number): T {
  const spanIndex = SPANS_MS.findIndex((each) => each >= ms)
  return { ...time, spanIndex: spanIndex < 0 ? SPANS_MS.length - 1 : spanIndex }
}

/** Where a device's chart stands; null: it runs. */
export function frozenOf({ frozen }: TimeWindow, device: DeviceNumber): Frozen | null {
  return frozen[device] ?? null
}

/** What the chart shows, Unix µs; null: nothing yet. */
export function shownSpan(
  time: TimeWindow,
  { selected, newestUs }: Pick<TimeContext, 'selected' | 'newestUs'>,
): { readonly fromUs: number; readonly toUs: number } | null {
  const toUs = frozenOf(time, selected)?.endUs ?? newestUs
  return toUs === null ? null : { fromUs: toUs - spanMs(time) * 1000, toUs }
}

/** The next time window. Pure. */
export function reduceTime<T extends TimeWindow>(
  time: T,
  action: TimeAction,
  context: TimeContext,
): T {
  switch (action) {
    case 'freeze':
      return frozenOf(time, context.selected) ? thaw(time, context) : freeze(time, context)
    case 'zoom_in':
      return zoomAt(time, -1, null, context)
    case 'zoom_out':
      return zoomAt(time, 1, null, context)
    case 'back':
      return scroll(time, -spanMs(time) / 10, context)
    case 'forward':
      return scroll(time, spanMs(time) / 10, context)
    case 'page_back':
      return scroll(time, -spanMs(time), context)
    case 'page_forward':
      return scroll(time, spanMs(time), context)
    case 'oldest':
      return scroll(time, Number.NEGATIVE_INFINITY, context)
    case 'newest':
      return thaw(time, context)
  }
}

/** At the newest sample; one that is frozen stays where it is. */
export function freeze<T extends TimeWindow>(time: T, context: TimeContext): T {
  if (context.newestUs === null || frozenOf(time, context.selected)) return time
  return frozenAt(time, context, context.newestUs)
}

function frozenAt<T extends TimeWindow>(
  time: T,
  { selected, nowUs }: TimeContext,
  endUs: number,
): T {
  const sinceUs = frozenOf(time, selected)?.sinceUs ?? nowUs
  return { ...time, frozen: { ...time.frozen, [selected]: { endUs, sinceUs } } }
}

function thaw<T extends TimeWindow>(time: T, { selected }: TimeContext): T {
  const { [selected]: _, ...others } = time.frozen
  return { ...time, frozen: others }
}

/**
 * The next shorter (-1) or longer (1) span. A frozen chart keeps a moment where it is on the
 * screen, as far as there are samples to fill the chart with; a running one keeps its right edge,
 * which is now.
 *
 * @param atUs the moment, Unix µs: what a pointer or cursor stands at; null, or not shown: the middle
 */
export function zoomAt<T extends TimeWindow>(
  time: T,
  by: -1 | 1,
  atUs: number | null,
  context: TimeContext,
): T {
  const spanIndex = Math.max(0, Math.min(SPANS_MS.length - 1, time.spanIndex + by))
  if (spanIndex === time.spanIndex) return time
  const zoomed = { ...time, spanIndex }
  const shown = shownSpan(time, context)
  if (shown === null || frozenOf(time, context.selected) === null) return zoomed
  const { fromUs, toUs } = shown
  const isShown = atUs !== null && atUs >= fromUs && atUs <= toUs
  const keptUs = isShown ? atUs : (fromUs + toUs) / 2
  const part = (toUs - keptUs) / (toUs - fromUs)
  const endUs = Math.round(keptUs + part * spanMs(zoomed) * 1000)
  return frozenAt(zoomed, context, filledEnd(zoomed, endUs, context))
}

/** Freezes the chart with a moment in its middle. @param mostMs a longer span becomes this short */
export function showAt<T extends TimeWindow>(
  time: T,
  atUs: number,
  context: TimeContext,
  mostMs = Number.POSITIVE_INFINITY,
): T {
  const fits = SPANS_MS.findLastIndex((each) => each <= mostMs)
  const moved = { ...time, spanIndex: Math.min(time.spanIndex, Math.max(0, fits)) }
  const endUs = Math.round(atUs + spanMs(moved) * 500)
  return frozenAt(moved, context, filledEnd(moved, endUs, context))
}

/** Moves a frozen chart just so far that it shows a moment. */
export function reveal<T extends TimeWindow>(time: T, atUs: number, context: TimeContext): T {
  const shown = shownSpan(time, context)
  if (shown === null || frozenOf(time, context.selected) === null) return time
  if (atUs < shown.fromUs) return frozenAt(time, context, atUs + spanMs(time) * 1000)
  return atUs > shown.toUs ? frozenAt(time, context, atUs) : time
}

/** Where the right edge has to be so that the chart is full; where there is too little, so that it shows all. */
function filledEnd(time: TimeWindow, endUs: number, { newestUs, oldestUs }: TimeContext): number {
  if (newestUs === null) return endUs
  const fullUs = (oldestUs ?? newestUs) + spanMs(time) * 1000
  return fullUs > newestUs ? newestUs : Math.max(fullUs, Math.min(newestUs, endUs))
}

/**
 * Moves the right edge, never past the samples there are, and never against the direction that was
 * asked for; scrolling back freezes first. A chart that shows the oldest sample stays where it is.
 */
function scroll<T extends TimeWindow>(time: T, byMs: number, context: TimeContext): T {
  const { selected, newestUs, oldestUs } = context
  const from = byMs < 0 ? freeze(time, context) : time
  const endUs = frozenOf(from, selected)?.endUs
  if (endUs === undefined || newestUs === null) return time
  const wantedUs = Math.min(newestUs, endUs + byMs * 1000)
  const fullUs = (oldestUs ?? newestUs) + spanMs(time) * 1000
  const movedUs = byMs < 0 ? Math.min(endUs, Math.max(fullUs, wantedUs)) : Math.max(endUs, wantedUs)
  return frozenAt(from, context, movedUs)
}
