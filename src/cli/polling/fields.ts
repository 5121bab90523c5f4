import { cleanText } from '../../domain/sample.ts'
import { didYouMean } from '../../util/nearest.ts'
import type { Mistakes } from './mistakes.ts'

/** What a table of TOML or a row of CSV says, and where; what is wrong with it is added to the mistakes. */
export class Fields {
  /** File and line or row. */
  readonly place: string
  readonly #values: Readonly<Record<string, unknown>>
  readonly #mistakes: Mistakes
  readonly #placeOf: (name: string) => string

  /** @param placeOf of one member, where it may be in another line */
  constructor(
    values: Readonly<Record<string, unknown>>,
    place: string,
    mistakes: Mistakes,
    placeOf: (name: string) => string = () => place,
  ) {
    this.#values = values
    this.place = place
    this.#mistakes = mistakes
    this.#placeOf = placeOf
  }

  /** Members that nobody knows are mistakes. */
  allow(names: readonly string[]): void {
    for (const name of Object.keys(this.#values)) {
      if (names.includes(name)) continue
      const hint = didYouMean(name, names, `there are ${names.join(', ')}`)
      this.wrong(name, `unknown key '${cleanText(name)}'; ${hint}`)
    }
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  wrong(name: string, message: string): void {
    this.#mistakes.add(this.#placeOf(name), message)
  }

  /** Does what may throw InaError about a member. @returns null: it did */
  read<T>(name: string, work: () => T): T | null {
    return this.#mistakes.catch(this.#placeOf(name), work)
  }

  /** null: not said, or no text. */
  text(name: string): string | null {
    const value = this.#values[name]
    if (value === undefined) return null
    if (typeof value === 'string' && value.trim() !== '') return cleanText(value.trim())
    this.wrong(name, `'${name}' must be a text`)
    return null
  }

  /** The same, and not to be left out. */
  needed(name: string, example: string): string | null {
    if (!this.has(name)) this.wrong(name, `'${name}' is missing; write such as ${example}`)
    return this.text(name)
  }

  /** null: not said, or no number. */
  number(name: string): number | null {
    const value = this.#values[name]
    if (value === undefined) return null
    const number =
      typeof value === 'string' && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)
        ? Number(value)
        : value
    if (typeof number === 'number' && Number.isFinite(number)) return number
    this.wrong(name, `'${name}' must be a number`)
    return null
  }
}
