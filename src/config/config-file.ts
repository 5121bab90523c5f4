import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Option } from 'commander'
import { parse } from 'smol-toml'
import { InaError, isInaError, systemCode } from '../util/errors.ts'
import { nearest } from '../util/nearest.ts'
import { configFolder } from '../util/paths.ts'

const COMMANDS: readonly string[] = ['monitor', 'mock', 'history', 'export', 'ports']

/**
 * Gives a command the options of the configuration file that neither a flag nor
 * the environment has set. Keys are the long option names; at the top level they
 * hold for every command that knows them, in a table such as `[monitor]` for
 * that command. A key that no command knows is an error (house style 8).
 */
export function applyConfigFile(command: Command, env: NodeJS.ProcessEnv): void {
  const named = command.getOptionValue('config') as string | undefined
  const path = named ?? join(configFolder(env), 'config.toml')
  const table = readTable(path, named !== undefined)
  if (table === null) return

  const all = (command.parent?.commands ?? [command]).flatMap((each) => configurable(each))
  const known = new Set(all.map((each) => each.name()))
  for (const key of Object.keys(table)) {
    if (sectionOf(table, key) !== null) continue
    if (!known.has(key)) throw unknownKey(path, key, [...known, ...COMMANDS])
  }
  for (const each of command.parent?.commands ?? [command]) checkSection(each, table, path)
  const specific = sectionOf(table, command.name()) ?? {}
  for (const each of configurable(command)) {
    const name = each.name()
    // The table [mock] is no value of the option --mock.
    const general = sectionOf(table, name) === null ? table[name] : undefined
    const value = specific[name] ?? general
    if (value !== undefined) setFromFile(command, each, value, path)
  }
}

/** The table of a command; null where the key is no command's or holds no table. */
function sectionOf(table: Table, key: string): Table | null {
  const value = table[key]
  return COMMANDS.includes(key) && isTable(value) ? value : null
}

/** A mistake in the table of one command is told by every command. */
function checkSection(command: Command, table: Table, path: string): void {
  const section = sectionOf(table, command.name())
  if (section === null) return
  const names = configurable(command).map((each) => each.name())
  for (const key of Object.keys(section)) {
    if (!names.includes(key)) throw unknownKey(path, `${command.name()}.${key}`, names)
  }
}

/** Options that may stand in the file: those that have an environment variable. */
function configurable(command: Command): Option[] {
  return command.options.filter((each) => each.envVar !== undefined && each.name() !== 'config')
}

type Table = Record<string, unknown>

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readTable(path: string, required: boolean): Table | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (!required && (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR'))
      return null
    throw new InaError(
      'config_invalid',
      `the configuration file ${path} can't be read (${systemCode(error) ?? 'unknown reason'})`,
      'check the path and its permissions',
      error,
    )
  }
  try {
    return parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new InaError(
      'config_invalid',
      `the configuration file ${path} is not valid TOML: ${reason}`,
      'correct that line, or move the file away to run with the defaults',
      error,
    )
  }
}

function unknownKey(path: string, key: string, known: readonly string[]): InaError {
  const guess = nearest(key.slice(key.indexOf('.') + 1), known)
  return new InaError(
    'config_invalid',
    `the configuration file ${path} has an unknown key '${key}'`,
    guess === null ? 'see --help for the names of the options' : `did you mean '${guess}'?`,
  )
}

function setFromFile(command: Command, target: Option, value: unknown, path: string): void {
  const key = target.attributeName()
  const source = command.getOptionValueSource(key)
  if (source === 'cli' || source === 'env') return
  const isSwitch = !target.required && !target.optional
  if (isSwitch) {
    if (typeof value !== 'boolean') throw badValue(path, target, 'true or false')
    command.setOptionValueWithSource(key, target.negate ? !value : value, 'config')
    return
  }
  if (typeof value === 'boolean' && target.optional) {
    if (value) command.setOptionValueWithSource(key, true, 'config')
    return
  }
  const isList = target.variadic && Array.isArray(value)
  if (!isList && typeof value !== 'string' && typeof value !== 'number') {
    throw badValue(path, target, 'a text or a number')
  }
  try {
    const text = isList ? value.join(' ') : String(value)
    const parsed: unknown = target.parseArg ? target.parseArg(text, undefined) : text
    command.setOptionValueWithSource(key, parsed, 'config')
  } catch (error) {
    throw new InaError(
      'config_invalid',
      `the configuration file ${path}, key '${target.name()}': ${error instanceof Error ? error.message : String(error)}`,
      isInaError(error) ? error.hint : 'correct the value',
      error,
    )
  }
}

function badValue(path: string, target: Option, wanted: string): InaError {
  return new InaError(
    'config_invalid',
    `the configuration file ${path}, key '${target.name()}': the value must be ${wanted}`,
    `see --help for ${target.flags}`,
  )
}
