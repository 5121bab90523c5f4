import type { Clock } from '../../util/clock.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import type { Command } from '../link/commands.ts'
import {
  DEVICE_NAMES,
  type DeviceWord,
  deviceWord,
  type MemberWord,
  type SettingWord,
} from './device-words.ts'
import type { Given } from './word-values.ts'

/** A command as the user wrote it, with its further members. */
export interface WordedCommand {
  /** Label or source; null: none is named. */
  readonly device: string | null
  readonly value: Command
  /** As given, for errors and answers. */
  readonly text: string
}

/** The name of a device that a text says at a place before a colon; null: it says none that is known. */
export type ScopeAt = (text: string, at: number) => string | null

/** A word as it was found. */
interface Found<W extends DeviceWord = DeviceWord> extends Given {
  readonly word: W
  /** null: nothing stands behind the name */
  readonly value: string | null
  /** Label or source; null: none is named */
  readonly device: string | null
}

/**
 * Reads settings and commands, with blanks or commas between those of one text; each
 * may have a label or a source before it: `interval=100 bench:averaging=8`. Whether a
 * device of that name is there is for the caller to say, and whether a value is
 * allowed for the device.
 *
 * A word that is a further member of a command (`low`, `bits`) goes with the nearest
 * setting of that command before it, else with the first one behind it. With a device
 * of its own it goes with a setting for that one.
 *
 * @throws InaError usage_invalid
 */
export function readWords(
  texts: readonly string[],
  scopeAt: ScopeAt,
  clock: Clock,
): WordedCommand[] {
  const found = texts.flatMap((text) => wordsOf(text, scopeAt, clock))
  if (found.length === 0 && texts.length > 0) throw nothingNamed()
  const parts = found.map((each) => [each])
  const made = found.map((each): WordedCommand | null => {
    if (each.word.kind === 'member') return null
    const { device, text } = each
    return { device, value: commandOf(each.word, each), text }
  })
  found.forEach((each, i) => {
    const { word } = each
    if (word.kind === 'setting') return
    const at = settingFor(each, word, i, found)
    const setting = at === null ? null : made[at]
    if (at === null || !setting) throw alone(each, word)
    if (each.value === null) throw withoutValue(each)
    made[at] = {
      ...setting,
      value: word.added(setting.value, each.value, each),
      text: `${setting.text} ${each.text}`,
    }
    parts[at]?.push(each)
  })
  found.forEach(({ word }, i) => {
    if (word.kind === 'setting') word.check(parts[i] ?? [])
  })
  return made.filter((each) => each !== null)
}

function commandOf(word: SettingWord, found: Found): Command {
  if (found.value === null && !word.mayBeBare) throw withoutValue(found)
  return { cmd: word.cmd, ...word.members(found.value, found) }
}

/** The place of the setting that a further member goes with; null: there is none. */
function settingFor(
  { device }: Found,
  { cmd }: MemberWord,
  at: number,
  found: readonly Found[],
): number | null {
  const fits = (i: number): boolean => {
    const other = found[i]
    if (other?.word.kind !== 'setting' || other.word.cmd !== cmd) return false
    return device === null || device === other.device
  }
  for (let i = at - 1; i >= 0; i--) if (fits(i)) return i
  for (let i = at + 1; i < found.length; i++) if (fits(i)) return i
  return null
}

function wordsOf(text: string, scopeAt: ScopeAt, clock: Clock): Found[] {
  const words: Found[] = []
  let at = 0
  while (at < text.length) {
    const scope = scopeAt(text, at)
    const from = scope === null ? at : at + scope.length + 1
    const length = lengthOf(text.slice(from))
    const word = text.slice(from, from + length)
    if (scope !== null) words.push(wordOf(word, scope, `${scope}:${word}`, clock))
    else if (word !== '') words.push(unscoped(word, clock))
    at = from + length + 1
  }
  return words
}

/** Of the word that a text begins with. */
function lengthOf(text: string): number {
  const length = text.search(/[\s,]|$/)
  const [name = ''] = /[^:=]*(?==)/.exec(text.slice(0, length)) ?? []
  const word = deviceWord(name)
  const parts = word?.kind === 'setting' ? word.parts?.exec(text.slice(length)) : null
  return length + (parts?.[0].length ?? 0)
}

function unscoped(word: string, clock: Clock): Found {
  // A name that no device has: everything before the last colon, but for one in the value.
  const [, device, own] = /^(.*):([^:=]*(?:=.*)?)$/s.exec(word) ?? []
  if (device === undefined || own === undefined) return wordOf(word, null, word, clock)
  return wordOf(own, device, word, clock)
}

function wordOf(own: string, device: string | null, text: string, clock: Clock): Found {
  const at = own.indexOf('=')
  const name = at < 0 ? own : own.slice(0, at)
  const value = at < 0 || at === own.length - 1 ? null : own.slice(at + 1)
  const word = deviceWord(name)
  if (word === undefined) throw unknownName(name)
  const { example } = word
  const found: Found = { word, name, value, device, text, example, clock }
  // `save=` is a slip, where `save` is none.
  if (at >= 0 && value === null) throw withoutValue(found)
  return found
}

function unknownName(name: string): InaError {
  return new InaError(
    'usage_invalid',
    `'${name}' is no setting of a device`,
    didYouMean(name, DEVICE_NAMES, `the settings are ${DEVICE_NAMES.join(', ')}`),
  )
}

function nothingNamed(): InaError {
  const hint = 'write such as interval=500'
  return new InaError('usage_invalid', 'no setting of a device is named', hint)
}

function withoutValue({ text, example }: Found): InaError {
  return new InaError('usage_invalid', `the setting '${text}' has no value`, `write ${example}`)
}

function alone({ text, example }: Found, { of }: MemberWord): InaError {
  return new InaError(
    'usage_invalid',
    `'${text}' goes with ${of}, which is not given`,
    `write ${example}`,
  )
}
