import type { Channel } from '../../domain/channels.ts'
import type { Snapshot, ViewControl } from '../../monitor/view.ts'
import type { Clock } from '../../util/clock.ts'
import { formatDuration, parseDuration } from '../../util/duration.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import type { JumpAction } from '../jump.ts'
import { comparable } from './compare.ts'
import type { Action } from './keymap.ts'
import { SPANS_MS } from './time-window.ts'
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

/** How long `snooze` alone snoozes, and at most, minutes. */
const SNOOZE_MIN = 10
const LONGEST_SNOOZE_MIN = 1440

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
    throw invalid(`'${name}' takes nothing behind it, and '${rest}' is`, `write ${name}`)
  }
}

export function spanOrder(rest: string, { view }: PaletteContext): PaletteOrder {
  const choices = SPANS_MS.map((ms) => formatDuration(ms))
  const index = SPANS_MS.indexOf(rest === '' ? 0 : parseDuration(rest))
  if (index < 0) {
    throw invalid(`the chart has no span '${rest}'`, `choose one of ${choices.join(', ')}`)
  }
  const by = index - view.spanIndex
  const actions = new Array<Action>(Math.abs(by)).fill(by < 0 ? 'zoom_in' : 'zoom_out')
  return { kind: 'actions', actions }
}

export function jumpOrder(rest: string): PaletteOrder {
  return { kind: 'actions', actions: [JUMPS[oneOf(rest, JUMP_NAMES, 'place to jump to')]] }
}

export function deviceOrder(rest: string, { snapshot }: PaletteContext): PaletteOrder {
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

export function snoozeOrder(rest: string, { view }: PaletteContext): PaletteOrder {
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

export function alarmNames({ snapshot }: PaletteContext): readonly string[] {
  return snapshot?.alarms.map(({ name }) => name) ?? []
}

export function alarmCalled(rest: string, context: PaletteContext): string | null {
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
  const { id } = channelCalled(oneOf(rest, names, 'quantity to compare'), context)
  return changed({ compare: id }, `${rest} of all devices; compare off ends it`)
}

export function isHidden(name: string, context: PaletteContext): boolean {
  return context.view.hidden.includes(channelCalled(name, context).id)
}

export function channelCalled(name: string, context: PaletteContext): Channel {
  const found = context.snapshot?.channels.find((each) =>
    [channelName(each), each.id].some((own) => own.toLowerCase() === name.toLowerCase()),
  )
  if (found !== undefined) return found
  throw invalid(`there is no channel '${name}'`, `there are: ${channelNames(context).join(', ')}`)
}

export function oneOf<T extends string>(text: string, choices: readonly T[], what: string): T {
  const found = choices.find((each) => each === text)
  if (found !== undefined) return found
  throw invalid(`'${text}' is no ${what}`, `choose one of ${choices.join(', ')}`)
}

export function invalid(message: string, hint: string): InaError {
  return new InaError('usage_invalid', message, hint)
}
