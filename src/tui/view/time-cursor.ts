import { columnAt, slotsWithin } from '../../chart/columns.ts'
import type { Trace } from '../../chart/trace.ts'
import {
  freeze,
  frozenOf,
  reveal,
  showAt,
  shownSpan,
  type TimeContext,
  type TimeWindow,
} from './time-window.ts'

/** A moment and a span that are looked at closely, in device time; changed only by `reduceCursor`. */
export interface TimeCursor {
  /** Unix µs; null: there is no cursor. */
  readonly cursorUs: number | null
  /** null: nothing is selected. */
  readonly selection: Selection | null
  /** Where the selection began that follows the cursor, Unix µs; null: none does. */
  readonly anchorUs: number | null
}

/** Whole milliseconds, so that `--from` and `--to` of `history` and `export` can name them. */
export interface Selection {
  /** Unix µs */
  readonly fromUs: number
  /** Unix µs, exclusive. */
  readonly toUs: number
}

export const INITIAL_CURSOR: TimeCursor = { cursorUs: null, selection: null, anchorUs: null }

/** `step`: by a character of the chart, or to the next sample; `leap`: by ten. Without a cursor they scroll. */
export type CursorAction =
  | 'cursor'
  | 'step_back'
  | 'step_forward'
  | 'leap_back'
  | 'leap_forward'
  | 'select'
  | 'unselect'
  | { readonly kind: 'cursor_at'; readonly timeUs: number }
  /** In any order. */
  | { readonly kind: 'select_span'; readonly fromUs: number; readonly toUs: number }

/** What a change of the cursor depends on besides itself. */
export interface CursorContext extends TimeContext {
  /** What a character of the chart covers, µs. */
  readonly cellUs: number
  /** Of the device, as it is drawn; null: there is none yet. */
  readonly trace: Trace | null
}

const LEAP_CELLS = 10

/** The next cursor, and the time window that shows it. Pure. */
export function reduceCursor<T extends TimeCursor & TimeWindow>(
  view: T,
  action: CursorAction,
  context: CursorContext,
): T {
  if (typeof action !== 'string') {
    if (action.kind === 'cursor_at') return cursorAt(view, action.timeUs, context)
    const selection = spanOf(action.fromUs, action.toUs, 0)
    return { ...freeze(view, context), selection, anchorUs: null }
  }
  switch (action) {
    case 'cursor':
      return view.cursorUs === null
        ? show(view, context)
        : { ...view, cursorUs: null, anchorUs: null }
    case 'step_back':
      return move(view, -1, context)
    case 'step_forward':
      return move(view, 1, context)
    case 'leap_back':
      return move(view, -LEAP_CELLS, context)
    case 'leap_forward':
      return move(view, LEAP_CELLS, context)
    case 'select':
      return select(view, context)
    case 'unselect':
      return unselect(view)
  }
}

/** Neither a cursor nor a selection: what a chart that runs again begins with. */
export function withoutCursor<T extends TimeCursor>(view: T): T {
  return { ...view, ...INITIAL_CURSOR }
}

/** Freezes the chart: what is read off is to hold still. In the middle, or at the sample next to it. */
function show<T extends TimeCursor & TimeWindow>(view: T, context: CursorContext): T {
  const shown = shownSpan(view, context)
  if (shown === null) return view
  const middleUs = (shown.fromUs + shown.toUs) / 2
  const fromUs = Math.max(middleUs, context.oldestUs ?? middleUs)
  return cursorAt(view, sampleNear(fromUs, 0, context), context)
}

function cursorAt<T extends TimeCursor & TimeWindow>(
  view: T,
  timeUs: number,
  context: CursorContext,
): T {
  const shown = reveal(freeze(view, context), timeUs, context)
  if (frozenOf(shown, context.selected) === null) return view
  const { anchorUs } = view
  const selection = anchorUs === null ? view.selection : spanOf(anchorUs, timeUs, reachUs(context))
  return { ...shown, cursorUs: timeUs, selection }
}

/**
 * The cursor at something that was found, in the middle of the chart where it was not shown already.
 *
 * @param mostMs shown no longer a span than that; null: as it is
 */
export function jumpTo<T extends TimeCursor & TimeWindow>(
  view: T,
  timeUs: number,
  mostMs: number | null,
  context: CursorContext,
): T {
  const shown = shownSpan(view, context)
  const isShown = shown !== null && timeUs >= shown.fromUs && timeUs <= shown.toUs
  const isThere = isShown && mostMs === null
  const moved = isThere ? view : showAt(view, timeUs, context, mostMs ?? undefined)
  return cursorAt(moved, timeUs, context)
}

