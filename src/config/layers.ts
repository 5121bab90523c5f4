import { join } from 'node:path'
import { configFolder } from '../util/paths.ts'
import { ConfigFile } from './config-file.ts'
import { readEnvironment } from './environment.ts'
import type { ConfigCommand, ConfigValue } from './option.ts'

interface ConfigRequest {
  /** The one that runs. */
  readonly command: string
  readonly commands: readonly ConfigCommand[]
  /** Names of the options that have a flag on the command line: nothing else is read for them. */
  readonly flags: ReadonlySet<string>
  readonly env: NodeJS.ProcessEnv
  /** Configuration file that a flag names; null: that of INA219_CONFIG, else the usual one. */
  readonly file: string | null
}

/**
 * What environment and configuration file say of the options of a command, each
 * option at most once: the environment goes before the file.
 *
 * @throws InaError config_invalid
 */
export function readConfig(request: ConfigRequest): ConfigValue[] {
  const { command, commands, flags, env } = request
  const options = commands.find((each) => each.name === command)?.options ?? []
  const open = options.filter((each) => !flags.has(each.name))
  const fromEnvironment = readEnvironment(open, env)
  const said = new Map(fromEnvironment.map(({ name, value }) => [name, value]))
  const named = request.file ?? (said.get('config') as string | undefined)
  const path = named ?? join(configFolder(env), 'config.toml')
  const file = ConfigFile.read(path, named !== undefined, commands)
  const left = open.filter((each) => !said.has(each.name))
  return [...fromEnvironment, ...file.values(command, left)]
}
