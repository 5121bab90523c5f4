import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import type { ProcessIo } from '../../app/io.ts'
import type { Configuration } from '../../config/layers.ts'
import type { ConfigValue, DeviceProfile, Origin } from '../../config/option.ts'
import { cleanText } from '../../domain/sample.ts'
import { InaError } from '../../util/errors.ts'
import { didYouMean } from '../../util/nearest.ts'
import { configurable, configurableCommands, configurationOf } from '../apply-config.ts'
import { colourFor } from '../colour.ts'
import { logPath } from '../common-options.ts'
import type { CliOption } from '../option.ts'
import type { Scoped } from '../scope.ts'
import { align } from './table-text.ts'

interface ReportRequest {
  /** `config` itself. */
  readonly command: Command
  /** The command whose options are wanted; null: all. */
  readonly name: string | null
  /** Flags of that command. */
  readonly flags: readonly string[]
  readonly json: boolean
}

/** The value of one option. */
interface Setting {
  readonly command: string
  readonly option: string
  /** Label of the device whose table says it; null: it is said of no single device. */
  readonly device: string | null
  /** As it was written; a text with the built-in value where nobody says one, null: there is none. */
  readonly value: boolean | string | readonly string[] | null
  readonly origin: Origin | { readonly kind: 'flag' } | { readonly kind: 'built-in' }
  /** What the table of the device says, where flag or environment have the last word; else null. */
  readonly overridden: Pick<Setting, 'value' | 'origin'> | null
}

interface Report {
  readonly text: string
  /** Rejects with what `monitor` and `serve` would refuse of it, where the report is about them. */
  readonly check: () => Promise<void>
}

/** @throws InaError usage_invalid, config_invalid; CommanderError for the flags */
export async function configReport(request: ReportRequest, io: ProcessIo): Promise<Report> {
  const { command, name, flags, json } = request
  const commands = chosenCommands(command, name)
  const configuration = await configurationOf(command, io.env)
  const profiles = new Map<string, DeviceProfile>()
  const settings = commands.flatMap((each) => {
    const given = flagsGiven(each, flags)
    for (const profile of configuration.profiles(each.name())) profiles.set(profile.label, profile)
    return settingsOf(each, configuration, given, io.env)
  })
  const devices = [...profiles.values()]
  return {
    text: json
      ? jsonText(configuration.path, settings, devices)
      : tableText(configuration.path, settings, devices, io),
    check: async () => {
      const { checkMonitor, checkServe } = await import('../check-monitor.ts')
      const isShown = (wanted: string): boolean => commands.some((each) => each.name() === wanted)
      const given = name === null ? [] : flags
      if (isShown('monitor')) await checkMonitor(configuration, given, io)
      if (isShown('serve')) await checkServe(configuration, given, io)
    },
  }
}

function chosenCommands(command: Command, name: string | null): readonly Command[] {
  const all = command.parent === null ? [] : configurableCommands(command.parent)
  if (name === null) return all
  const found = all.find((each) => each.name() === name)
  if (found !== undefined) return [found]
  const names = all.map((each) => each.name())
  throw new InaError(
    'usage_invalid',
    `'${name}' is no command that has anything to configure`,
    didYouMean(name, names, `there are: ${names.join(', ')}`),
  )
}

/** The options of a command that are worth a row; where the file is, is said above all of them. */
function shown(command: Command): CliOption[] {
  return configurable(command).filter((each) => each.name() !== 'config')
}

/** The flags by their names, as written: an empty list for a switch. */
function flagsGiven(command: Command, flags: readonly string[]): Map<string, string[]> {
  const given = new Map<string, string[]>()
  for (const option of shown(command)) {
    command.on(`option:${option.name()}`, (text: string | null | undefined) => {
      const before = option.list === null ? [] : (given.get(option.name()) ?? [])
      given.set(option.name(), [...before, ...(text == null ? [] : [text])])
    })
  }
  const { operands, unknown } = command.parseOptions([...flags])
  const odd = unknown[0] ?? operands[0]
  if (odd === undefined) return given
  throw new InaError(
    'usage_invalid',
    `'${odd}' is no flag of ${command.name()}`,
    didYouMean(
      odd,
      command.options.flatMap((each) => each.long ?? []),
      `see 'ina219 ${command.name()} --help'`,
    ),
  )
}

function settingsOf(
  command: Command,
  configuration: Configuration,
  given: ReadonlyMap<string, readonly string[]>,
  env: NodeJS.ProcessEnv,
): Setting[] {
  const values = configuration.values(command.name(), new Set(given.keys()))
  const profiles = configuration.profiles(command.name())
  return shown(command).flatMap((option): Setting[] => {
    const of = { command: command.name(), option: option.name() }
    const ofDevices = profiles.flatMap(({ label, port, values: said }) =>
      said.filter((each) => each.name === option.name()).map((each) => ({ ...each, label, port })),
    )
    const general = effective(option, values, given, env)
    return [
      { ...of, device: null, ...general, overridden: null },
      ...ofDevices.map(({ label, port, value, texts, origin }) => {
        const said = { value: asWritten(option, value, texts), origin }
        const over = aboveProfile(option, general, [label, port])
        const holds = over === null ? { ...said, overridden: null } : { ...over, overridden: said }
        return { ...of, device: label, ...holds }
      }),
    ]
  })
}