function move<T extends TimeCursor & TimeWindow>(
  view: T,
  cells: number,
  context: CursorContext,
): T {
  if (view.cursorUs === null) return view
  const wantedUs = view.cursorUs + cells * context.cellUs
  const foundUs = sampleNear(wantedUs, Math.sign(cells), context)
  const oldestUs = Math.min(context.oldestUs ?? foundUs, view.cursorUs)
  const newestUs = Math.max(context.newestUs ?? foundUs, view.cursorUs)
  return cursorAt(view, Math.max(oldestUs, Math.min(newestUs, foundUs)), context)
}

/** Begins a selection at the cursor, which is shown for that; ends it the second time. */
function select<T extends TimeCursor & TimeWindow>(view: T, context: CursorContext): T {
  if (view.anchorUs !== null) return { ...view, anchorUs: null }
  const shown = view.cursorUs === null ? show(view, context) : view
  const { cursorUs } = shown
  if (cursorUs === null) return view
  return { ...shown, anchorUs: cursorUs, selection: spanOf(cursorUs, cursorUs, reachUs(context)) }
}

/** One at a time: the selection, then the cursor. */
function unselect<T extends TimeCursor>(view: T): T {
  if (view.selection !== null) return { ...view, selection: null, anchorUs: null }
  return view.cursorUs === null ? view : { ...view, cursorUs: null }
}

/**
 * A cursor stands in the middle of a slot: the samples on either side of it belong to it. The trace of a
 * longer span may still be there, whose slots are wider than a character of this one.
 */
function reachUs({ trace, cellUs }: CursorContext): number {
  const slotUs = trace?.slotUs ?? 0
  return (cellUs > 0 ? Math.min(slotUs, cellUs) : slotUs) / 2
}

function spanOf(oneUs: number, otherUs: number, reachUs: number): Selection {
  const fromUs = Math.floor((Math.min(oneUs, otherUs) - reachUs) / 1000) * 1000
  const toUs = Math.ceil((Math.max(oneUs, otherUs) + reachUs) / 1000) * 1000
  return { fromUs, toUs: Math.max(toUs, fromUs + 1000) }
}

/**
 * The middle of the slot with samples that is nearest to a time within its character; else of the
 * next one in a direction (0: either); else the time itself.
 */
function sampleNear(timeUs: number, direction: number, { cellUs, trace }: CursorContext): number {
  if (trace === null) return timeUs
  const { startUs, slotUs, length, count } = trace
  let bestUs = timeUs
  let bestDistanceUs = Number.POSITIVE_INFINITY
  for (let slot = 0; slot < length; slot++) {
    if (count[slot] === 0) continue
    const middleUs = Math.round(startUs + (slot + 0.5) * slotUs)
    const aheadUs = middleUs - timeUs
    const distanceUs = Math.abs(aheadUs)
    const isOnTheWay = direction === 0 || Math.sign(aheadUs) === direction
    if ((distanceUs > cellUs / 2 && !isOnTheWay) || distanceUs >= bestDistanceUs) continue
    bestUs = middleUs
    bestDistanceUs = distanceUs
  }
  return bestUs
}

/** What a character of the chart holds of a channel. */
export interface ColumnReading {
  /** Measured samples. */
  readonly count: number
  /** By channel id. */
  readonly channels: Readonly<Record<string, { readonly min: number; readonly max: number }>>
}

/** What the chart draws in the character that a cursor stands at. */
export function columnReading(trace: Trace, cursorUs: number, cellUs: number): ColumnReading {
  const cell = { slotUs: cellUs, length: 1 }
  const at = columnAt({ ...cell, startUs: 0, grainUs: trace.slotUs }, cursorUs)
  const [first, end] = slotsWithin(trace, { ...cell, startUs: at * cellUs })
  let count = 0
  const channels: Record<string, { min: number; max: number }> = Object.create(null)
  for (let slot = first; slot < end; slot++) {
    count += trace.count[slot] ?? 0
    for (const [id, { min, max }] of Object.entries(trace.channels)) {
      const [low, high] = [min[slot] ?? Number.NaN, max[slot] ?? Number.NaN]
      if (Number.isNaN(low)) continue
      const own = channels[id]
      channels[id] = own
        ? { min: Math.min(own.min, low), max: Math.max(own.max, high) }
        : { min: low, max: high }
    }
  }
  return { count, channels }
}
