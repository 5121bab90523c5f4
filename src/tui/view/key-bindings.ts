import { SNOOZE_MIN } from '../../monitor/view.ts'
import type { JumpAction } from '../jump.ts'
import { PANEL_TITLE } from './frame.ts'
import { PANELS } from './layout.ts'
import { PANEL_NUMBERS } from './panel-choice.ts'
import type { ViewAction } from './view-state.ts'

/** Everything a key can ask for. */
export type Action =
  | ViewAction
  | JumpAction
  | 'quit'
  | 'suspend'
  | 'redraw'
  | 'totals_reset'
  | 'burst'
  | 'save_csv'
  | 'save_chart'
  | 'save_screen'
  | 'alarm_ack'
  | 'alarm_snooze'

/** `1 values, 2 chart, ...` */
const PANEL_LIST = PANELS.map((panel, i) => `${i + 1} ${PANEL_TITLE[panel]}`).join(', ')

/** The subjects of help, in its order. */
export const KEY_GROUPS = [
  'general',
  'time',
  'chart',
  'panels',
  'figures',
  'devices',
  'alarms',
  'markers',
  'mouse',
] as const
export type KeyGroup = (typeof KEY_GROUPS)[number]

/** A line of help. */
export interface HelpEntry {
  readonly group: KeyGroup
  /** How help names the keys; empty: the line of another binding names them. */
  readonly shown: string
  readonly help: string
  /** Of use only where the monitor has several devices. */
  readonly several?: true
  /** Of use only where there is something that may be acknowledged, now or later. */
  readonly alarms?: true
}

interface Binding extends HelpEntry {
  /** Names as blessed gives them. */
  readonly keys: readonly string[]
  readonly action: Action
}

