import type { Command } from 'commander'
import { readConfig } from '../config/layers.ts'
import type { ConfigCommand, ConfigOption } from '../config/option.ts'
import { CliOption } from './option.ts'

/**
 * Gives a command what environment and configuration file say of its options;
 * what a flag says stays.
 *
 * @throws InaError config_invalid
 */
export function applyConfig(command: Command, env: NodeJS.ProcessEnv): void {
  const options = configurable(command)
  const hasFlag = (key: string): boolean => command.getOptionValueSource(key) === 'cli'
  const values = readConfig({
    command: command.name(),
    commands: (command.parent?.commands ?? [command]).map(described),
    flags: new Set(
      options.filter((each) => hasFlag(each.attributeName())).map((each) => each.name()),
    ),
    env,
    file: hasFlag('config') ? (command.getOptionValue('config') as string) : null,
  })
  for (const { name, value, origin } of values) {
    const option = options.find((each) => each.name() === name)
    if (option === undefined) continue
    const source = origin === 'environment' ? 'env' : 'config'
    command.setOptionValueWithSource(option.attributeName(), valueFor(option, value), source)
  }
}

/** Those that have an environment variable. */
function configurable(command: Command): CliOption[] {
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
