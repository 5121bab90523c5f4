/** What may be configured, as plain data: `config` knows no command line. */
export interface ConfigOption {
  /** Long name without dashes, the key in the file: `retain`, `no-log`. */
  readonly name: string
  /** `switch`: yes or no. `value`: one text or number. `list`: any number of them. */
  readonly kind: 'switch' | 'value' | 'list'
  /** True: `yes` and `no` stand for the option without a value, and for none at all. */
  readonly mayBeBare: boolean
  /** `INA219_RETAIN` */
  readonly variable: string
  /** False: has a variable, but no place in the file (`--config` itself). */
  readonly isInFile: boolean
  /** What separates the values of a list in its variable; null: the variable holds one value. */
  readonly separator: RegExp | null
  /** Reads one value; throws InaError. */
  readonly parse: (text: string) => unknown
}

export interface ConfigCommand {
  readonly name: string
  readonly options: readonly ConfigOption[]
}

type Origin = 'environment' | 'file'

export interface ConfigValue {
  /** Of the option. */
  readonly name: string
  /**
   * What `parse` made of it; an array for a list. Yes or no, where that was said: for a
   * switch, and for any option that may be bare.
   */
  readonly value: unknown
  readonly origin: Origin
}
