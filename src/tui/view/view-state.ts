/** What the user chose to look at; changed only by `reduceView`. */
export interface ViewState {
  /** Index into `SPANS_MS`. */
  readonly spanIndex: number
  readonly arrangement: 'auto' | 'overlay' | 'strips'
  /** The chart alone. */
  readonly expanded: boolean
  readonly help: boolean
  readonly frozen: Frozen | null
  /** A word back about the last key; goes away by itself. */
  readonly notice: { readonly text: string; readonly untilUs: number } | null
}

export interface Frozen {
  /** Right edge of the chart, Unix µs of device time. */
  readonly endUs: number
  /** Host time at which it was frozen, Unix µs. */
  readonly sinceUs: number
}

export const SPANS_MS: readonly number[] = [15_000, 30_000, 60_000, 120_000, 300_000, 900_000]
const DEFAULT_SPAN_INDEX = 2
const NOTICE_US = 3_000_000

export const INITIAL_VIEW: ViewState = {
  spanIndex: DEFAULT_SPAN_INDEX,
  arrangement: 'auto',
  expanded: false,
  help: false,
  frozen: null,
  notice: null,
}

export type ViewAction =
  | 'help'
  | 'dismiss'
  | 'freeze'
  | 'zoom_in'
  | 'zoom_out'
  | 'back'
  | 'forward'
  | 'page_back'
  | 'page_forward'
  | 'oldest'
  | 'newest'
  | 'arrange'
  | 'expand'
  | 'totals_reset'

/** What a change of view depends on besides the view itself. */
export interface ViewContext {
  readonly nowUs: number
  /** Time of the newest sample; null before the first. */
  readonly newestUs: number | null
  /** Time of the oldest sample that the chart can still show. */
  readonly oldestUs: number | null
  /** The curves are in a strip each at the moment. */
  readonly apart: boolean
}

export function spanMs(view: ViewState): number {
  return SPANS_MS[view.spanIndex] ?? 60_000
}

/** The next view. Pure; unknown or impossible wishes give the same view back. */
export function reduceView(view: ViewState, action: ViewAction, context: ViewContext): ViewState {
  switch (action) {
    case 'help':
      return { ...view, help: !view.help }
    case 'dismiss':
      return view.help ? { ...view, help: false } : view
    case 'freeze':
      return view.frozen ? { ...view, frozen: null } : freeze(view, context)
    case 'zoom_in':
      return { ...view, spanIndex: Math.max(0, view.spanIndex - 1) }
    case 'zoom_out':
      return { ...view, spanIndex: Math.min(SPANS_MS.length - 1, view.spanIndex + 1) }
    case 'back':
      return scroll(view, -spanMs(view) / 10, context)
    case 'forward':
      return scroll(view, spanMs(view) / 10, context)
    case 'page_back':
      return scroll(view, -spanMs(view), context)
    case 'page_forward':
      return scroll(view, spanMs(view), context)
    case 'oldest':
      return scroll(view, Number.NEGATIVE_INFINITY, context)
    case 'newest':
      return { ...view, frozen: null }
    case 'arrange':
      return { ...view, arrangement: context.apart ? 'overlay' : 'strips' }
    case 'expand':
      return { ...view, expanded: !view.expanded }
    case 'totals_reset':
      return {
        ...view,
        notice: { text: 'charge and energy start again at 0', untilUs: context.nowUs + NOTICE_US },
      }
  }
}

function freeze(view: ViewState, context: ViewContext): ViewState {
  if (context.newestUs === null) return view
  return { ...view, frozen: { endUs: context.newestUs, sinceUs: context.nowUs } }
}

/** Moves the right edge, never past the samples there are; scrolling back freezes first. */
function scroll(view: ViewState, byMs: number, context: ViewContext): ViewState {
  const from = view.frozen ?? (byMs < 0 ? freeze(view, context).frozen : null)
  if (!from || context.newestUs === null) return view
  const earliest = Math.min(
    context.newestUs,
    (context.oldestUs ?? context.newestUs) + spanMs(view) * 1000,
  )
  const endUs = Math.min(context.newestUs, Math.max(earliest, from.endUs + byMs * 1000))
  return { ...view, frozen: { ...from, endUs } }
}
