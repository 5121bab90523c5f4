import type { Channel } from '../../domain/channels.ts'
import { POLLING_ORDERS, SNOOZE_MIN, type Snapshot, type ViewControl } from '../../monitor/view.ts'
import type { Clock } from '../../util/clock.ts'
import { formatDuration, parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean, nearest } from '../../util/nearest.ts'
import type { JumpAction } from '../jump.ts'
import { comparable } from './compare.ts'
import type { Action } from './key-bindings.ts'
import { SPANS_MS } from './time-window.ts'
import type { ViewState } from './view-state.ts'

/** What a line of the prompt depends on besides itself. */
export interface PaletteContext {
  readonly view: ViewState
  readonly snapshot: Snapshot | null
  /** False: the terminal shows none, whatever the theme. */
  readonly hasColours: boolean
  readonly clock: Clock
}

/** What a line asks for. */
export type PaletteOrder =
  /** The same as these keys. */
  | { readonly kind: 'actions'; readonly actions: readonly Action[] }
  /** Another view. */
  | { readonly kind: 'change'; readonly change: Partial<ViewState>; readonly said: string }
  | { readonly kind: 'control'; readonly control: ViewControl }

const JUMPS = {
  next: 'next_event',
  previous: 'previous_event',
  largest: 'largest',
  smallest: 'smallest',
  'largest-shown': 'largest_shown',
  'smallest-shown': 'smallest_shown',
} as const satisfies Readonly<Record<string, JumpAction>>
export const JUMP_NAMES = Object.keys(JUMPS) as readonly (keyof typeof JUMPS)[]

export function changed(change: Partial<ViewState>, said: string): PaletteOrder {
  return { kind: 'change', change, said }
}

export function noRest(name: string, order: PaletteOrder): (rest: string) => PaletteOrder {
  return (rest) => {
    if (rest === '') return order
    throw invalid(`'${name}' takes nothing behind it, such as '${rest}'`, `write ${name} alone`)
  }
}

export function spanOrder(rest: string, { view }: PaletteContext): PaletteOrder {
  const choices = SPANS_MS.map((ms) => formatDuration(ms))
  const ms = choices.includes(rest) ? parseDuration(rest) : durationIn(rest)
  const index = ms === null ? -1 : SPANS_MS.indexOf(ms)
  if (index < 0) throw notAmong('span', 'time span of the chart', rest, choices)
  const by = index - view.spanIndex
  if (by === 0)
    return changed({}, `the time span is ${formatDuration(SPANS_MS[index] ?? 0)} already`)
  const actions = new Array<Action>(Math.abs(by)).fill(by < 0 ? 'zoom_in' : 'zoom_out')
  return { kind: 'actions', actions }
}

/** @returns ms; null: it is none, whatever it may be instead */
function durationIn(text: string): number | null {
  try {
    return parseDuration(text)
  } catch {
    return null
  }
}

export function jumpOrder(rest: string): PaletteOrder {
  return { kind: 'actions', actions: [JUMPS[oneOf(rest, JUMP_NAMES, 'jump', 'place to jump to')]] }
}

export function deviceOrder(rest: string, { snapshot }: PaletteContext): PaletteOrder {
  const devices = snapshot?.devices ?? []
  const named = devices.find(({ device, source }) => device === rest || source.label === rest)
  const found = named ?? devices.find(({ number }) => String(number + 1) === rest)
  if (found !== undefined) return changed({ selected: found.number }, '')
  const names = devices.map(({ device }) => device)
  throw notAmong('device', 'device of the monitor', rest, names)
}

export function snoozeOrder(rest: string, { view }: PaletteContext): PaletteOrder {
  const minutes = rest === '' ? SNOOZE_MIN.usual : /^\d+$/.test(rest) ? Number(rest) : 0
  if (minutes < 1 || minutes > SNOOZE_MIN.longest) {
    throw invalid(
      `'${rest}' is no number of minutes from 1 to ${SNOOZE_MIN.longest}`,
      `write such as snooze ${SNOOZE_MIN.usual}`,
    )
  }
  const control = { kind: 'alarm_snooze', device: view.selected, name: null, minutes } as const
  return { kind: 'control', control }
}

/** Of all PLCs: those that only one of them has by their names alone. */
function groupNames({ snapshot }: PaletteContext): readonly string[] {
  const all = (snapshot?.plcs ?? []).flatMap(({ device, groups }) =>
    groups.map(({ name }) => ({ name, full: `${device}/${name}` })),
  )
  return all.map(({ name, full }) => {
    return all.filter((each) => each.name === name).length === 1 ? name : full
  })
}

export function pollingChoices(context: PaletteContext): readonly string[] {
  const names = groupNames(context)
  return POLLING_ORDERS.flatMap((order) => [order, ...names.map((name) => `${order} ${name}`)])
}

