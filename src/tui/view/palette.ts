import { offerOf } from '../../figures/offer.ts'
import { SIMULATOR_ORDERS, SNOOZE_MIN } from '../../monitor/view.ts'
import { DEVICE_NAMES } from '../../protocol/words/device-words.ts'
import { readWords } from '../../protocol/words/read-words.ts'
import { THEME_CHOICES } from '../../theme/themes.ts'
import { formatDuration } from '../../util/duration.ts'
import { didYouMean } from '../../util/nearest.ts'
import { UNIT_CHOICES } from '../../util/scaled-unit.ts'
import type { Action } from './key-bindings.ts'
import { isKey } from './keymap.ts'
import {
  alarmCalled,
  alarmNames,
  changed,
  channelNames,
  comparableNames,
  compareOrder,
  deviceOrder,
  hideOrder,
  invalid,
  isHidden,
  JUMP_NAMES,
  jumpOrder,
  noRest,
  oneOf,
  type PaletteContext,
  type PaletteOrder,
  pollingChoices,
  pollingOrder,
  showOrder,
  snoozeOrder,
  spanOrder,
} from './palette-orders.ts'
import { ARRANGEMENTS, PRESETS } from './panel-choice.ts'
import { frozenOf, SPANS_MS } from './time-window.ts'
import { NO_COLOURS_TEXT, PRESET_TEXT, UNITS_TEXT } from './view-state.ts'

export interface PaletteCommand {
  /** Beside the first one, what it may be called, too. */
  readonly names: readonly string[]
  readonly form: string
  readonly about: string
  /** What may stand behind its name; null: nothing may. */
  readonly values: ((context: PaletteContext) => readonly string[]) | null
  /** @throws InaError usage_invalid */
  readonly read: (rest: string, context: PaletteContext) => PaletteOrder
}

/** What the screen itself is told; all other words are for the device. */
export const PALETTE: readonly PaletteCommand[] = [
  {
    names: ['mark'],
    form: 'mark <note>',
    about: 'a mark on the record, with a note; at the cursor, or now',
    values: () => [],
    read: (rest, { view }) => ({
      kind: 'control',
      control: {
        kind: 'mark',
        device: view.selected,
        text: rest === '' ? 'mark' : rest,
        timeUs: frozenOf(view, view.selected) && view.cursorUs,
      },
    }),
  },
  {
    names: ['span'],
    form: 'span <time>',
    about: 'time span of the chart, 10s to 48h',
    values: () => SPANS_MS.map((ms) => formatDuration(ms)),
    read: spanOrder,
  },
  {
    names: ['curves'],
    form: 'curves auto|overlay|strips',
    about: 'curves in one chart, or in a strip each',
    values: () => ARRANGEMENTS,
    read: (rest) => {
      const arrangement = oneOf(rest, ARRANGEMENTS, 'curves', 'kind of arrangement')
      return changed({ arrangement }, `curves: ${arrangement}`)
    },
  },
  {
    names: ['preset'],
    form: 'preset all|chart|numbers|wall',
    about: 'which panels are shown',
    values: () => PRESETS,
    read: (rest) => {
      const preset = oneOf(rest, PRESETS, 'preset', 'set of panels')
      return changed({ preset, focus: null, expanded: null }, PRESET_TEXT[preset])
    },
  },
  {
    names: ['units'],
    form: 'units auto|base|milli|micro',
    about: 'units by size (A, mA, ..), or fixed',
    values: () => UNIT_CHOICES,
    read: (rest) => {
      const units = oneOf(rest, UNIT_CHOICES, 'units', 'choice of units')
      return changed({ units }, UNITS_TEXT[units])
    },
  },
  {
    names: ['jump'],
    form: 'jump next|largest|..',
    about: 'to an event, or an extreme; -shown: in what is shown',
    values: () => JUMP_NAMES,
    read: jumpOrder,
  },
  {
    names: ['hide'],
    form: 'hide <channel>',
    about: 'leave a curve out of the chart',
    values: (context) => channelNames(context).filter((each) => !isHidden(each, context)),
    read: hideOrder,
  },
  {
    names: ['show'],
    form: 'show <channel>|all',
    about: 'bring a hidden curve back, or all of them',
    values: (context) => [
      ...channelNames(context).filter((each) => isHidden(each, context)),
      'all',
    ],
    read: showOrder,
  },
  {
    names: ['device'],
    form: 'device <name>',
    about: 'the device that is shown in full, by name or number',
    values: ({ snapshot }) => snapshot?.devices.map(({ device }) => device) ?? [],
    read: deviceOrder,
  },
  {
    names: ['compare'],
    form: 'compare <channel>|off',
    about: 'one quantity of all devices in one chart',
    values: (context) => [...comparableNames(context), 'off'],
    read: compareOrder,
  },
  {
    names: ['polling'],
    form: 'polling start|stop|trigger [<group>]',
    about: 'polling groups of PLCs: begin or end their turns, or read one now',
    values: pollingChoices,
    read: pollingOrder,
  },
  pressing(['csv'], 'save_csv', 'write the selection, else what is shown, to a file'),
  pressing(['svg'], 'save_chart', 'a chart of the selection, else of what is shown, to a file'),
  pressing(['screen'], 'save_screen', 'the screen as it is, as SVG, to a file'),
  pressing(['reset'], 'totals_reset', 'charge, energy and statistics start again'),
  {
    names: ['acknowledge', 'ack'],
    form: 'acknowledge [<alarm>]',
    about: 'take notice of an alarm, or of all of the device',
    values: alarmNames,
    read: (rest, context) => ({
      kind: 'control',
      control: {
        kind: 'alarm_ack',
        device: context.view.selected,
        name: alarmCalled(rest, context),
      },
    }),
  },
  {
    names: ['snooze'],
    form: 'snooze [<minutes>]',
    about: `no bell and no program for so long, 1 to ${SNOOZE_MIN.longest} min (${SNOOZE_MIN.usual})`,
    values: () => [],
    read: snoozeOrder,
  },
  {
    names: ['simulator'],
    form: 'simulator start|stop',
    about: 'a virtual device, or what stands in for this one',
    values: () => SIMULATOR_ORDERS,
    read: (rest, { view, snapshot }) => {
      const order = oneOf(rest, SIMULATOR_ORDERS, 'simulator', 'order')
      const device = (snapshot && offerOf(snapshot))?.number ?? view.selected
      return { kind: 'control', control: { kind: 'simulator', device, order } }
    },
  },
  {
    names: ['theme'],
    form: 'theme <name>',
    about: 'colours: by the background of the terminal, or these',
    values: () => THEME_CHOICES,
    read: (rest, { hasColours }) => {
      const theme = oneOf(rest, THEME_CHOICES, 'theme', 'theme')
      return hasColours ? changed({ theme }, `theme ${theme}`) : changed({}, NO_COLOURS_TEXT)
    },
  },
  pressing(['burst'], 'burst', 'the newest burst as a picture; again: away with it'),
  pressing(['help'], 'help', 'all keys'),
  pressing(['quit', 'q'], 'quit', 'end the monitor'),
]

