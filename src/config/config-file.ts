import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { errorText, InaError, isInaError, systemCode } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { isRecord } from '../util/records.ts'
import type { ConfigCommand, ConfigOption, ConfigValue } from './option.ts'

type Table = Record<string, unknown>

/**
 * The configuration file. Keys are the long names of options; at the top level
 * they hold for every command that knows them, in a table such as `[monitor]` for
 * that command. A key that no command knows is an error (house style 8).
 */
export class ConfigFile {
  readonly #path: string
  readonly #table: Table
  readonly #commands: readonly ConfigCommand[]

  private constructor(path: string, table: Table, commands: readonly ConfigCommand[]) {
    this.#path = path
    this.#table = table
    this.#commands = commands
  }

  /**
   * Reads and checks the file: a mistake in the table of one command is reported by every command.
   *
   * @param isRequired false: a file that is not there is an empty one
   * @throws InaError config_invalid
   */
  static read(path: string, isRequired: boolean, commands: readonly ConfigCommand[]): ConfigFile {
    const file = new ConfigFile(path, readTable(path, isRequired), commands)
    file.#checkKeys()
    return file
  }

  /**
   * What the file says of these options of a command.
   *
   * @throws InaError config_invalid, which names file and key
   */
  values(command: string, options: readonly ConfigOption[]): ConfigValue[] {
    const specific = this.#section(command) ?? {}
    return options.flatMap((option): ConfigValue[] => {
      const { name } = option
      // The table [mock] is no value of the option --mock.
      const general = this.#section(name) === null ? this.#table[name] : undefined
      const value = option.isInFile ? (specific[name] ?? general) : undefined
      return value === undefined
        ? []
        : [{ name, value: this.#value(option, value), origin: 'file' }]
    })
  }

  #checkKeys(): void {
    const known = new Set(this.#commands.flatMap(keysOf))
    const names = this.#commands.map((each) => each.name)
    for (const key of Object.keys(this.#table)) {
      if (this.#section(key) === null && !known.has(key)) {
        throw this.#unknownKey(key, key, [...known, ...names])
      }
    }
    for (const command of this.#commands) {
      const keys = keysOf(command)
      for (const key of Object.keys(this.#section(command.name) ?? {})) {
        if (!keys.includes(key)) throw this.#unknownKey(`${command.name}.${key}`, key, keys)
      }
    }
  }

  /** The table of a command; null where the key is no command's or holds no table. */
  #section(key: string): Table | null {
    const value = this.#table[key]
    const isCommand = this.#commands.some((each) => each.name === key)
    return isCommand && isRecord(value) ? value : null
  }

  #value(option: ConfigOption, value: unknown): unknown {
    if (option.kind === 'switch') {
      if (typeof value !== 'boolean') throw this.#badValue(option, 'true or false')
      return value
    }
    if (option.mayBeBare && typeof value === 'boolean') return value
    if (option.kind === 'value') return this.#parsed(option, value)
    return [value].flat().map((each) => this.#parsed(option, each))
  }

  #parsed(option: ConfigOption, value: unknown): unknown {
    if (typeof value !== 'string' && typeof value !== 'number') {
      const list = option.kind === 'list' ? ', or a list of them' : ''
      throw this.#badValue(option, `a text or a number${list}`)
    }
    try {
      return option.parse(String(value))
    } catch (error) {
      if (!isInaError(error)) throw error
      const message = `the configuration file ${this.#path}, key '${option.name}': ${error.message}`
      throw new InaError('config_invalid', message, error.hint, error)
    }
  }

  #badValue({ name }: ConfigOption, wanted: string): InaError {
    return new InaError(
      'config_invalid',
      `the configuration file ${this.#path}, key '${name}': the value must be ${wanted}`,
      `see --help for --${name}`,
    )
  }

  #unknownKey(key: string, word: string, known: readonly string[]): InaError {
    return new InaError(
      'config_invalid',
      `the configuration file ${this.#path} has an unknown key '${key}'`,
      didYouMean(word, known, 'see --help for the names of the options'),
    )
  }
}

function keysOf({ options }: ConfigCommand): string[] {
  return options.filter((each) => each.isInFile).map((each) => each.name)
}

function readTable(path: string, isRequired: boolean): Table {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (!isRequired && (code === 'ENOENT' || code === 'ENOTDIR')) return {}
    throw new InaError(
      'config_invalid',
      `the configuration file ${path} can't be read (${code ?? 'unknown reason'})`,
      'check the path and its permissions',
      error,
    )
  }
  try {
    return parse(text)
  } catch (error) {
    const reason = errorText(error).split('\n')[0]
    throw new InaError(
      'config_invalid',
      `the configuration file ${path} is not valid TOML: ${reason}`,
      'correct that line, or move the file away to run with the defaults',
      error,
    )
  }
}
