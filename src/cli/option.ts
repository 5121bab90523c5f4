import { InvalidArgumentError, Option } from 'commander'
import { isInaError } from '../util/errors.ts'

export interface OptionSpec<T> {
  /** Reads the text of a flag, an environment variable or the configuration file; throws InaError. */
  readonly parse?: (text: string) => T
  readonly default?: T
  /** The default as help shows it, where its value would not do. */
  readonly defaultText?: string
  readonly choices?: readonly string[]
  /** No environment variable and no place in the configuration file (switches such as --list). */
  readonly flagOnly?: boolean
}

/**
 * One option of a command. Its environment variable follows from its name:
 * `--retain` is INA219_RETAIN, `--no-log` is INA219_NO_LOG. Order: flag, environment, file, built-in.
 *
 * @param help one line with unit and range
 */
export function option<T>(flags: string, help: string, spec: OptionSpec<T> = {}): Option {
  // Commander shows a default's text only where there is a default value.
  const shown = spec.default === undefined && spec.defaultText !== undefined
  const made = new Option(flags, shown ? `${help} (default: ${spec.defaultText})` : help)
  if (spec.choices) made.choices([...spec.choices])
  if (spec.default !== undefined) made.default(spec.default, spec.defaultText)
  if (!spec.flagOnly) made.env(envName(made))
  const { parse } = spec
  if (parse) {
    made.argParser((text: string): T => {
      try {
        return parse(text)
      } catch (error) {
        if (isInaError(error)) throw new InvalidArgumentError(`${error.message}; ${error.hint}.`)
        throw error
      }
    })
  }
  return made
}

function envName(made: Option): string {
  return `INA219_${made.name().replaceAll('-', '_').toUpperCase()}`
}
