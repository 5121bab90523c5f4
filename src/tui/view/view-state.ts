import type { Burst } from '../../domain/burst.ts'
import type { DeviceNumber } from '../../monitor/view.ts'
import { THEME_CHOICES, type Theme, type ThemeChoice, themeFor } from '../../theme/themes.ts'
import type { UnitChoice } from '../../util/scaled-unit.ts'
import { type HelpExtent, type HelpStep, helpAfter } from './help-place.ts'
import type { Panel } from './layout.ts'
import {
  focusOn,
  INITIAL_PANELS,
  type PanelAction,
  type PanelChoice,
  type PanelContext,
  type Preset,
  reducePanels,
} from './panel-choice.ts'
import { openPrompt, type Prompt } from './prompt.ts'
import {
  type CursorAction,
  type CursorContext,
  INITIAL_CURSOR,
  reduceCursor,
  type TimeCursor,
  withoutCursor,
} from './time-cursor.ts'
import {
  frozenOf,
  INITIAL_TIME,
  reduceTime,
  type TimeAction,
  type TimeWindow,
  zoomAt,
} from './time-window.ts'

/** What the user chose to look at; changed only by `reduceView`. */
export interface ViewState extends TimeWindow, TimeCursor, PanelChoice {
  readonly selected: DeviceNumber
  readonly theme: ThemeChoice
  /** First line of help that is shown; null: it is closed. */
  readonly help: number | null
  /** A burst that is shown as a picture, and of which device; null: there is none. */
  readonly burst: { readonly device: DeviceNumber; readonly burst: Burst } | null
  /** The line in which a command is being written; null: there is none. */
  readonly prompt: Prompt | null
  /** Lines that were said there, newest first. */
  readonly said: readonly string[]
  /** Ids of the channels whose curves are left out of the chart. */
  readonly hidden: readonly string[]
  /** The mouse is the screen's, and not the terminal's own for selecting text. */
  readonly mouse: boolean
  /** Somebody has pressed a key or a button. */
  readonly touched: boolean
  /** What is said about the last key or command; goes away by itself. */
  readonly notice: { readonly text: string; readonly untilUs: number } | null
}

const NOTICE_MS = 3000

export const INITIAL_VIEW: ViewState = {
  ...INITIAL_TIME,
  ...INITIAL_CURSOR,
  ...INITIAL_PANELS,
  selected: 0,
  theme: 'auto',
  help: null,
  burst: null,
  prompt: null,
  said: [],
  hidden: [],
  mouse: true,
  touched: false,
  notice: null,
}

export type ViewAction =
  | TimeAction
  | CursorAction
  /** Shorter (-1) or longer (1), about a moment: what the pointer is at, Unix µs. */
  | { readonly kind: 'zoom_at'; readonly by: -1 | 1; readonly timeUs: number }
  | PanelAction
  | { readonly kind: 'focus'; readonly panel: Panel }
  | { readonly kind: 'show_device'; readonly device: DeviceNumber }
  /** Hides a curve, or shows it again. @param channel its id */
  | { readonly kind: 'toggle_channel'; readonly channel: string }
  | 'mouse'
  | 'help'
  | 'dismiss'
  | 'command'
  | 'mark'
  | `help_${HelpStep}`
  | 'theme'
  | 'next_device'
  | 'previous_device'
  | DeviceKey

/** Selects the device of that place, counted from 1. */
type DeviceKey = `device_${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`

/** What a change of view depends on besides the view itself. */
export interface ViewContext extends Omit<CursorContext, 'selected'>, PanelContext {
  /** All devices in order. */
  readonly devices: readonly DeviceNumber[]
  /** Background of the terminal. */
  readonly ground: Theme['ground']
  /** False: the terminal shows none, whatever the theme. */
  readonly hasColours: boolean
  /** How much help there is. */
  readonly help: HelpExtent
}

/** With a notice, for some time. @param ms how long it stands */
export function noticed(
  view: ViewState,
  text: string,
  { nowUs }: Pick<ViewContext, 'nowUs'>,
  ms = NOTICE_MS,
): ViewState {
  return { ...view, notice: { text, untilUs: nowUs + ms * 1000 } }
}

/** What the keys of the cursor do where there is none. */
const SCROLLS = {
  step_back: 'back',
  step_forward: 'forward',
  leap_back: 'page_back',
  leap_forward: 'page_forward',
} as const

