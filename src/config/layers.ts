import { join } from 'node:path'
import { configFolder } from '../util/paths.ts'
import { ConfigFile } from './config-file.ts'
import { readEnvironment } from './environment.ts'
import type { ConfigCommand, ConfigValue, DeviceProfile } from './option.ts'

interface ConfigRequest {
  readonly commands: readonly ConfigCommand[]
  readonly env: NodeJS.ProcessEnv
  /** Configuration file that a flag names; null: that of INA219_CONFIG, else the usual one. */
  readonly file: string | null
}

/** What environment and configuration file say, each option at most once: the environment goes first. */
export class Configuration {
  /** Of the file, which need not be there. */
  readonly path: string
  readonly #request: ConfigRequest
  readonly #file: ConfigFile

  /** @throws InaError config_invalid */
  constructor(request: ConfigRequest) {
    const place = configPlace(request.file, request.env)
    this.path = place.path
    this.#request = request
    this.#file = ConfigFile.read(place.path, place.isNamed, request.commands)
  }

  /**
   * Of the options of a command.
   *
   * @param flags names of the options that have a flag on the command line: nothing else is read for them
   * @throws InaError config_invalid
   */
  values(command: string, flags: ReadonlySet<string>): ConfigValue[] {
    const open = this.#optionsOf(command).filter((each) => !flags.has(each.name))
    const fromEnvironment = readEnvironment(open, this.#request.env)
    const said = new Set(fromEnvironment.map(({ name }) => name))
    const left = open.filter((each) => !said.has(each.name))
    return [...fromEnvironment, ...this.#file.values(command, left)]
  }

  /**
   * Of single devices, as far as the command has options for it.
   *
   * @throws InaError config_invalid
   */
  profiles(command: string): DeviceProfile[] {
    return this.#file.profiles(this.#optionsOf(command))
  }

  #optionsOf(command: string): ConfigCommand['options'] {
    return this.#request.commands.find((each) => each.name === command)?.options ?? []
  }
}

/**
 * Where the configuration file is.
 *
 * @param flag file that a flag names; null: none does
 */
export function configPlace(
  flag: string | null,
  env: NodeJS.ProcessEnv,
): { readonly path: string; readonly isNamed: boolean } {
  const named = flag ?? env['INA219_CONFIG']
  if (named !== undefined && named !== '') return { path: named, isNamed: true }
  return { path: join(configFolder(env), 'config.toml'), isNamed: false }
}
