import type { DeviceNumber } from '../../monitor/view.ts'

/** Which part of time the chart shows; changed only by `reduceTime`. */
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

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
export const SPANS_MS: readonly number[] = [
  15_000,
  30_000,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  12 * HOUR_MS,
  48 * HOUR_MS,
]
const DEFAULT_SPAN_INDEX = 2

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

/** Where a device's chart stands; null: it runs. */
export function frozenOf({ frozen }: TimeWindow, device: DeviceNumber): Frozen | null {
  return frozen[device] ?? null
}

/** The next time window. Pure. */
export function reduceTime(time: TimeWindow, action: TimeAction, context: TimeContext): TimeWindow {
  switch (action) {
    case 'freeze':
      return frozenOf(time, context.selected) ? thaw(time, context) : freeze(time, context)
    case 'zoom_in':
      return zoom(time, -1, context)
    case 'zoom_out':
      return zoom(time, 1, context)
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

function freeze(time: TimeWindow, context: TimeContext): TimeWindow {
  if (context.newestUs === null) return time
  return frozenAt(time, context, { endUs: context.newestUs, sinceUs: context.nowUs })
}

function frozenAt(time: TimeWindow, { selected }: TimeContext, frozen: Frozen): TimeWindow {
  return { ...time, frozen: { ...time.frozen, [selected]: frozen } }
}

function thaw(time: TimeWindow, { selected }: TimeContext): TimeWindow {
  const { [selected]: _, ...others } = time.frozen
  return { ...time, frozen: others }
}

/** A frozen chart stays where it is, unless there is more to fill it with. */
function zoom(time: TimeWindow, by: -1 | 1, context: TimeContext): TimeWindow {
  const spanIndex = Math.max(0, Math.min(SPANS_MS.length - 1, time.spanIndex + by))
  const zoomed = { ...time, spanIndex }
  return frozenOf(zoomed, context.selected) ? scroll(zoomed, 0, context) : zoomed
}

/**
 * Moves the right edge, never past the samples there are; scrolling back freezes
 * first. The chart stays full where there are samples enough; where there are
 * not, going back leaves it where it is, and a longer span shows all of them.
 */
function scroll(time: TimeWindow, byMs: number, context: TimeContext): TimeWindow {
  const { selected, newestUs, oldestUs } = context
  const from =
    frozenOf(time, selected) ?? (byMs < 0 ? frozenOf(freeze(time, context), selected) : null)
  if (!from || newestUs === null) return time
  const fullUs = (oldestUs ?? newestUs) + spanMs(time) * 1000
  const shortUs = byMs === 0 ? newestUs : from.endUs
  const earliest = fullUs <= newestUs ? fullUs : shortUs
  const endUs = Math.min(newestUs, Math.max(earliest, from.endUs + byMs * 1000))
  return frozenAt(time, context, { ...from, endUs })
}
