import type { Channel } from '../../domain/channels.ts'
import type { Snapshot, ViewControl } from '../../monitor/view.ts'
import { DEVICE_NAMES } from '../../protocol/words/device-words.ts'
import { readWords } from '../../protocol/words/read-words.ts'
import { WORD_FORMS, type WordForm } from '../../protocol/words/word-forms.ts'
import { THEME_CHOICES } from '../../theme/themes.ts'
import type { Clock } from '../../util/clock.ts'
import { formatDuration, parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import type { Action } from './keymap.ts'
import type { EditedLine } from './line-edit.ts'
import type { Candidate, Completion } from './prompt.ts'
import { frozenOf, SPANS_MS } from './time-window.ts'
import type { ViewState } from './view-state.ts'

/** What a line of the prompt depends on besides itself. */
export interface PaletteContext {
  readonly view: ViewState
  readonly snapshot: Snapshot | null
  readonly clock: Clock
}

/** What a line asks for. */
export type PaletteOrder =
  /** The same as these keys. */
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  /** Another view. */
  | { readonly kind: 'change'; readonly change: Partial<ViewState>; readonly said: string }
  | { readonly kind: 'control'; readonly control: ViewControl }

interface PaletteCommand {
  /** Beside the first one, what it may be called, too. */
  readonly names: readonly string[]
  readonly form: string
  readonly about: string
  /** What may stand behind its name; null: nothing may. */
  readonly values: ((context: PaletteContext) => readonly string[]) | null
  /** @throws InaError usage_invalid */
  readonly read: (rest: string, context: PaletteContext) => PaletteOrder
}

const ARRANGEMENTS = ['auto', 'overlay', 'strips'] as const
/** How long `snooze` alone snoozes, and at most, minutes. */
const SNOOZE_MIN = 10
const LONGEST_SNOOZE_MIN = 1440

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
      const arrangement = oneOf(rest, ARRANGEMENTS, 'arrangement of the curves')
      return changed({ arrangement }, `curves: ${arrangement}`)
    },
  },
  {
    names: ['hide'],
    form: 'hide <channel>',
    about: 'leave a curve out of the chart',
    values: (context) => channelNames(context).filter((each) => !isHidden(each, context)),
    read: (rest, context) => {
      const { id } = channelCalled(rest, context)
      const hidden = [...context.view.hidden.filter((each) => each !== id), id]
      return changed({ hidden }, `${rest} is hidden; show ${rest} brings it back`)
    },
  },
  {
    names: ['show'],
    form: 'show <channel>|all',
    about: 'bring a hidden curve back, or all of them',
    values: (context) => [
      ...channelNames(context).filter((each) => isHidden(each, context)),
      'all',
    ],
    read: (rest, context) => {
      if (rest === 'all') return changed({ hidden: [] }, 'all curves are shown')
      const { id } = channelCalled(rest, context)
      const hidden = context.view.hidden.filter((each) => each !== id)
      return changed({ hidden }, `${rest} is shown`)
    },
  },
  {
    names: ['device'],
    form: 'device <name>',
    about: 'the device that is shown in full, by name or number',
    values: ({ snapshot }) => snapshot?.devices.map(({ device }) => device) ?? [],
    read: deviceOrder,
  },
  {
    names: ['csv'],
    form: 'csv',
    about: 'write the selection, else what is shown, to a file',
    values: null,
    read: noRest('csv', { kind: 'actions', actions: ['save_csv'] }),
  },
  {
    names: ['svg'],
    form: 'svg',
    about: 'a chart of the selection, else of what is shown, to a file',
    values: null,
    read: noRest('svg', { kind: 'actions', actions: ['save_chart'] }),
  },
  {
    names: ['screen'],
    form: 'screen',
    about: 'the screen as it is, as SVG, to a file',
    values: null,
    read: noRest('screen', { kind: 'actions', actions: ['save_screen'] }),
  },
  {
    names: ['reset'],
    form: 'reset',
    about: 'charge, energy and statistics start again',
    values: null,
    read: noRest('reset', { kind: 'actions', actions: ['totals_reset'] }),
  },
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
    about: 'no bell and no program for so long, 1 to 1440 min (10)',
    values: () => [],
    read: snoozeOrder,
  },
  {
    names: ['theme'],
    form: 'theme <name>',
    about: 'colours: by the background of the terminal, or these',
    values: () => THEME_CHOICES,
    read: (rest) => {
      const theme = oneOf(rest, THEME_CHOICES, 'theme')
      return changed({ theme }, `theme ${theme}`)
    },
  },
  {
    names: ['help'],
    form: 'help',
    about: 'all keys',
    values: null,
    read: noRest('help', { kind: 'actions', actions: ['help'] }),
  },
  {
    names: ['quit', 'q'],
    form: 'quit',
    about: 'end the monitor',
    values: null,
    read: noRest('quit', { kind: 'actions', actions: ['quit'] }),
  },
]

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
  readWords([words], (given, at) => scopeAt(given, at, context), context.clock)
  return { kind: 'control', control: { kind: 'send', device: context.view.selected, words } }
}

