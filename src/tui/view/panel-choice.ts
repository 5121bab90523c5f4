import { UNIT_CHOICES, type UnitChoice } from '../../util/scaled-unit.ts'
import { PANELS, type Panel } from './layout.ts'

/**
 * Which panels are shown at all. `all`: what there is room for. `chart`: the chart with the table below
 * it. `numbers`: gauges, a table of all channels, events. `wall`: the newest values and what is wrong, as
 * large as there is room.
 */
export type Preset = (typeof PRESETS)[number]
export const PRESETS = ['all', 'chart', 'numbers', 'wall'] as const

export type Arrangement = (typeof ARRANGEMENTS)[number]
export const ARRANGEMENTS = ['auto', 'overlay', 'strips'] as const

/** Which panels are shown, and how; changed only by `reducePanels`. */
export interface PanelChoice {
  readonly preset: Preset
  /** What `expand` is for; null: the chart. */
  readonly focus: Panel | null
  /** The only panel; null: all of the preset. */
  readonly expanded: Panel | null
  /** Curves in one frame, or in a strip each; `auto`: strips where there is room. */
  readonly arrangement: Arrangement
  /** Of what span the statistics are that stand in the chart's place; null: the chart. */
  readonly statistics: StatisticsChoice | null
  /** Which prefix units have: by size, or a fixed one. */
  readonly units: UnitChoice
  /** Of which channel the curves of all devices are in one chart; null: the channels of one device. */
  readonly compare: string | null
}

/** `1m`, `5m`, `15m`: up to now. `span`: that of the chart, also of a frozen one. */
export type StatisticsChoice = (typeof STATISTICS_CHOICES)[number]
const STATISTICS_CHOICES = ['1m', '5m', '15m', 'reset', 'span'] as const

export const INITIAL_PANELS: PanelChoice = {
  preset: 'all',
  focus: null,
  expanded: null,
  arrangement: 'auto',
  statistics: null,
  units: 'auto',
  compare: null,
}

/** Counted as in `PANELS`, from 1. */
export const PANEL_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const
type PanelNumber = (typeof PANEL_NUMBERS)[number]

export type PanelAction =
  | 'arrange'
  | 'expand'
  | 'statistics'
  | 'preset'
  | 'next_panel'
  | 'previous_panel'
  | 'no_panel'
  | `panel_${PanelNumber}`
  | 'units'
  | 'compare'

/** What a change of the panels depends on besides themselves. */
export interface PanelContext {
  /** The curves are in a strip each at the moment. */
  readonly apart: boolean
  /** The panels that there are while none is expanded, in order. */
  readonly panels: readonly Panel[]
  /** The channels that can be compared; none where there is one device alone. */
  readonly comparable: readonly string[]
  /** Those that can be shown alone without having a place beside the others. */
  readonly alone: readonly Panel[]
}

/** The next choice. Pure. */
export function reducePanels(
  choice: PanelChoice,
  action: PanelAction,
  { apart, panels, comparable, alone }: PanelContext,
): PanelChoice {
  switch (action) {
    case 'arrange':
      return { ...choice, arrangement: apart ? 'overlay' : 'strips' }
    case 'expand':
      return expand(choice, panels)
    case 'statistics':
      return { ...choice, statistics: nextStatistics(choice) }
    case 'preset':
      return { ...choice, preset: after(PRESETS, choice.preset, 1), focus: null, expanded: null }
    case 'next_panel':
      return moveFocus(choice, panels, 1)
    case 'previous_panel':
      return moveFocus(choice, panels, -1)
    case 'no_panel':
      return focusOn(choice, null)
    case 'units':
      return { ...choice, units: after(UNIT_CHOICES, choice.units, 1) }
    case 'compare':
      return { ...choice, statistics: null, compare: nextOf(comparable, choice.compare) }
    default:
      return goTo(choice, Number(action.slice('panel_'.length)), panels, alone)
  }
}

/** One that is expanded gives way to that which the focus is on. */
export function focusOn(choice: PanelChoice, focus: Panel | null): PanelChoice {
  const expanded = choice.expanded === null ? null : focus
  if (focus === choice.focus && expanded === choice.expanded) return choice
  return { ...choice, focus, expanded }
}

/** Again: away from it. What has no place beside the others is shown alone. */
function goTo(
  choice: PanelChoice,
  number: number,
  panels: readonly Panel[],
  alone: readonly Panel[],
): PanelChoice {
  const panel = PANELS[number - 1]
  if (panel === undefined) return choice
  if (panels.includes(panel)) return focusOn(choice, panel === choice.focus ? null : panel)
  if (!alone.includes(panel)) return choice
  if (panel === choice.expanded) return { ...choice, focus: null, expanded: null }
  return { ...choice, focus: panel, expanded: panel }
}

function expand(choice: PanelChoice, panels: readonly Panel[]): PanelChoice {
  if (choice.expanded !== null) return { ...choice, expanded: null }
  // What has the focus may have gone with a resize.
  const focus = choice.focus !== null && panels.includes(choice.focus) ? choice.focus : 'chart'
  return { ...choice, expanded: focus }
}

/** Past the last panel comes the first. */
function moveFocus(choice: PanelChoice, panels: readonly Panel[], by: 1 | -1): PanelChoice {
  if (panels.length === 0) return choice
  const from = choice.focus ?? choice.expanded
  if (from === null) return focusOn(choice, panels.at(by === 1 ? 0 : -1) ?? null)
  return focusOn(choice, after(panels, from, by))
}

function after<T>(all: readonly T[], one: T, by: 1 | -1): T {
  return all[(all.indexOf(one) + by + all.length) % all.length] as T
}

/** After the last one comes the chart again. */
function nextStatistics({ statistics }: PanelChoice): StatisticsChoice | null {
  return nextOf(STATISTICS_CHOICES, statistics)
}

/** The first one after none; none after the last one. */
function nextOf<T>(all: readonly T[], one: T | null): T | null {
  return (one === null ? all[0] : all[all.indexOf(one) + 1]) ?? null
}