/** The next view. Pure; unknown or impossible actions give the same view back. */
export function reduceView(view: ViewState, action: ViewAction, context: ViewContext): ViewState {
  const closer = { ...context, selected: view.selected }
  if (typeof action !== 'string') {
    switch (action.kind) {
      case 'focus':
        return changed(view, focusOn(view, action.panel))
      case 'show_device':
        return select(view, context.devices.indexOf(action.device), context)
      case 'toggle_channel':
        return toggled(view, action.channel)
      case 'zoom_at':
        return zoomAt(view, action.by, action.timeUs, closer)
      default:
        return reduceCursor(view, action, closer)
    }
  }
  switch (action) {
    case 'mouse':
      return { ...view, mouse: !view.mouse }
    case 'help':
      return { ...view, help: view.help === null ? 0 : null }
    case 'dismiss':
      if (view.help !== null) return { ...view, help: null }
      if (view.burst !== null) return { ...view, burst: null }
      if (view.cursorUs !== null || view.selection !== null) {
        return reduceCursor(view, 'unselect', closer)
      }
      return changed(view, reducePanels(view, 'no_panel', context))
    case 'command':
      return { ...view, prompt: openPrompt() }
    case 'mark':
      return { ...view, prompt: openPrompt('mark ') }
    case 'help_up':
    case 'help_down':
    case 'help_page_up':
    case 'help_page_down':
    case 'help_first':
    case 'help_last':
      return scrollHelp(view, action.slice('help_'.length) as HelpStep, context)
    case 'theme':
      return withTheme(view, context)
    case 'next_device':
      return goOn(view, 1, context)
    case 'previous_device':
      return goOn(view, -1, context)
    case 'arrange':
    case 'expand':
    case 'statistics':
    case 'next_panel':
    case 'previous_panel':
    case 'no_panel':
    case 'panel_1':
    case 'panel_2':
    case 'panel_3':
    case 'panel_4':
    case 'panel_5':
    case 'panel_6':
    case 'panel_7':
    case 'panel_8':
    case 'panel_9':
      return changed(view, reducePanels(view, action, context))
    case 'preset':
      return withPreset(view, context)
    case 'units':
      return withUnits(view, context)
    case 'compare':
      if (context.comparable.length > 0) return changed(view, reducePanels(view, action, context))
      return noticed(view, 'there is one device alone: nothing to compare it with', context)
    case 'cursor':
    case 'select':
    case 'unselect':
      return reduceCursor(view, action, closer)
    case 'step_back':
    case 'step_forward':
    case 'leap_back':
    case 'leap_forward':
      if (view.cursorUs !== null) return reduceCursor(view, action, closer)
      return reduceTime(view, SCROLLS[action], closer)
    case 'zoom_in':
      return zoomAt(view, -1, view.cursorUs, closer)
    case 'zoom_out':
      return zoomAt(view, 1, view.cursorUs, closer)
    case 'freeze':
    case 'newest': {
      const moved = reduceTime(view, action, closer)
      return frozenOf(moved, view.selected) === null ? withoutCursor(moved) : moved
    }
    case 'back':
    case 'forward':
    case 'page_back':
    case 'page_forward':
      return reduceTime(view, action, closer)
    case 'oldest': {
      const moved = reduceTime(view, action, closer)
      if (view.cursorUs === null || context.oldestUs === null) return moved
      return reduceCursor(moved, { kind: 'cursor_at', timeUs: context.oldestUs }, closer)
    }
    default:
      return selectKey(view, action, context)
  }
}

/** What is said of a choice of units. */
export const UNITS_TEXT: Readonly<Record<UnitChoice, string>> = {
  auto: 'units by size',
  base: 'units V, A, W',
  milli: 'units mV, mA, mW',
  micro: 'units in micro, V in milli',
}

/** What is said of a set of panels. */
export const PRESET_TEXT: Readonly<Record<Preset, string>> = {
  all: 'preset all: everything there is room for',
  chart: 'preset chart: the chart, then the table, where there is room',
  numbers: 'preset numbers: figures and events',
  wall: 'preset wall: large digits',
}

/** Two of them may look alike on a small screen. */
function withPreset(view: ViewState, context: ViewContext): ViewState {
  const next = changed(view, reducePanels(view, 'preset', context))
  return noticed(next, PRESET_TEXT[next.preset], context)
}

/** What it comes to is not seen at once where it is auto, so it is said. */
function withUnits(view: ViewState, context: ViewContext): ViewState {
  const next = changed(view, reducePanels(view, 'units', context))
  return noticed(next, UNITS_TEXT[next.units], context)
}

/** Why a theme changes nothing. */
export const NO_COLOURS_TEXT = 'this terminal shows no colours'

/** Which one is seen at once, its name is not. */
function withTheme(view: ViewState, context: ViewContext): ViewState {
  if (!context.hasColours) return noticed(view, NO_COLOURS_TEXT, context)
  const at = THEME_CHOICES.indexOf(view.theme) + 1
  const theme = THEME_CHOICES[at % THEME_CHOICES.length] ?? 'auto'
  return noticed({ ...view, theme }, themeText(theme, context.ground), context)
}

function themeText(theme: ThemeChoice, ground: Theme['ground']): string {
  return theme === 'auto' ? `theme auto: ${themeFor(theme, ground)}` : `theme ${theme}`
}

/** The same object where nothing has changed. */
function changed(view: ViewState, part: Partial<ViewState>): ViewState {
  return part === view ? view : { ...view, ...part }
}

function toggled(view: ViewState, channel: string): ViewState {
  const others = view.hidden.filter((each) => each !== channel)
  const isHidden = others.length < view.hidden.length
  return { ...view, hidden: isHidden ? others : [...others, channel] }
}

function scrollHelp(view: ViewState, step: HelpStep, { help }: ViewContext): ViewState {
  return view.help === null ? view : { ...view, help: helpAfter(view.help, step, help) }
}

/** To the next device; where there is one alone, to the next panel. */
function goOn(view: ViewState, by: 1 | -1, context: ViewContext): ViewState {
  if (context.devices.length > 1) return select(view, placeOf(view, context) + by, context)
  const action = by === 1 ? 'next_panel' : 'previous_panel'
  return changed(view, reducePanels(view, action, context))
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
