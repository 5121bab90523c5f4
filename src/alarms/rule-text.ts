import { InaError } from '../util/errors.ts'

/** The form of a rule, as a hint. */
export const RULE_HINT =
  'write <what> <op> <value> [for <duration>] [hysteresis <value>] [latch] [as <name>], such as a > 1.2A for 5s'

/** Tokens that rules and their measures share; sticky, as `RuleText.take` needs them. */
const QUOTED = /"[^"]*"|'[^']*'/uy
export const OPEN = /\(/uy
export const CLOSE = /\)/uy

/** The text of a rule while it is read: where the reader stands, and errors that say so. */
export class RuleText {
  readonly #text: string
  readonly #option: string
  at: number

  /**
   * @param text all that the option was given, as errors quote it
   * @param at where the rule begins in it, behind the label of a device
   * @param option as errors call it
   */
  constructor(text: string, at: number, option: string) {
    this.#text = text
    this.at = at
    this.#option = option
    this.skipBlanks()
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length
  }

  /** What was written from there to here, without the blanks around it. */
  since(at: number): string {
    return this.#text.slice(at, this.at).trim()
  }

  skipBlanks(): void {
    const rest = this.#text.slice(this.at)
    this.at += rest.length - rest.trimStart().length
  }

  /** What a sticky pattern finds here, without moving on. */
  peek(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    return pattern.exec(this.#text)?.[0] ?? null
  }

  /** Moves over what the pattern finds here, and the blanks behind it. @returns null: it finds nothing */
  take(pattern: RegExp): string | null {
    const found = this.peek(pattern)
    if (found === null) return null
    this.at += found.length
    this.skipBlanks()
    return found
  }

  /** What stands in quotes, with them. @returns null: no quote is here @throws InaError where it is not closed */
  takeQuoted(): string | null {
    const quoted = this.take(QUOTED)
    const quote = this.#text[this.at]
    if (quoted === null && (quote === '"' || quote === "'")) {
      throw this.wrong(`the quote ${quote} is not closed`, 'close it behind the name')
    }
    return quoted
  }

  /** An error at a character of the text. @param at default: here */
  wrong(why: string, hint: string, at: number = this.at): InaError {
    const near = /[^\s()]+|\S/uy
    near.lastIndex = at
    const word = near.exec(this.#text)?.[0]
    const place = word === undefined ? 'at its end' : `near '${word}'`
    const message = `${this.#option} '${this.#text}', character ${at + 1}, ${place}: ${why}`
    return new InaError('usage_invalid', message, hint)
  }
}