const DEVICE_KEYS: readonly Binding[] = ([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((digit) => ({
  keys: [`${digit}`],
  action: `device_${digit}`,
  group: 'devices',
  shown: '',
  help: '',
  several: true,
}))

const PANEL_KEYS: readonly Binding[] = PANEL_NUMBERS.slice(1).map((number) => ({
  keys: [`M-${number}`],
  action: `panel_${number}`,
  group: 'panels',
  shown: '',
  help: '',
}))

/**
 * All keys. Esc only closes help: a split escape sequence looks like Esc, so
 * it must never end anything. `enter` alone is bound, never `return`: blessed
 * sends both for one key.
 */
export const BINDINGS: readonly Binding[] = [
  { keys: ['q', 'S-q', 'C-c'], action: 'quit', group: 'general', shown: 'q  Ctrl-C', help: 'quit' },
  { keys: ['?', 'h', 'f1'], action: 'help', group: 'general', shown: '?  h', help: 'this help' },
  {
    keys: [':'],
    action: 'command',
    group: 'general',
    shown: ':',
    help: 'commands: settings of the device, marks, and more; says what there is',
  },
  {
    keys: ['m'],
    action: 'mark',
    group: 'markers',
    shown: 'm',
    help: 'a mark on the record, with a note',
  },
  {
    keys: ['space', 'f'],
    action: 'freeze',
    group: 'time',
    shown: 'space  f',
    help: 'freeze the chart, or go on; the log goes on all the time',
  },
  {
    keys: ['tab'],
    action: 'next_device',
    group: 'devices',
    shown: 'Tab  1-9',
    help: 'next device, or that number; Shift-Tab: the one before',
    several: true,
  },
  {
    keys: ['S-tab'],
    action: 'previous_device',
    group: 'devices',
    shown: '',
    help: '',
    several: true,
  },
  ...DEVICE_KEYS,
  {
    keys: ['S-c'],
    action: 'compare',
    group: 'devices',
    shown: 'C',
    help: 'V of all devices in one chart, then A, W; then off',
    several: true,
  },
  {
    keys: ['+', '=', 'z'],
    action: 'zoom_in',
    group: 'time',
    shown: '+  z',
    help: 'shorter time span, down to 10 s',
  },
  {
    keys: ['-', '_', 'x'],
    action: 'zoom_out',
    group: 'time',
    shown: '-  x',
    help: 'longer time span, up to 48 h',
  },
  {
    keys: ['left'],
    action: 'step_back',
    group: 'time',
    shown: 'left right',
    help: 'freeze, scroll back; forward. A cursor moves (Shift: by 10)',
  },
  {
    keys: ['right'],
    action: 'step_forward',
    group: 'time',
    shown: '',
    help: '',
  },
  { keys: ['S-left'], action: 'leap_back', group: 'time', shown: '', help: '' },
  { keys: ['S-right'], action: 'leap_forward', group: 'time', shown: '', help: '' },
  {
    keys: [','],
    action: 'back',
    group: 'time',
    shown: ', .',
    help: 'scroll back, forward, cursor or not',
  },
  { keys: ['.'], action: 'forward', group: 'time', shown: '', help: '' },
  {
    keys: ['c'],
    action: 'cursor',
    group: 'time',
    shown: 'c',
    help: 'cursor: time and values of a sample; again: away with it',
  },
  {
    keys: ['<'],
    action: 'previous_event',
    group: 'time',
    shown: '< >',
    help: 'to the event before, the next one: gaps, restarts, marks, ..',
  },
  { keys: ['>'], action: 'next_event', group: 'time', shown: '', help: '' },
  {
    keys: ['l'],
    action: 'largest',
    group: 'time',
    shown: 'l  L',
    help: 'to the largest current in the log; L: in what is shown',
  },
  { keys: ['S-l'], action: 'largest_shown', group: 'time', shown: '', help: '' },
  {
    keys: ['d'],
    action: 'smallest',
    group: 'time',
    shown: 'd  D',
    help: 'to the smallest voltage; l or d again: the next quantity',
  },
  { keys: ['S-d'], action: 'smallest_shown', group: 'time', shown: '', help: '' },
  {
    keys: ['v'],
    action: 'select',
    group: 'time',
    shown: 'v',
    help: 'select from the cursor on; again: up to there; Esc: nothing',
  },
  {
    keys: ['pageup'],
    action: 'page_back',
    group: 'time',
    shown: 'PgUp PgDn',
    help: 'back or forward by a whole span',
  },
  { keys: ['pagedown'], action: 'page_forward', group: 'time', shown: '', help: '' },
  {
    keys: ['home'],
    action: 'oldest',
    group: 'time',
    shown: 'Home End',
    help: 'to the oldest sample there is; back to now',
  },
  { keys: ['end'], action: 'newest', group: 'time', shown: '', help: '' },
  {
    keys: ['o'],
    action: 'arrange',
    group: 'chart',
    shown: 'o',
    help: 'curves in one chart, or in a strip each',
  },
  {
    keys: ['p'],
    action: 'preset',
    group: 'panels',
    shown: 'p',
    help: 'everything, chart and table, numbers, or a wall of digits',
  },
  {
    keys: ['g'],
    action: 'next_panel',
    group: 'panels',
    shown: 'g  G',
    help: 'next panel, the one before; with one device Tab, too',
  },
  {
    keys: ['M-1'],
    action: 'panel_1',
    group: 'panels',
    shown: 'Alt-1..9',
    help: `to a panel, else it alone; again: away from it: ${PANEL_LIST}`,
  },
  ...PANEL_KEYS,
  { keys: ['S-g'], action: 'previous_panel', group: 'panels', shown: '', help: '' },
  {
    keys: ['e'],
    action: 'expand',
    group: 'panels',
    shown: 'e',
    help: 'that panel alone, else the chart; or everything',
  },
  {
    keys: ['s'],
    action: 'statistics',
    group: 'figures',
    shown: 's',
    help: 'statistics of 1, 5, 15 min, since r, of the span; then the chart',
  },
  {
    keys: ['u'],
    action: 'units',
    group: 'figures',
    shown: 'u',
    help: 'units by size (A, mA, ..), or fixed: base, milli, micro',
  },
  {
    keys: ['b'],
    action: 'burst',
    group: 'figures',
    shown: 'b',
    help: 'the newest burst (trigger=1.5) as a picture; again: close it',
  },
  {
    keys: ['w'],
    action: 'save_csv',
    group: 'figures',
    shown: 'w',
    help: 'write the selection, else what is shown, to a CSV file',
  },
  {
    keys: ['S-w'],
    action: 'save_chart',
    group: 'figures',
    shown: 'W  S',
    help: 'a chart of it as SVG; S: the screen as it is, as SVG',
  },
  { keys: ['S-s'], action: 'save_screen', group: 'figures', shown: '', help: '' },
  {
    keys: ['r'],
    action: 'totals_reset',
    group: 'figures',
    shown: 'r',
    help: 'charge, energy and statistics start again',
  },
  {
    keys: ['a'],
    action: 'alarm_ack',
    group: 'alarms',
    shown: 'a  n',
    help: `acknowledge all alarms shown; n: no bell or program for ${SNOOZE_MIN.usual} min`,
    alarms: true,
  },
  { keys: ['n'], action: 'alarm_snooze', group: 'alarms', shown: '', help: '', alarms: true },
  {
    keys: ['t'],
    action: 'theme',
    group: 'general',
    shown: 't',
    help: 'colours: auto, dark, light, contrast, contrast-light, mono',
  },
  {
    keys: ['S-m'],
    action: 'mouse',
    group: 'mouse',
    shown: 'M',
    help: 'leave the mouse to the terminal, to select text; again: take it',
  },
  {
    keys: ['C-l'],
    action: 'redraw',
    group: 'general',
    shown: 'Ctrl-L',
    help: 'draw everything again',
  },
  {
    keys: ['C-z'],
    action: 'suspend',
    group: 'general',
    shown: 'Ctrl-Z',
    help: 'to the shell; fg comes back',
  },
  {
    keys: ['escape'],
    action: 'dismiss',
    group: 'general',
    shown: 'Esc',
    help: 'close this help, the picture of a burst; leave the panel',
  },
]

/** What the mouse does, for help. */
export const GESTURES: readonly HelpEntry[] = [
  { group: 'mouse', shown: 'wheel', help: 'shorter or longer time span, about the pointer' },
  { group: 'mouse', shown: 'drag', help: 'in the chart: select a span' },
  {
    group: 'mouse',
    shown: 'click',
    help: 'in the chart or the overview: cursor; on a name of a channel: hide or show its curve; on a device: show it; on a key below: press it; on a panel: focus',
  },
]
