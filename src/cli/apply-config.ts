import type { Command } from 'commander'
import { Configuration } from '../config/layers.ts'
import type { ConfigCommand, ConfigOption } from '../config/option.ts'
import { rememberProfiles } from './device-profiles.ts'
import { CliOption } from './option.ts'
import { rememberSaid, type Said } from './origins.ts'
import { hasFlag } from './precedence.ts'

/** Commands that have to run whatever the configuration file is like. */
const UNCONFIGURED = new WeakSet<Command>()

/** Has a command run without what environment and configuration file say. */
export function leaveUnconfigured(command: Command): Command {
  UNCONFIGURED.add(command)
  return command
}

/**
 * Gives a command what environment and configuration file say of its options;
 * what a flag says stays.
 *
 * @throws InaError config_invalid
 */
export async function applyConfig(command: Command, env: NodeJS.ProcessEnv): Promise<void> {
  if (!UNCONFIGURED.has(command)) applyConfiguration(command, await configurationOf(command, env))
}

/** @throws InaError config_invalid */
export function applyConfiguration(command: Command, configuration: Configuration): void {
  const options = configurable(command)
  const said = new Map<string, Said>()
  for (const each of configuration.values(command.name(), flagsOf(command))) {
    const option = options.find((other) => other.name() === each.name)
    if (option === undefined) continue
    const key = option.attributeName()
    const source = each.origin.kind === 'environment' ? 'env' : 'config'
    command.setOptionValueWithSource(key, valueFor(option, each.value), source)
    said.set(key, each)
  }
  rememberSaid(command, said)
  rememberProfiles(command, configuration.profiles(command.name()))
}

/**
 * What environment and file say of all commands.
 *
 * @param command the one that runs, which may name the file
 * @throws InaError config_invalid
 */
export function configurationOf(command: Command, env: NodeJS.ProcessEnv): Promise<Configuration> {
  return Configuration.read({
    commands: (command.parent?.commands ?? [command]).map(described),
    env,
    file: configFlag(command),
  })
}

/** The file that `--config` names; null: the flag is not given. */
export function configFlag(command: Command): string | null {
  return hasFlag(command, 'config') ? (command.getOptionValue('config') as string) : null
}

/** Names of the options of a command that have a flag on the command line. */
export function flagsOf(command: Command): ReadonlySet<string> {
  const given = configurable(command).filter((each) => hasFlag(command, each.attributeName()))
  return new Set(given.map((each) => each.name()))
}

/** Commands that have options to configure, beside the one that says where the file is. */
export function configurableCommands(program: Command): Command[] {
  return program.commands.filter((each) =>
    configurable(each).some((option) => option.name() !== 'config'),
  )
}

/** Those that have an environment variable. */
export function configurable(command: Command): CliOption[] {
  return command.options.filter(
    (each): each is CliOption => each instanceof CliOption && each.variable !== null,
  )
}

function described(command: Command): ConfigCommand {
  return { name: command.name(), options: configurable(command).map(describe) }
}

function describe(option: CliOption): ConfigOption {
  const { list } = option
  return {
    name: option.name(),
    kind: option.isSwitch ? 'switch' : list === null ? 'value' : 'list',
    mayBeBare: option.optional,
    variable: option.variable ?? '',
    isInFile: option.name() !== 'config',
    isPerDevice: option.isPerDevice,
    separator: list === 'whole' ? null : list,
    parse: option.parseText,
  }
}

/** Yes and no as the flag would have said them: `--no-log` stands for a log that is not. */
function valueFor(option: CliOption, value: unknown): unknown {
  if (typeof value !== 'boolean') return value
  if (option.isSwitch) return option.negate ? !value : value
  if (!value) return undefined
  return option.list === null ? true : [option.parseText(String(option.presetArg))]
}
