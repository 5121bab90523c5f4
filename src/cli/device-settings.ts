import type { Command } from '../protocol/link/commands.ts'
import type { Clock } from '../util/clock.ts'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { ownValue } from '../util/records.ts'
import type { NamedDevice } from './named-devices.ts'
import { type Scoped, scopeAt } from './scope.ts'

/** Settings that a device may know (contract 2.3), with an example each. */
const EXAMPLES: Readonly<Record<string, string>> = {
  interval: 'interval=500',
  time: 'time=now',
  range: 'range=16',
  averaging: 'averaging=8',
  mode: 'mode=stream',
  threshold: 'threshold=1.5',
  shunt: 'shunt=0.1',
}

/**
 * Reads the settings of one text, with blanks or commas between them; each may
 * have a label or a source before it: `interval=100 bench:averaging=8`. Whether a
 * device of that name is there is for the caller to say.
 *
 * @throws InaError usage_invalid
 */
export function parseSettings(
  text: string,
  devices: readonly NamedDevice[],
  clock: Clock,
): Scoped<Command>[] {
  const settings: Scoped<Command>[] = []
  let at = 0
  while (at < text.length) {
    const scope = scopeAt(text, at, devices)
    const from = scope === null ? at : at + scope.length + 1
    const length = text.slice(from).search(/[\s,]|$/)
    const word = text.slice(from, from + length)
    if (scope !== null || word !== '') settings.push(setting(scope, word, clock))
    at = from + length + 1
  }
  return settings
}

function setting(scope: string | null, word: string, clock: Clock): Scoped<Command> {
  if (scope !== null)
    return { device: scope, value: parseSetting(word, clock), text: `${scope}:${word}` }
  // A name that no device has: everything before the last colon, but for one in the value.
  const [, device, own] = /^(.*):([^:=]*(?:=.*)?)$/s.exec(word) ?? []
  if (device === undefined || own === undefined) {
    return { device: null, value: parseSetting(word, clock), text: word }
  }
  return { device, value: parseSetting(own, clock), text: word }
}

/**
 * Reads one `--set name=value` as the command that it becomes; `save` keeps the
 * device's settings over a power cycle. Whether the value is allowed is for the
 * device to say.
 */
function parseSetting(text: string, clock: Clock): Command {
  if (text === 'save') return { cmd: 'save' }
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  const value = at < 0 ? '' : text.slice(at + 1)
  const example = ownValue(EXAMPLES, name)
  if (example === undefined) {
    const names = [...Object.keys(EXAMPLES), 'save']
    throw new InaError(
      'usage_invalid',
      `'${name}' is no setting of a device`,
      didYouMean(name, names, `the settings are ${names.join(', ')}`),
    )
  }
  if (value === '') {
    throw new InaError('usage_invalid', `the setting '${text}' has no value`, `write ${example}`)
  }
  return { cmd: `set_${name}`, value: readValue(name, value, clock) }
}

function readValue(name: string, value: string, clock: Clock): number | string | null {
  if (name === 'time' && value === 'now') return Math.round(clock.wallMs()) / 1000
  if (name === 'threshold' && value === 'off') return null
  if (name === 'mode') return value
  const number = Number(value)
  if (!Number.isFinite(number)) {
    throw new InaError(
      'usage_invalid',
      `the setting '${name}=${value}' is not a number`,
      `write ${EXAMPLES[name]}`,
    )
  }
  return number
}
