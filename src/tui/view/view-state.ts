import type { DeviceNumber } from '../../monitor/view.ts'

/** What the user chose to look at; changed only by `reduceView`. */
export interface ViewState {
  readonly selected: DeviceNumber
  /** Index into `SPANS_MS`. */
  readonly spanIndex: number
  readonly arrangement: 'auto' | 'overlay' | 'strips'
  /** The chart alone. */
  readonly expanded: boolean
  readonly help: boolean
  /** Of what span the statistics are that stand in the chart's place; null: the chart. */
  readonly statistics: StatisticsChoice | null
  /** By device: each keeps its own place. Absent: its chart runs. */
  readonly frozen: Readonly<Record<DeviceNumber, Frozen>>
  /** A word back about the last key; goes away by itself. */
  readonly notice: { readonly text: string; readonly untilUs: number } | null
}

/** `1m`, `5m`, `15m`: up to now. `span`: that of the chart, also of a frozen one. */
export type StatisticsChoice = (typeof STATISTICS_CHOICES)[number]
const STATISTICS_CHOICES = ['1m', '5m', '15m', 'reset', 'span'] as const

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
const NOTICE_US = 3_000_000

export const INITIAL_VIEW: ViewState = {
  selected: 0,
  spanIndex: DEFAULT_SPAN_INDEX,
  arrangement: 'auto',
  expanded: false,
  help: false,
  statistics: null,
  frozen: {},
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
  | 'statistics'
  | 'next_device'
  | 'previous_device'
  | DeviceKey

/** Selects the device of that place, counted from 1. */
type DeviceKey = `device_${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`

/** What a change of view depends on besides the view itself. */
export interface ViewContext {
  readonly nowUs: number
  /** All devices in order. */
  readonly devices: readonly DeviceNumber[]
  /** Time of the selected device's newest sample; null before the first, or while nothing is known of it. */
  readonly newestUs: number | null
  /** Time of its oldest sample that the chart can still show. */
  readonly oldestUs: number | null
  /** The curves are in a strip each at the moment. */
  readonly apart: boolean
}

export function spanMs(view: ViewState): number {
  return SPANS_MS[view.spanIndex] ?? 60_000
}

/** Where a device's chart stands; null: it runs. */
export function frozenOf(view: ViewState, device: DeviceNumber = view.selected): Frozen | null {
  return view.frozen[device] ?? null
}

/** With a word back about a key, for some seconds. */
export function noticed(view: ViewState, text: string, { nowUs }: ViewContext): ViewState {
  return { ...view, notice: { text, untilUs: nowUs + NOTICE_US } }
}

/** The next view. Pure; unknown or impossible actions give the same view back. */
export function reduceView(view: ViewState, action: ViewAction, context: ViewContext): ViewState {
  switch (action) {
    case 'help':
      return { ...view, help: !view.help }
    case 'dismiss':
      return view.help ? { ...view, help: false } : view
    case 'freeze':
      return frozenOf(view) ? thaw(view) : freeze(view, context)
    case 'zoom_in':
      return zoom(view, -1, context)
    case 'zoom_out':
      return zoom(view, 1, context)
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
      return thaw(view)
    case 'arrange':
      return { ...view, arrangement: context.apart ? 'overlay' : 'strips' }
    case 'expand':
      return { ...view, expanded: !view.expanded }
    case 'statistics':
      return { ...view, statistics: nextChoice(view) }
    case 'next_device':
      return select(view, placeOf(view, context) + 1, context)
    case 'previous_device':
      return select(view, placeOf(view, context) - 1, context)
    default:
      return selectKey(view, action, context)
  }
}

/** After the last one comes the chart again. */
function nextChoice({ statistics }: ViewState): StatisticsChoice | null {
  const at = statistics === null ? -1 : STATISTICS_CHOICES.indexOf(statistics)
  return STATISTICS_CHOICES[at + 1] ?? null
}

function placeOf(view: ViewState, { devices }: ViewContext): number {
  return devices.indexOf(view.selected)
}

/** Past the last device comes the first. */
function select(view: ViewState, place: number, { devices }: ViewContext): ViewState {
  const selected = devices[(place + devices.length) % devices.length]
  return selected === undefined ? view : { ...view, selected }
}

function selectKey(view: ViewState, key: DeviceKey, { devices }: ViewContext): ViewState {
  const selected = devices[Number(key.slice('device_'.length)) - 1]
  return selected === undefined ? view : { ...view, selected }
}

function freeze(view: ViewState, context: ViewContext): ViewState {
  if (context.newestUs === null) return view
  return frozenAt(view, { endUs: context.newestUs, sinceUs: context.nowUs })
}

function frozenAt(view: ViewState, frozen: Frozen): ViewState {
  return { ...view, frozen: { ...view.frozen, [view.selected]: frozen } }
}

function thaw(view: ViewState): ViewState {
  const { [view.selected]: _, ...others } = view.frozen
  return { ...view, frozen: others }
}

/** A frozen chart stays where it is, unless there is more to fill it with. */
function zoom(view: ViewState, by: -1 | 1, context: ViewContext): ViewState {
  const spanIndex = Math.max(0, Math.min(SPANS_MS.length - 1, view.spanIndex + by))
  const zoomed = { ...view, spanIndex }
  return frozenOf(zoomed) ? scroll(zoomed, 0, context) : zoomed
}

/**
 * Moves the right edge, never past the samples there are; scrolling back freezes
 * first. The chart stays full where there are samples enough; where there are
 * not, going back leaves it where it is, and a longer span shows all of them.
 */
function scroll(view: ViewState, byMs: number, context: ViewContext): ViewState {
  const { newestUs, oldestUs } = context
  const from = frozenOf(view) ?? (byMs < 0 ? frozenOf(freeze(view, context)) : null)
  if (!from || newestUs === null) return view
  const fullUs = (oldestUs ?? newestUs) + spanMs(view) * 1000
  const shortUs = byMs === 0 ? newestUs : from.endUs
  const earliest = fullUs <= newestUs ? fullUs : shortUs
  const endUs = Math.min(newestUs, Math.max(earliest, from.endUs + byMs * 1000))
  return frozenAt(view, { ...from, endUs })
}
