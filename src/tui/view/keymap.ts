import type { HelpStep } from './help-place.ts'
import { type Action, BINDINGS, GESTURES, type HelpEntry, type KeyGroup } from './key-bindings.ts'

/** What makes keys of use. */
export interface KeyOffer {
  /** Devices. */
  readonly several: boolean
  /** There is something that may be acknowledged: rules of the device, or a latched fault. */
  readonly alarms: boolean
}

/** The lines of help on one subject. */
export function helpEntries(group: KeyGroup, { several, alarms }: KeyOffer): readonly HelpEntry[] {
  return [...BINDINGS, ...GESTURES].filter(
    (each) =>
      each.group === group &&
      each.shown !== '' &&
      (several || !each.several) &&
      (alarms || !each.alarms),
  )
}

/** What keys do while help is open; every other one closes it. */
const HELP_KEYS: ReadonlyMap<string, HelpStep> = new Map([
  ['up', 'up'],
  ['down', 'down'],
  ['pageup', 'page_up'],
  ['pagedown', 'page_down'],
  ['home', 'first'],
  ['end', 'last'],
])

/** @param key a key's full name */
export function helpStepOf(key: string): HelpStep | undefined {
  return HELP_KEYS.get(key)
}

const ACTION_BY_KEY: ReadonlyMap<string, Action> = new Map(
  BINDINGS.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
)

/** Whether a character is a key by itself. */
export function isKey(char: string): boolean {
  const isUpper = char !== char.toLowerCase()
  return char.length === 1 && ACTION_BY_KEY.has(isUpper ? `S-${char.toLowerCase()}` : char)
}

/** Beside those that write a character; others may be what a terminal says, and not a person. */
const NAMED_KEY = /^(up|down|enter|backspace|delete|insert|f\d{1,2}|M-[a-z0-9])$/

/**
 * What to call a key that somebody has meant and that does nothing; null: nobody has.
 *
 * @param key its full name @param char what it writes; null: nothing
 */
export function strangeKey(key: string, char: string | null): string | null {
  if (NAMED_KEY.test(key)) {
    return key.replace(/^M-/, 'Alt-').replace(/^f(?=\d)/, 'F')
  }
  return char !== null && /^[^\p{C}\s]$/u.test(char) ? char : null
}

/** @param key a key's full name, such as `q`, `C-c`, `left` */
export function actionOf(key: string): Action | undefined {
  return ACTION_BY_KEY.get(key)
}
