import { readFileSync } from 'node:fs'
import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'

/** The URL of a sink, read part by part, so that what nobody reads is an error. */
export class SinkUrl {
  readonly url: URL
  readonly #env: NodeJS.ProcessEnv
  readonly #asked = new Set<string>()

  /** @throws InaError usage_invalid: no URL */
  constructor(text: string, env: NodeJS.ProcessEnv) {
    this.#env = env
    try {
      this.url = new URL(text)
    } catch {
      // Never the text itself, which may have a password in it.
      throw invalid(
        'the text is no URL of another system',
        'write one such as influx+http://host:8086/?db=lab',
      )
    }
    // What stands behind such a sign would be shown as a path or a parameter.
    const { pathname, search, hash } = this.url
    if (hash !== '' || /@/.test(pathname + search.replaceAll(/=[^&]*/g, ''))) {
      throw invalid(
        'the URL of --sink has a #, or an @ behind its host',
        'in a user or password write / ? # @ as %2F %3F %23 %40, or name a file: password-file=...',
      )
    }
  }

  /** Scheme without the colon. */
  get scheme(): string {
    return this.url.protocol.slice(0, -1)
  }

  /** A parameter of the query; null: it is not there. @throws InaError usage_invalid: empty, or there twice */
  parameter(name: string): string | null {
    this.#asked.add(name)
    const values = this.url.searchParams.getAll(name)
    const [value = null] = values
    if (values.length > 1) throw invalid(`${name} stands twice in the URL`, 'leave one of them out')
    if (value === '')
      throw invalid(`${name} in the URL is empty`, 'give it a value, or leave it out')
    return value
  }

  /** One of some words; the first where it is not there. @throws InaError usage_invalid */
  choice<const T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const value = this.parameter(name)
    if (value === null) return choices[0]
    const found = choices.find((each) => each === value)
    if (found !== undefined) return found
    throw invalid(`${name}=${value} is none of ${choices.join(', ')}`, 'choose one of them')
  }

  /**
   * What must not be seen: of the file that `<name>-file=` names, of the environment, or else of the URL.
   *
   * @param variables of the environment, the first that is there counts
   * @throws InaError usage_invalid: the file can't be read
   */
  secret(name: string, variables: readonly string[], inUrl = ''): string | null {
    const file = this.parameter(`${name}-file`)
    if (file !== null) return firstLine(file)
    if (inUrl !== '') return decoded(inUrl)
    const found = variables.find((each) => this.variable(each) !== null)
    return found === undefined ? null : this.variable(found)
  }

  /** Of the environment; null: it is not there, or empty. */
  variable(name: string): string | null {
    return (this.#env[name] ?? '') === '' ? null : (this.#env[name] as string)
  }

  get userName(): string | null {
    return this.url.username === '' ? null : decoded(this.url.username)
  }

  /** Scheme, host, port and path, without user and query. */
  get place(): string {
    return `${this.scheme}://${this.url.host}${this.url.pathname}`
  }

  /** To be called when all was asked for. @throws InaError usage_invalid: something in the query that nobody knows */
  end(): void {
    for (const name of this.url.searchParams.keys()) {
      if (this.#asked.has(name)) continue
      const known = [...this.#asked]
      throw invalid(
        `a ${this.scheme} sink has no '${name}'`,
        didYouMean(name, known, `it has ${known.join(', ')}`),
      )
    }
  }
}

/** @throws InaError usage_invalid, without the text */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid(
      'user or password in the URL has a % that is no escape',
      'write % as %25, or name a file: password-file=...',
    )
  }
}

export function invalid(message: string, hint: string): InaError {
  return new InaError('usage_invalid', message, hint)
}

function firstLine(file: string): string {
  try {
    const [line = ''] = readFileSync(file, 'utf8').split(/\r?\n/, 1)
    if (line !== '') return line
  } catch (error) {
    throw new InaError('usage_invalid', `${file} can't be read`, 'name a file that is there', error)
  }
  throw invalid(`${file} is empty`, 'write the secret into its first line')
}
