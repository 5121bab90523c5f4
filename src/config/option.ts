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
  /** True: may be said of one device, and so stands in the tables of devices as well. */
  readonly isPerDevice: boolean
  /** What separates the values of a list in its variable; null: the variable holds one value. */
  readonly separator: RegExp | null
  /** Reads one value; throws InaError. */
  readonly parse: (text: string) => unknown
}

export interface ConfigCommand {
  readonly name: string
  readonly options: readonly ConfigOption[]
}

/** Who says a value. */
export type Origin =
  | { readonly kind: 'environment'; readonly variable: string }
  /** @param line of the key, from 1 on; null where it could not be found */
  | { readonly kind: 'file'; readonly file: string; readonly line: number | null }

export interface ConfigValue {
  /** Of the option. */
  readonly name: string
  /**
   * What `parse` made of it; an array for a list. Yes or no, where that was said: for a
   * switch, and for any option that may be bare.
   */
  readonly value: unknown
  /** As it was written, for people: one text a value. */
  readonly texts: readonly string[]
  readonly origin: Origin
}

/** What the file says of one device, in a table such as `[device.bench]`. */
export interface DeviceProfile {
  /** Of the device, and of the table. */
  readonly label: string
  /** USB serial number by which the board is known; null: not said. */
  readonly serial: string | null
  /** Port at which it is; null: not said. */
  readonly port: string | null
  readonly origin: Origin
  readonly values: readonly ConfigValue[]
}
