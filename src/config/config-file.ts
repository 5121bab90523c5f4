import { InaError, isInaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { isRecord } from '../util/records.ts'
import { KeyLines } from './key-lines.ts'
import type { ConfigCommand, ConfigOption, ConfigValue, DeviceProfile, Origin } from './option.ts'
import { parseToml, readTomlText, type Table } from './toml-text.ts'

const WORDS = {
  what: 'configuration file',
  toName: 'name a file of TOML with --config or INA219_CONFIG',
  toCorrect: 'correct that line, or move the file away to run with the defaults',
}

/** The table of tables such as `[device.bench]`. */
const DEVICES = 'device'

/** What the table of a device says of the board itself, beside options. */
const BOARD_KEYS = ['serial', 'port'] as const

/**
 * The configuration file. Keys are the long names of options; at the top level
 * they hold for every command that knows them, in a table such as `[monitor]` for
 * that command, in one such as `[device.bench]` for that device. A key that no
 * command knows is an error (house style 8).
 */
export class ConfigFile {
  readonly #path: string
  readonly #table: Table
  readonly #lines: KeyLines
  readonly #commands: readonly ConfigCommand[]

  private constructor(path: string, text: string, commands: readonly ConfigCommand[]) {
    this.#path = path
    this.#table = parseToml(WORDS, path, text)
    this.#lines = new KeyLines(text)
    this.#commands = commands
  }

  /**
   * Reads and checks the file: a mistake in the table of one command is reported by every command.
   *
   * @param isRequired false: a file that is not there is an empty one
   * @throws InaError config_invalid
   */
  static read(path: string, isRequired: boolean, commands: readonly ConfigCommand[]): ConfigFile {
    const text = readTomlText(WORDS, path, isRequired) ?? ''
    const file = new ConfigFile(path, text, commands)
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
      if (!option.isInFile) return []
      if (specific[name] !== undefined) return [this.#value(option, specific[name], command, name)]
      // The table [mock] is no value of the option --mock, nor are those of devices one of --device.
      const isTable = this.#section(name) !== null || this.#isOfDevices(name)
      const general = isTable ? undefined : this.#table[name]
      return general === undefined ? [] : [this.#value(option, general, name)]
    })
  }

  /**
   * What the file says of single devices.
   *
   * @param options those of a command; what the tables say of others is left out
   * @throws InaError config_invalid, which names file and key
   */
  profiles(options: readonly ConfigOption[]): DeviceProfile[] {
    return Object.entries(this.#deviceTables()).map(([label, table]) => ({
      label,
      serial: this.#boardText(label, table, 'serial'),
      port: this.#boardText(label, table, 'port'),
      origin: this.#origin(DEVICES, label),
      values: options.flatMap((option): ConfigValue[] => {
        const value = option.isPerDevice ? table[option.name] : undefined
        return value === undefined ? [] : [this.#value(option, value, DEVICES, label, option.name)]
      }),
    }))
  }

  #checkKeys(): void {
    const known = this.#commands.flatMap(keysOf)
    const names = this.#commands.map((each) => each.name)
    for (const key of Object.keys(this.#table)) {
      if (this.#section(key) !== null || this.#isOfDevices(key)) continue
      if (!known.includes(key)) throw this.#unknownKey([key], [...known, ...names])
    }
    for (const command of this.#commands) {
      const keys = keysOf(command)
      for (const key of Object.keys(this.#section(command.name) ?? {})) {
        if (!keys.includes(key)) throw this.#unknownKey([command.name, key], keys)
      }
    }
    this.#checkDevices()
  }

  #checkDevices(): void {
    const perDevice = this.#commands.flatMap(({ options }) =>
      options.filter((each) => each.isPerDevice).map((each) => each.name),
    )
    const keys = [...new Set([...BOARD_KEYS, ...perDevice])]
    const boards = new Map<string, string>()
    for (const [label, table] of Object.entries(this.#deviceTables())) {
      if (label.trim() === '') {
        throw this.#fault(
          [DEVICES, label],
          'the label of a device is empty',
          'name the table after its device: [device.bench]',
        )
      }
      for (const key of Object.keys(table)) {
        if (!keys.includes(key)) throw this.#unknownKey([DEVICES, label, key], keys)
      }
      for (const key of BOARD_KEYS) {
        const text = this.#boardText(label, table, key)
        if (text === null) continue
        const other = boards.get(`${key} ${text}`)
        if (other !== undefined) throw this.#sameBoard([DEVICES, label, key], other)
        boards.set(`${key} ${text}`, label)
      }
    }
  }

  /** `[device.bench]` has tables within; `device = "bench"` is the option. */
  #isOfDevices(key: string): boolean {
    return key === DEVICES && isRecord(this.#table[key])
  }

  #deviceTables(): Readonly<Record<string, Table>> {
    if (!this.#isOfDevices(DEVICES)) return {}
    const tables = this.#table[DEVICES] as Table
    for (const [label, table] of Object.entries(tables)) {
      if (isRecord(table)) continue
      throw this.#fault(
        [DEVICES, label],
        'the tables of devices are named after them',
        `write [device.${label}] for the device '${label}', or put labels into [monitor]`,
      )
    }
    return tables as Readonly<Record<string, Table>>
  }

  #boardText(label: string, table: Table, key: (typeof BOARD_KEYS)[number]): string | null {
    const value = table[key]
    if (value === undefined) return null
    if (typeof value === 'string' && value.trim() !== '') return value
    const example = key === 'serial' ? 'serial = "A50285BI"' : 'port = "/dev/ttyUSB0"'
    throw this.#fault([DEVICES, label, key], 'the value must be a text', `write ${example}`)
  }

  /** The table of a command; null where the key is no command's or holds no table. */
  #section(key: string): Table | null {
    const value = this.#table[key]
    const isCommand = this.#commands.some((each) => each.name === key)
    return isCommand && isRecord(value) ? value : null
  }

  #value(option: ConfigOption, value: unknown, ...path: readonly string[]): ConfigValue {
    return {
      name: option.name,
      value: this.#read(option, value, path),
      texts: [value].flat().map(String),
      origin: this.#origin(...path),
    }
  }

  #read(option: ConfigOption, value: unknown, path: readonly string[]): unknown {
    if (option.kind === 'switch') {
      if (typeof value !== 'boolean') throw this.#badValue(option, path, 'true or false')
      return value
    }
    if (option.mayBeBare && typeof value === 'boolean') return value
    if (option.kind === 'value') return this.#parsed(option, value, path)
    return [value].flat().map((each) => this.#parsed(option, each, path))
  }

  #parsed(option: ConfigOption, value: unknown, path: readonly string[]): unknown {
    if (typeof value !== 'string' && typeof value !== 'number') {
      const list = option.kind === 'list' ? ', or a list of them' : ''
      throw this.#badValue(option, path, `a text or a number${list}`)
    }
    try {
      return option.parse(String(value))
    } catch (error) {
      if (!isInaError(error)) throw error
      throw this.#fault(path, error.message, error.hint, error)
    }
  }

  #badValue({ name }: ConfigOption, path: readonly string[], wanted: string): InaError {
    return this.#fault(path, `the value must be ${wanted}`, `see --help for --${name}`)
  }

  #unknownKey(path: readonly string[], known: readonly string[]): InaError {
    const key = path.at(-1) ?? ''
    const owners = this.#commands.filter((each) => keysOf(each).includes(key))
    const names = owners.map(({ name }) => name).join(', ')
    const hint =
      owners.length === 0
        ? didYouMean(key, known, 'see --help for the names of the options')
        : `it is an option of ${names}: write it into [${owners[0]?.name}], or above all tables`
    return new InaError(
      'config_invalid',
      `${this.#place(path)} has an unknown key '${path.join('.')}'`,
      hint,
    )
  }

  #sameBoard(path: readonly string[], other: string): InaError {
    const [, , key] = path
    return this.#fault(
      path,
      `the device '${other}' has the same ${key}`,
      'a board is one device: leave one of them out',
    )
  }

  #fault(path: readonly string[], message: string, hint: string, cause?: unknown): InaError {
    const text = `${this.#place(path)}, key '${path.at(-1)}': ${message}`
    return new InaError('config_invalid', text, hint, cause)
  }

  #place(path: readonly string[]): string {
    const line = this.#lines.lineOf(...path)
    return `the configuration file ${this.#path}${line === null ? '' : `, line ${line}`}`
  }

  #origin(...path: readonly string[]): Origin {
    return { kind: 'file', file: this.#path, line: this.#lines.lineOf(...path) }
  }
}

function keysOf({ options }: ConfigCommand): string[] {
  return options.filter((each) => each.isInFile).map((each) => each.name)
}