export function pollingOrder(rest: string, context: PaletteContext): PaletteOrder {
  const [word = '', ...names] = rest.split(/\s+/)
  const order = oneOf(word, POLLING_ORDERS, 'polling', 'order')
  const group = names.join(' ')
  // Whether there is such a group, the answer says.
  const device = context.view.selected
  return {
    kind: 'control',
    control: { kind: 'polling', device, order, group: group === '' ? null : group },
  }
}

export function alarmNames({ snapshot }: PaletteContext): readonly string[] {
  return snapshot?.alarms.map(({ name }) => name) ?? []
}

export function alarmCalled(rest: string, context: PaletteContext): string | null {
  if (rest === '') return null
  const names = alarmNames(context)
  if (names.includes(rest)) return rest
  const otherwise =
    names.length === 0 ? 'rules come from --limit and --alarm' : `there are: ${names.join(', ')}`
  throw invalid(`there is no alarm '${rest}'`, didYouMean(rest, names, otherwise))
}

/** As people call a channel: V, A, W, or its own name. */
function channelName({ quantity, unit, id }: Channel): string {
  return quantity === null ? id : unit
}

export function channelNames({ snapshot }: PaletteContext): readonly string[] {
  return snapshot?.channels.map(channelName) ?? []
}

export function comparableNames({ snapshot }: PaletteContext): readonly string[] {
  const ids = snapshot === null ? [] : comparable(snapshot)
  return snapshot?.channels.filter(({ id }) => ids.includes(id)).map(channelName) ?? []
}

export function compareOrder(rest: string, context: PaletteContext): PaletteOrder {
  if (rest === 'off') return changed({ compare: null }, 'nothing is compared')
  const names = comparableNames(context)
  if (names.length === 0) {
    throw invalid('there is one device alone', 'start the monitor with several to compare them')
  }
  const name = names.find((each) => each.toLowerCase() === rest.toLowerCase())
  if (name === undefined) {
    throw notAmong('compare', 'quantity to compare', rest, [...names, 'off'])
  }
  const { id } = channelCalled(name, context)
  return changed({ compare: id, statistics: null }, `${name} of all devices; compare off ends it`)
}

export function isHidden(name: string, context: PaletteContext): boolean {
  return context.view.hidden.includes(channelCalled(name, context).id)
}

/** `V`, or the name of an extra channel, which has to be one of the device. */
function channelCalled(name: string, { snapshot }: PaletteContext): Channel {
  const found = channelFor(name, snapshot?.channels ?? [])
  if (found !== undefined) return found
  throw invalid(`there is no channel '${name}'`, 'Tab goes through all of them')
}

function channelFor(name: string, channels: readonly Channel[]): Channel | undefined {
  return channels.find((each) =>
    [channelName(each), each.id].some((own) => own.toLowerCase() === name.toLowerCase()),
  )
}

/** Hides a curve. */
export function hideOrder(rest: string, context: PaletteContext): PaletteOrder {
  const channel = channelFor(rest, context.snapshot?.channels ?? [])
  if (channel === undefined) {
    throw notAmong('hide', 'channel of the device', rest, channelNames(context))
  }
  const name = channelName(channel)
  const hidden = [...context.view.hidden.filter((each) => each !== channel.id), channel.id]
  return changed({ hidden }, `${name} is hidden; show ${name} brings it back`)
}

/** Brings a curve back, or all of them. */
export function showOrder(rest: string, context: PaletteContext): PaletteOrder {
  if (rest === 'all') return changed({ hidden: [] }, 'all curves are shown')
  const channel = channelFor(rest, context.snapshot?.channels ?? [])
  if (channel === undefined) {
    throw notAmong('show', 'channel of the device', rest, [...channelNames(context), 'all'])
  }
  const hidden = context.view.hidden.filter((each) => each !== channel.id)
  return changed({ hidden }, `${channelName(channel)} is shown`)
}

/** @param what is to be chosen, for an error */
export function oneOf<T extends string>(
  text: string,
  choices: readonly T[],
  command: string,
  what: string,
): T {
  const found = choices.find((each) => each === text)
  if (found !== undefined) return found
  throw notAmong(command, what, text, choices)
}

/** What stands behind a command is missing or is none of what may stand there. */
function notAmong(
  command: string,
  what: string,
  text: string,
  choices: readonly string[],
): InaError {
  const all = choices.join(', ')
  if (text === '')
    return invalid(`'${command}' needs a ${what}`, `write ${command} and one of ${all}`)
  // Of one letter or two, nothing is left that could have been meant.
  const guess = text.length > 2 ? nearest(text, choices) : null
  const meant = guess === null ? '' : `did you mean '${guess}'? `
  return invalid(`'${text}' is no ${what}`, `${meant}choose one of ${all}`)
}

export function invalid(message: string, hint: string): InaError {
  return new InaError('usage_invalid', message, hint)
}
