import type { ViewAction } from './view-state.ts'

/** Everything a key can ask for. */
export type Action =
  | ViewAction
  | 'quit'
  | 'suspend'
  | 'redraw'
  | 'totals_reset'
  | 'alarm_ack'
  | 'alarm_snooze'

interface Binding {
  /** Names as blessed gives them. */
  readonly keys: readonly string[]
  readonly action: Action
  /** How help names the keys; empty: the line of another binding names them. */
  readonly shown: string
  readonly help: string
  /** Of use only where the monitor has several devices. */
  readonly several?: true
  /** Of use only where the device has alarm rules. */
  readonly alarms?: true
}

const DEVICE_KEYS: readonly Binding[] = ([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((digit) => ({
  keys: [`${digit}`],
  action: `device_${digit}`,
  shown: '',
  help: '',
  several: true,
}))

/**
 * All keys. Esc only closes help: a split escape sequence looks like Esc, so
 * it must never end anything. `enter` alone is bound, never `return`: blessed
 * sends both for one key.
 */
export const BINDINGS: readonly Binding[] = [
  { keys: ['q', 'S-q', 'C-c'], action: 'quit', shown: 'q  Ctrl-C', help: 'quit' },
  { keys: ['?', 'h', 'f1'], action: 'help', shown: '?  h', help: 'this help' },
  {
    keys: ['space', 'f'],
    action: 'freeze',
    shown: 'space  f',
    help: 'freeze the chart, or go on; the log goes on all the time',
  },
  {
    keys: ['tab'],
    action: 'next_device',
    shown: 'Tab  1-9',
    help: 'next device, or that number; Shift-Tab: the one before',
    several: true,
  },
  { keys: ['S-tab'], action: 'previous_device', shown: '', help: '', several: true },
  ...DEVICE_KEYS,
  {
    keys: ['+', '=', 'z'],
    action: 'zoom_in',
    shown: '+  z',
    help: 'shorter time span, down to 15 s',
  },
  {
    keys: ['-', '_', 'x'],
    action: 'zoom_out',
    shown: '-  x',
    help: 'longer time span, up to 48 h',
  },
  { keys: ['left', ','], action: 'back', shown: 'left', help: 'freeze, then scroll back' },
  { keys: ['right', '.'], action: 'forward', shown: 'right', help: 'scroll forward while frozen' },
  {
    keys: ['pageup'],
    action: 'page_back',
    shown: 'PgUp PgDn',
    help: 'back or forward by a whole span',
  },
  { keys: ['pagedown'], action: 'page_forward', shown: '', help: '' },
  {
    keys: ['home'],
    action: 'oldest',
    shown: 'Home End',
    help: 'to the oldest sample there is; back to now',
  },
  { keys: ['end'], action: 'newest', shown: '', help: '' },
  {
    keys: ['o'],
    action: 'arrange',
    shown: 'o',
    help: 'curves in one chart, or in a strip each',
  },
  { keys: ['e'], action: 'expand', shown: 'e', help: 'chart alone, or everything' },
  {
    keys: ['s'],
    action: 'statistics',
    shown: 's',
    help: 'statistics of 1, 5, 15 min, since r, of the span; then the chart',
  },
  {
    keys: ['r'],
    action: 'totals_reset',
    shown: 'r',
    help: 'charge, energy and statistics start again',
  },
  {
    keys: ['a'],
    action: 'alarm_ack',
    shown: 'a  n',
    help: 'acknowledge all alarms shown; n: no bell or program for 10 min',
    alarms: true,
  },
  { keys: ['n'], action: 'alarm_snooze', shown: '', help: '', alarms: true },
  { keys: ['C-l'], action: 'redraw', shown: 'Ctrl-L', help: 'draw everything again' },
  { keys: ['C-z'], action: 'suspend', shown: 'Ctrl-Z', help: 'to the shell; fg comes back' },
  { keys: ['escape'], action: 'dismiss', shown: 'Esc', help: 'close this help' },
]

const ACTION_BY_KEY: ReadonlyMap<string, Action> = new Map(
  BINDINGS.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
)

/** @param key a key's full name, such as `q`, `C-c`, `left` */
export function actionOf(key: string): Action | undefined {
  return ACTION_BY_KEY.get(key)
}
