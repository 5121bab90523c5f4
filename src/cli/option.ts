import { InvalidArgumentError, Option } from 'commander'
import { InaError, isInaError } from '../util/errors.ts'

interface OptionSpec<T> {
  /** Reads the text of a flag, an environment variable or the configuration file; throws InaError. */
  readonly parse?: (text: string) => T
  readonly default?: T
  /** The default as help shows it, where its value would not do. */
  readonly defaultText?: string
  readonly choices?: readonly string[]
  /** What a shell completes, where other texts may be said, too. */
  readonly words?: readonly string[]
  /**
   * May be given any number of times; its value is an array. In its environment
   * variable the values are separated by this; `whole`: the variable is one value.
   */
  readonly list?: RegExp | 'whole'
  /** Given twice on the command line, it would be about two things, of which only one can be: that is refused. */
  readonly once?: boolean
  /** The text that the bare option of `[value]` stands for. */
  readonly preset?: string
  /**
   * May be said of one device behind its label and a colon (`scoped`, `scopeAt`), and so has
   * a place in the tables of devices of the configuration file as well. `last`: of all that is
   * said of a device the last counts, read by a parser of `scoped`; `all`: everything does.
   */
  readonly perDevice?: 'last' | 'all'
  /** Parts of it must never be printed, such as a password: a text of it as reports may show it. */
  readonly redact?: (text: string) => string
  /** No environment variable and no place in the configuration file (switches such as --list). */
  readonly flagOnly?: boolean
}

/** Between the values of most lists in an environment variable. */
export const BLANK_OR_COMMA = /[\s,]+/
/** Not within quotes. */
export const SEMICOLON = /;(?=(?:[^"']|"[^"]*"|'[^']*')*$)/

/** An option that knows how environment and configuration file give its value. */
export class CliOption extends Option {
  readonly list: RegExp | 'whole' | null
  readonly parseText: (text: string) => unknown
  readonly perDevice: 'last' | 'all' | null
  readonly redact: ((text: string) => string) | null
  readonly words: readonly string[]
  /** The default in words; null: there is none. */
  readonly defaultText: string | null
  /** Its environment variable; null: it is for the command line alone. */
  variable: string | null = null

  constructor(flags: string, help: string, spec: OptionSpec<unknown>) {
    super(flags, help)
    const { list, parse, choices } = spec
    this.list = list ?? null
    this.perDevice = spec.perDevice ?? null
    this.redact = spec.redact ?? null
    this.words = spec.words ?? choices ?? []
    this.defaultText = defaultText(spec) ?? /\(default: (.*)\)$/.exec(help)?.[1] ?? null
    this.parseText = parse ?? (choices === undefined ? (text) => text : oneOf(choices))
    if (choices !== undefined) this.argChoices = [...choices]
    if (this.isSwitch) return
    this.argParser((text, previous) => {
      if (spec.once === true && previous !== undefined) {
        throw new InvalidArgumentError('It is given twice; leave one of them out.')
      }
      const value = this.#ofFlag(text)
      if (this.list === null) return value
      return Array.isArray(previous) ? [...previous, value] : [value]
    })
  }

  get isPerDevice(): boolean {
    return this.perDevice !== null
  }

  get isSwitch(): boolean {
    return !this.required && !this.optional
  }

  /** Commander would read the variable by itself, and take every word for a yes: `src/config` reads it. */
  override env(name: string): this {
    this.variable = name
    return this
  }

  /** Names the variable in the help. To be called when commander has the option, so that it does not listen. */
  showVariable(): void {
    if (this.variable !== null) this.envVar = this.variable
  }

  #ofFlag(text: string): unknown {
    try {
      return this.parseText(text)
    } catch (error) {
      if (isInaError(error)) throw new InvalidArgumentError(`${error.message}; ${error.hint}.`)
      throw error
    }
  }
}

/**
 * One option of a command. Its environment variable follows from its name:
 * `--retain` is INA219_RETAIN, `--no-log` is INA219_NO_LOG. Order: flag, environment, file, built-in.
 *
 * @param help one line with unit and range
 */
export function option<T>(flags: string, help: string, spec: OptionSpec<T> = {}): CliOption {
  // Commander shows a default's text only where there is a default value.
  const shown = spec.default === undefined && spec.defaultText !== undefined
  const text = shown ? `${help} (default: ${spec.defaultText})` : help
  const made = new CliOption(flags, text, spec)
  if (spec.default !== undefined) made.default(spec.default, spec.defaultText)
  if (spec.preset !== undefined) made.preset(spec.preset)
  if (!spec.flagOnly) made.env(`INA219_${made.name().replaceAll('-', '_').toUpperCase()}`)
  return made
}

function defaultText(spec: OptionSpec<unknown>): string | null {
  if (spec.defaultText !== undefined) return spec.defaultText
  return spec.default === undefined ? null : String(spec.default)
}

function oneOf(choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (choices.includes(text)) return text
    const message = `'${text}' is none of ${choices.join(', ')}`
    throw new InaError('usage_invalid', message, 'choose one of them')
  }
}