/** What may stand at the cursor. */
export function completePalette(line: EditedLine, context: PaletteContext): Completion {
  const text = line.text.slice(0, line.cursor)
  const [, blanks = '', name = '', gap, rest = ''] =
    /^(\s*)([^\s,]*)([\s,]+)?(.*)$/s.exec(text) ?? []
  if (gap === undefined) {
    const from = blanks.length
    return { from, candidates: fitting(name, [...ownCandidates(), ...wordCandidates(name, [])]) }
  }
  const command = PALETTE.find(({ names }) => names.includes(name))
  const from = blanks.length + name.length + gap.length
  if (command !== undefined) return { from, candidates: valueCandidates(command, rest, context) }
  const fragment = /[^\s,]*$/.exec(text)?.[0] ?? ''
  const before = text.slice(0, text.length - fragment.length).split(/[\s,]+/)
  const candidates = fitting(fragment, wordCandidates(fragment, before))
  return { from: text.length - fragment.length, candidates }
}

function ownCandidates(): Candidate[] {
  return PALETTE.map(({ names: [name = ''], form, about, values }) => ({
    text: values === null ? name : `${name} `,
    form,
    about,
  }))
}

function valueCandidates(
  { form, about, values }: PaletteCommand,
  rest: string,
  context: PaletteContext,
): readonly Candidate[] {
  const offered = (values?.(context) ?? []).filter((each) => startsWith(each, rest))
  if (offered.length === 0) return [{ text: rest, form, about }]
  return offered.map((each) => ({ text: each, form: each, about }))
}

/** @param before words in front of it: a further member needs its setting there */
function wordCandidates(fragment: string, before: readonly string[]): Candidate[] {
  const said = fragment.indexOf('=')
  if (said >= 0) return settingCandidates(fragment, fragment.slice(0, said))
  const commands = new Set(
    before.flatMap((each) => {
      const name = each.split('=')[0]
      const found = WORD_FORMS.find((form) => form.name === name)
      return found?.word.kind === 'setting' ? [found.word.cmd] : []
    }),
  )
  return WORD_FORMS.filter(({ word }) => word.kind === 'setting' || commands.has(word.cmd)).map(
    (form) => ({
      text: form.values === null || form.isAlone ? form.name : `${form.name}=`,
      form: formOf(form),
      about: form.word.about,
    }),
  )
}

/** What may stand behind `=`, and what the setting is about while a number is being written. */
function settingCandidates(fragment: string, name: string): Candidate[] {
  const form = WORD_FORMS.find((each) => each.name === name)
  if (form === undefined) return []
  const { about } = form.word
  const values = (form.values ?? []).map((value) => `${name}=${value}`)
  const whole = values.filter((each) => each.startsWith(fragment))
  const isFree = formOf(form).includes('<') || whole.length === 0
  return [
    ...(isFree ? [{ text: fragment, form: formOf(form), about }] : []),
    ...whole.map((each) => ({ text: each, form: each, about })),
  ]
}

/** As the help shows it, but for one of several names: `output.B=on|off`. */
function formOf({ name, word }: WordForm): string {
  const [first = name] = word.names
  return name === first
    ? (word.form.split(',')[0] ?? name)
    : (word.form.replace(/^[\w.]+/, name).split(',')[0] ?? name)
}

/** Those that begin so; where none does, those that have it anywhere. */
function fitting(fragment: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const begin = candidates.filter(({ text }) => startsWith(text, fragment))
  if (begin.length > 0) return begin
  return candidates.filter(({ text }) => text.toLowerCase().includes(fragment.toLowerCase()))
}

function startsWith(text: string, begin: string): boolean {
  return text.toLowerCase().startsWith(begin.toLowerCase())
}

function changed(change: Partial<ViewState>, said: string): PaletteOrder {
  return { kind: 'change', change, said }
}

