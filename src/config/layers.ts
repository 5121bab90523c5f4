import type { ConfigFile } from './config-file.ts'
import { readEnvironment } from './environment.ts'
import type { ConfigCommand, ConfigValue, DeviceProfile } from './option.ts'
import { configPlace, isAbsent } from './place.ts'

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
  /** null: there is none */
  readonly #file: ConfigFile | null

  private constructor(path: string, request: ConfigRequest, file: ConfigFile | null) {
    this.path = path
    this.#request = request
    this.#file = file
  }

  /** @throws InaError config_invalid */
  static async read(request: ConfigRequest): Promise<Configuration> {
    const { path, isNamed } = configPlace(request.file, request.env)
    if (!isNamed && isAbsent(path)) return new Configuration(path, request, null)
    // What reads it is loaded only then.
    const { ConfigFile } = await import('./config-file.ts')
    return new Configuration(path, request, ConfigFile.read(path, isNamed, request.commands))
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
    return [...fromEnvironment, ...(this.#file?.values(command, left) ?? [])]
  }

  /**
   * Of single devices, as far as the command has options for it.
   *
   * @throws InaError config_invalid
   */
  profiles(command: string): DeviceProfile[] {
    return this.#file?.profiles(this.#optionsOf(command)) ?? []
  }

  #optionsOf(command: string): ConfigCommand['options'] {
    return this.#request.commands.find((each) => each.name === command)?.options ?? []
  }
}