/** Does what a key does, and takes nothing behind it. */
function pressing(
  names: readonly [string, ...string[]],
  action: Action,
  about: string,
): PaletteCommand {
  const [name] = names
  const read = noRest(name, { kind: 'actions', actions: [action] })
  return { names, form: name, about, values: null, read }
}

/** Say as well what follows from itself: the words for the device. */
const SEND_NAMES: readonly string[] = ['send', 'set']

/**
 * What a line of the prompt asks for: a command of the screen, else words for the device as
 * `ina219 send` takes them.
 *
 * @throws InaError usage_invalid
 */
export function readPalette(text: string, context: PaletteContext): PaletteOrder {
  const [, name = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(text) ?? []
  const command = PALETTE.find(({ names }) => names.includes(name))
  if (command !== undefined) return command.read(rest, context)
  const words = SEND_NAMES.includes(name) ? rest : text.trim()
  if (scopeAt(words, 0, context) === null) refuseUnknown(words)
  // Read here to find a mistake while the line can still be mended; the monitor reads it again.
  const read = readWords([words], (given, at) => scopeAt(given, at, context), context.clock)
  for (const { device } of read) if (device !== null) refuseStranger(device, context)
  return { kind: 'control', control: { kind: 'send', device: context.view.selected, words } }
}

function scopeAt(text: string, at: number, { snapshot }: PaletteContext): string | null {
  const names = snapshot?.devices.flatMap(({ device, source }) => [device, source.label]) ?? []
  const found = names.filter((name) => text.startsWith(`${name}:`, at))
  return found.sort((one, other) => other.length - one.length)[0] ?? null
}

/** The device that the words are for is none of the monitor. */
function refuseStranger(name: string, { snapshot }: PaletteContext): void {
  const devices = snapshot?.devices ?? []
  if (devices.some(({ device, source }) => device === name || source.label === name)) return
  const all = devices.map(({ device }) => device)
  throw invalid(
    `there is no device '${name}'`,
    didYouMean(name, all, `there are: ${all.join(', ')}`),
  )
}

/** The first word is neither ours nor the device's. */
function refuseUnknown(words: string): void {
  const [word = ''] = words.split(/[\s,]/)
  const [name = ''] = word.split('=')
  if (name === '' || name.includes(':') || DEVICE_NAMES.includes(name)) return
  const own = PALETTE.find(({ names }) => names.includes(name))
  if (own !== undefined) {
    throw invalid(`'${name}' is a command of the screen, without '='`, `write ${own.form}`)
  }
  if (isKey(name)) throw invalid(`'${name}' is a key, and no command`, `Esc, then ${name}`)
  const all = [...PALETTE.flatMap(({ names }) => names), ...DEVICE_NAMES]
  throw invalid(
    `'${name}' is no command of the screen and no setting of a device`,
    didYouMean(name.toLowerCase(), all, 'Tab goes through all of them'),
  )
}