/** What flag or environment say of a device, by one of its names or of all; null: its table holds. */
function aboveProfile(
  option: CliOption,
  { value, origin }: Pick<Setting, 'value' | 'origin'>,
  names: readonly (string | null)[],
): Pick<Setting, 'value' | 'origin'> | null {
  const isAbove = origin.kind === 'flag' || origin.kind === 'environment'
  if (!isAbove || option.perDevice !== 'last' || value === null) return null
  const said = [value].flat().flatMap((each) => valuesOf(option, String(each), origin))
  const counts =
    said.findLast(({ device }) => device !== null && names.includes(device)) ??
    said.findLast(({ device }) => device === null)
  if (counts === undefined) return null
  const { device, text } = counts
  return { value: [device === null ? text : text.slice(device.length + 1)], origin }
}

/** A variable has all of them in one text. */
function valuesOf(option: CliOption, text: string, origin: Setting['origin']): Scoped<unknown>[] {
  const { list } = option
  const isOfVariable = origin.kind === 'environment' && list instanceof RegExp
  const texts = isOfVariable ? text.split(list).filter((each) => each.trim() !== '') : [text]
  return texts.map((each) => option.parseText(each.trim()) as Scoped<unknown>)
}

function effective(
  option: CliOption,
  values: readonly ConfigValue[],
  given: ReadonlyMap<string, readonly string[]>,
  env: NodeJS.ProcessEnv,
): Pick<Setting, 'value' | 'origin'> {
  const flag = given.get(option.name())
  if (flag !== undefined) {
    return { value: asWritten(option, flag.length === 0, flag), origin: { kind: 'flag' } }
  }
  const said = values.find((each) => each.name === option.name())
  if (said !== undefined) {
    return { value: asWritten(option, said.value, said.texts), origin: said.origin }
  }
  return { value: builtIn(option, env), origin: { kind: 'built-in' } }
}

function builtIn(option: CliOption, env: NodeJS.ProcessEnv): Setting['value'] {
  if (option.isSwitch) return false
  return option.name() === 'db' ? logPath(undefined, env) : option.defaultText
}

/** @param parsed what was made of the texts: yes and no are said in many ways */
function asWritten(
  option: CliOption,
  parsed: unknown,
  texts: readonly string[],
): boolean | string | readonly string[] {
  if (option.redact !== null) return redacted(option, texts, option.redact)
  if (typeof parsed === 'boolean' && (option.isSwitch || option.optional)) return parsed
  return option.list === null ? (texts[0] ?? '') : texts
}

/** One by one, also where a variable has several in one text. */
function redacted(
  { list }: CliOption,
  texts: readonly string[],
  redact: (text: string) => string,
): string | readonly string[] {
  const parts = list instanceof RegExp ? texts.flatMap((text) => text.split(list)) : texts
  const shown = parts.filter((part) => part !== '').map(redact)
  return list === null ? (shown[0] ?? '') : shown
}

function jsonText(
  path: string,
  settings: readonly Setting[],
  profiles: readonly DeviceProfile[],
): string {
  const report = {
    config: path,
    options: settings.map(({ origin, overridden, ...setting }) => ({
      ...setting,
      ...originMembers(origin),
      overridden: overridden && { value: overridden.value, ...originMembers(overridden.origin) },
    })),
    devices: profiles.map(({ label, serial, port, origin }) => ({
      device: label,
      serial,
      port,
      ...originMembers(origin),
    })),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function originMembers(origin: Setting['origin']): Record<string, string | number | null> {
  return {
    origin: origin.kind,
    variable: origin.kind === 'environment' ? origin.variable : null,
    line: origin.kind === 'file' ? origin.line : null,
  }
}

function tableText(
  path: string,
  settings: readonly Setting[],
  profiles: readonly DeviceProfile[],
  io: ProcessIo,
): string {
  const { bold, dim } = colourFor(io.stdout, io.env)
  const isThere = existsSync(path) ? '' : ' (not there)'
  const parts = [`configuration file: ${cleanText(path)}${isThere}\n`]
  for (const name of new Set(settings.map((each) => each.command))) {
    const rows = settings.filter((each) => each.command === name)
    const lines = align(rows.map(rowOf), true)
    const dressed = lines.map((line, i) => (rows[i]?.origin.kind === 'built-in' ? dim(line) : line))
    parts.push(`\n${bold(name)}\n${dressed.join('\n')}\n`)
  }
  for (const { label, serial, port, origin } of profiles) {
    const board = [
      ...(serial === null ? [] : [`serial ${serial}`]),
      ...(port === null ? [] : [`port ${port}`]),
    ].join(', ')
    const whose = board === '' ? '' : `: ${cleanText(board)}`
    parts.push(`\n${bold(`device ${cleanText(label)}`)}${whose}  (${originText(origin)})\n`)
  }
  return parts.join('')
}

function rowOf({ option, device, value, origin, overridden }: Setting): string[] {
  const name = device === null ? option : `${option} of ${cleanText(device)}`
  const over =
    overridden === null
      ? ''
      : `, over ${valueText(overridden.value)} of ${originText(overridden.origin)}`
  return [`  ${name}`, valueText(value), `${originText(origin)}${over}`]
}

function valueText(value: Setting['value']): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (value === null) return '-'
  return cleanText([value].flat().join(', '))
}

function originText(origin: Setting['origin']): string {
  if (origin.kind === 'environment') return origin.variable
  if (origin.kind !== 'file') return origin.kind
  return origin.line === null ? 'file' : `file, line ${origin.line}`
}