function noRest(name: string, order: PaletteOrder): (rest: string) => PaletteOrder {
  return (rest) => {
    if (rest === '') return order
    throw invalid(`'${name}' takes nothing behind it, and '${rest}' is`, `write ${name}`)
  }
}

function spanOrder(rest: string, { view }: PaletteContext): PaletteOrder {
  const choices = SPANS_MS.map((ms) => formatDuration(ms))
  const index = SPANS_MS.indexOf(rest === '' ? 0 : parseDuration(rest))
  if (index < 0) {
    throw invalid(`the chart has no span '${rest}'`, `choose one of ${choices.join(', ')}`)
  }
  const by = index - view.spanIndex
  const actions = new Array<Action>(Math.abs(by)).fill(by < 0 ? 'zoom_in' : 'zoom_out')
  return { kind: 'actions', actions }
}

function deviceOrder(rest: string, { snapshot }: PaletteContext): PaletteOrder {
  const devices = snapshot?.devices ?? []
  const named = devices.find(({ device, source }) => device === rest || source.label === rest)
  const found = named ?? devices.find(({ number }) => String(number + 1) === rest)
  if (found !== undefined) return changed({ selected: found.number }, '')
  const names = devices.map(({ device }) => device)
  throw invalid(
    `there is no device '${rest}'`,
    didYouMean(rest, names, `there are: ${names.join(', ')}`),
  )
}

function snoozeOrder(rest: string, { view }: PaletteContext): PaletteOrder {
  const minutes = rest === '' ? SNOOZE_MIN : Number(rest)
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > LONGEST_SNOOZE_MIN) {
    throw invalid(
      `'${rest}' is no number of minutes from 1 to ${LONGEST_SNOOZE_MIN}`,
      'write snooze 10',
    )
  }
  const control = { kind: 'alarm_snooze', device: view.selected, name: null, minutes } as const
  return { kind: 'control', control }
}

function alarmNames({ snapshot }: PaletteContext): readonly string[] {
  return snapshot?.alarms.map(({ name }) => name) ?? []
}

function alarmCalled(rest: string, context: PaletteContext): string | null {
  if (rest === '') return null
  const names = alarmNames(context)
  if (names.includes(rest)) return rest
  const otherwise =
    names.length === 0 ? 'the device has no rules' : `there are: ${names.join(', ')}`
  throw invalid(`there is no alarm '${rest}'`, didYouMean(rest, names, otherwise))
}

/** As people call a channel: V, A, W, or its own name. */
function channelName({ quantity, unit, id }: Channel): string {
  return quantity === null ? id : unit
}

function channelNames({ snapshot }: PaletteContext): readonly string[] {
  return snapshot?.channels.map(channelName) ?? []
}

function isHidden(name: string, context: PaletteContext): boolean {
  return context.view.hidden.includes(channelCalled(name, context).id)
}

function channelCalled(name: string, context: PaletteContext): Channel {
  const found = context.snapshot?.channels.find((each) =>
    [channelName(each), each.id].some((own) => own.toLowerCase() === name.toLowerCase()),
  )
  if (found !== undefined) return found
  throw invalid(`there is no channel '${name}'`, `there are: ${channelNames(context).join(', ')}`)
}

function oneOf<T extends string>(text: string, choices: readonly T[], what: string): T {
  const found = choices.find((each) => each === text)
  if (found !== undefined) return found
  throw invalid(`'${text}' is no ${what}`, `choose one of ${choices.join(', ')}`)
}

function scopeAt(text: string, at: number, { snapshot }: PaletteContext): string | null {
  const names = snapshot?.devices.flatMap(({ device, source }) => [device, source.label]) ?? []
  const found = names.filter((name) => text.startsWith(`${name}:`, at))
  return found.sort((one, other) => other.length - one.length)[0] ?? null
}

/** The first word is neither ours nor the device's. */
function refuseUnknown(words: string): void {
  const [word = ''] = words.split(/[\s,]/)
  const [name = ''] = word.split('=')
  if (name === '' || name.includes(':') || DEVICE_NAMES.includes(name)) return
  const all = [...PALETTE.flatMap(({ names }) => names), ...DEVICE_NAMES]
  throw invalid(
    `'${name}' is no command of the screen and no setting of a device`,
    didYouMean(name, all, 'Tab goes through all of them'),
  )
}

function invalid(message: string, hint: string): InaError {
  return new InaError('usage_invalid', message, hint)
}
