import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { parseLimit } from '../alarms/parse-limit.ts'
import { parseRule, type RuleContext } from '../alarms/parse-rule.ts'
import type { Rule } from '../alarms/rule.ts'
import type { AlarmAction, DevicePlan } from '../app/run-plan.ts'
import { InaError } from '../util/errors.ts'
import { type DevicesRequest, namedDevices } from './device-plans.ts'
import { type Given, type NamedDevice, noSuchDevice } from './named-devices.ts'
import { byDevice, readGiven, type Scoped, scopeAt } from './scope.ts'

/** What may stand before a rule and is the name of no device: all up to the last colon before an operator. */
const OTHER_SCOPE = /^\s*([^<>()"'\s][^<>()"']*):/

/** Reads the rule of one option from a place in its text. */
type RuleParser = (text: string, at: number, context: RuleContext) => Rule

interface RuleOption {
  readonly flag: '--alarm' | '--limit'
  readonly parse: RuleParser
  /** What may stand before a rule and is the name of no device. */
  readonly otherScope: RegExp
  /** Names tell alarms apart wherever one is acknowledged; of two limits of a channel the last counts. */
  readonly refusesTwins: boolean
}

const ALARM: RuleOption = {
  flag: '--alarm',
  parse: parseRule,
  otherScope: OTHER_SCOPE,
  refusesTwins: true,
}
const LIMIT: RuleOption = {
  flag: '--limit',
  parse: parseLimit,
  // What a limit is about has one colon, unless its name is in quotes.
  otherScope: /^\s*([^\s"'][^"']*):(?:[^:"']+|"[^"]*"|'[^']*'):[^:]*\.\.[^:]*$/,
  refusesTwins: false,
}

/**
 * Gives the plans of devices their rules: those of `--limit`, then those of `--alarm`.
 *
 * @throws InaError usage_invalid, which names the character
 */
export function withAlarms(plans: readonly DevicePlan[], request: DevicesRequest): DevicePlan[] {
  const devices = namedDevices(request)
  const channelUnit = (id: string, device: string | null): string | null => {
    const known = plans.flatMap(({ channels }, i) =>
      device === null || scopeIs(device, devices[i]) ? channels : [],
    )
    return known.find((each) => each.id === id && each.unit !== '')?.unit ?? null
  }
  const rulesOf = (
    given: Given<string> | undefined,
    option: RuleOption,
  ): ReadonlyMap<NamedDevice, readonly Rule[]> => {
    if (given === undefined) return new Map()
    const read = readGiven(given, (texts, isOfProfile) => {
      const known = isOfProfile ? [] : devices
      const rules = texts.flatMap((text) =>
        scopedRule(text, option, given.mustMatch || isOfProfile, known, channelUnit),
      )
      if (option.refusesTwins) refuseTwins(rules)
      return rules
    })
    return byDevice(read, option.flag, devices)
  }
  const limits = rulesOf(request.limits, LIMIT)
  const alarms = rulesOf(request.alarms, ALARM)
  return plans.map((plan, i) => {
    const device = devices[i] as NamedDevice
    const [own, limited] = [byName(alarms.get(device)), byName(limits.get(device))]
    const twin = own.find(({ name }) => limited.some((each) => each.name === name))
    if (twin !== undefined) throw twins('--limit and --alarm', twin.name)
    return { ...plan, alarms: [...limited, ...own] }
  })
}

/** One for the device itself takes the place of one of that name for all. */
function byName(rules: readonly Rule[] = []): Rule[] {
  return [...new Map(rules.map((rule) => [rule.name, rule])).values()]
}

function scopeIs(name: string, device: NamedDevice | undefined): boolean {
  return device !== undefined && (device.label === name || device.sourceName === name)
}

function scopedRule(
  text: string,
  { flag, parse, otherScope }: RuleOption,
  mustMatch: Given<string>['mustMatch'],
  devices: readonly NamedDevice[],
  channelUnit: (id: string, device: string | null) => string | null,
): Scoped<Rule>[] {
  const device = scopeAt(text, 0, devices)
  if (device === null) {
    const other = otherScope.exec(text)?.[1]
    if (other !== undefined) {
      if (mustMatch) throw noSuchDevice(other, `${flag} '${text}'`, devices)
      return []
    }
  }
  const value = parse(text, device === null ? 0 : device.length + 1, {
    channelUnit: (id) => channelUnit(id, device),
    option: flag,
  })
  return [{ device, value, text }]
}

/** Names tell alarms apart wherever one is acknowledged. */
function refuseTwins(rules: readonly Scoped<Rule>[]): void {
  for (const [i, { device, value }] of rules.entries()) {
    const isTwin = rules
      .slice(0, i)
      .some((each) => each.device === device && each.value.name === value.name)
    if (!isTwin) continue
    throw twins('--alarm', value.name)
  }
}

function twins(options: string, name: string): InaError {
  return new InaError(
    'usage_invalid',
    `two rules of ${options} are called '${name}'`,
    'give one of them another name: as <name>',
  )
}

const OUTPUTS = /^output:(.*)$/s

/**
 * Reads one `--on-alarm`: `output:A=off,B=on`, or a program and its arguments, in
 * words as a shell would split them.
 *
 * @throws InaError usage_invalid where it can't be started
 */
export function parseAlarmAction(text: string, env: NodeJS.ProcessEnv): AlarmAction {
  const outputs = OUTPUTS.exec(text.trim())?.[1]
  if (outputs !== undefined) return { kind: 'output', outputs: parseOutputs(outputs, text) }
  const [file, ...args] = splitWords(text)
  if (file === undefined || file === '') {
    throw new InaError('usage_invalid', '--on-alarm names no program', 'write its path')
  }
  refuseNoProgram(file, env)
  return { kind: 'program', file, args }
}

function parseOutputs(list: string, text: string): Record<string, boolean> {
  const outputs: Record<string, boolean> = {}
  for (const each of list.split(',')) {
    const [, name, state] = /^\s*([A-D])=(on|off)\s*$/.exec(each) ?? []
    if (name === undefined) {
      throw new InaError(
        'usage_invalid',
        `--on-alarm '${text}': '${each}' is no output and its state`,
        'write one such as output:A=off, or several: output:A=off,B=on',
      )
    }
    outputs[name] = state === 'on'
  }
  return outputs
}

/** Words with blanks between them; quotes hold one together, and a backslash takes the next character as it is. */
function splitWords(text: string): string[] {
  const words: string[] = []
  // On Windows the backslash is part of paths.
  const backslash = process.platform === 'win32' ? null : '\\'
  let word: string | null = null
  let quote: string | null = null
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (char === backslash && quote !== "'" && i + 1 < text.length) word = (word ?? '') + text[++i]
    else if (quote !== null) {
      if (char === quote) quote = null
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + char
  }
  if (quote !== null) {
    throw new InaError(
      'usage_invalid',
      `--on-alarm '${text}': the quote ${quote} is not closed`,
      'close it, or put a backslash before it',
    )
  }
  return word === null ? words : [...words, word]
}

function refuseNoProgram(file: string, env: NodeJS.ProcessEnv): void {
  const isPath = /[/\\]/.test(file)
  // Which endings make a program is for Windows to say.
  if (!isPath && process.platform === 'win32') return
  const places = isPath
    ? [file]
    : (env['PATH'] ?? '').split(delimiter).map((each) => join(each, file))
  const found = places.find(isProgram)
  if (found !== undefined) {
    refuseNoInterpreter(found)
    return
  }
  throw new InaError(
    'usage_invalid',
    `--on-alarm can't start '${file}': ${isPath ? 'it is no program that may be run' : 'there is no such program'}`,
    'write the path of a program that may be run (chmod +x); there is no shell, so a script needs its #! line',
  )
}

/** A script whose `#!` names what is not there can't be started, and the system says only ENOENT. */
function refuseNoInterpreter(path: string): void {
  const interpreter = /^#![ \t]*(\/\S+)/.exec(firstBytes(path))?.[1]
  if (interpreter === undefined || isProgram(interpreter)) return
  throw new InaError(
    'usage_invalid',
    `--on-alarm can't start '${path}': its first line names '${interpreter}', and there is no such program`,
    'correct the #! line, or install that program',
  )
}

/** As much as the system looks at for an interpreter; empty where it may be run but not read. */
function firstBytes(path: string): string {
  const bytes = Buffer.alloc(256)
  try {
    const file = openSync(path, 'r')
    try {
      return bytes.toString('latin1', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
