import type { Region } from './layout.ts'
import { PANELS } from './layout.ts'
import { frozenOf, SPANS_MS } from './time-window.ts'
import {
  noticed,
  reduceView,
  type ViewAction,
  type ViewContext,
  type ViewState,
} from './view-state.ts'

/** What a change of view by hand depends on: `ViewContext`, and what of it could be seen. */
export interface AnswerContext extends ViewContext {
  /** What has a place on the screen. */
  readonly regions: readonly Region[]
  /** The chart is high enough for a strip a curve. */
  readonly stripsFit: boolean
}

/**
 * The next view for somebody who asked for it: as `reduceView`, and where nothing of it could be seen,
 * the view stays and says why. Pure.
 */
export function answered(view: ViewState, action: ViewAction, context: AnswerContext): ViewState {
  const hindrance = hindranceOf(view, action, context)
  if (hindrance !== null) return noticed(view, hindrance, context)
  const after = reduceView(view, action, context)
  if (!isSame(view, after)) return after
  const why = whyNothing(view, action, context)
  return why === null ? view : noticed(view, why, context)
}

/** What is missing for it on the screen; null: nothing is. */
function hindranceOf(
  view: ViewState,
  action: ViewAction,
  { regions, apart, stripsFit }: AnswerContext,
): string | null {
  const lacks = (...any: readonly Region[]): boolean => !any.some((each) => regions.includes(each))
  const where = view.expanded === null ? 'p shows other panels' : 'e brings everything back'
  const noChart = `there is no chart here: ${where}`
  switch (typeof action === 'string' ? action : action.kind) {
    case 'statistics':
      return lacks('chart') ? `statistics stand in the chart's place, and ${noChart}` : null
    case 'toggle_channel':
    case 'arrange':
      if (lacks('chart')) return noChart
      if (view.statistics !== null) return "statistics are in the chart's place: s goes on to it"
      if (action !== 'arrange') return null
      if (view.compare !== null) return 'what is compared shares one chart: C goes on'
      return apart || stripsFit ? null : 'the chart is too low for strips'
    case 'compare':
      return lacks('chart') ? noChart : null
    case 'zoom_in':
    case 'zoom_out':
    case 'zoom_at':
    case 'freeze':
    case 'newest':
    case 'back':
    case 'forward':
    case 'page_back':
    case 'page_forward':
    case 'oldest':
    case 'step_back':
    case 'step_forward':
    case 'leap_back':
    case 'leap_forward':
      // With a cursor or a selection, figures go along.
      if (view.cursorUs !== null || view.selection !== null) return null
      return lacks('chart', 'histogram', 'overview') ? noChart : null
    case 'cursor':
      return lacks('chart', 'table', 'values', 'overview') ? noChart : null
    case 'select':
      return lacks('chart', 'table', 'totals', 'overview') ? noChart : null
    default:
      return null
  }
}

/** Objects are made anew; the chart's place counts by its time. */
function isSame(one: ViewState, other: ViewState): boolean {
  if (one === other) return true
  const { frozen: before, ...restBefore } = one
  const { frozen: after, ...restAfter } = other
  const isAlike = (Object.keys(restAfter) as (keyof typeof restAfter)[]).every(
    (key) => restBefore[key] === restAfter[key],
  )
  return isAlike && JSON.stringify(before) === JSON.stringify(after)
}

/** Why it changed nothing; null: it was not meant to. */
function whyNothing(view: ViewState, action: ViewAction, context: AnswerContext): string | null {
  const { newestUs, devices } = context
  const isFrozen = frozenOf(view, view.selected) !== null
  const kind = typeof action === 'string' ? action : action.kind
  // Other keys scroll the chart, cursor or not.
  const isCursor = view.cursorUs !== null && /^(step|leap|oldest)/.test(kind)
  const at = isCursor ? 'the cursor is at' : 'the chart shows'
  switch (kind) {
    case 'zoom_in':
    case 'zoom_out':
    case 'zoom_at':
      return view.spanIndex === 0
        ? '10 s is the shortest time span'
        : view.spanIndex === SPANS_MS.length - 1
          ? '48 h is the longest time span'
          : null
    case 'freeze':
    case 'cursor':
    case 'select':
      return newestUs === null ? 'there are no samples yet' : null
    case 'back':
    case 'page_back':
    case 'oldest':
    case 'step_back':
    case 'leap_back':
      return newestUs === null ? 'there are no samples yet' : `${at} the oldest sample`
    case 'forward':
    case 'page_forward':
    case 'newest':
    case 'step_forward':
    case 'leap_forward':
      if (newestUs === null) return 'there are no samples yet'
      return isFrozen ? `${at} the newest sample: space goes on` : 'the chart runs already'
    case 'next_panel':
    case 'previous_panel':
      return 'there is no panel to go to'
    case 'next_device':
    case 'previous_device':
      return 'there is one device alone'
    default: {
      const [, what, number = ''] = /^(device|panel)_(\d)$/.exec(kind) ?? []
      if (what === 'panel') {
        const panel = PANELS[Number(number) - 1]
        return panel === 'alarms'
          ? 'there are no alarms: rules come from --limit and --alarm'
          : 'there is no room for panels'
      }
      if (what !== 'device' || devices.indexOf(view.selected) === Number(number) - 1) return null
      return devices.length > 1
        ? `there is no device ${number}: they are 1 to ${devices.length}`
        : `there is one device alone; Alt-${number} goes to a panel`
    }
  }
}
