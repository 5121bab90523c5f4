import { InaError } from '../util/errors.ts'
import { didYouMean } from '../util/nearest.ts'
import { withoutScheme } from '../util/url-scheme.ts'
import { type Secret, secretText } from './secret.ts'

/** What is wrong with a URL, and what to do. */
type Slip = readonly [message: string, hint: string]

/** How the URL was given, for messages. */
export interface UrlUse {
  /** The option. */
  readonly of: string
  readonly example: string
}

const SINK_EXAMPLES = [
  'postgres://user@host/database',
  'influx+http://host:8086/?db=lab',
  'mqtt://host/',
] as const

/** With an example of what was begun, as far as that can be told; else with all of them. */
function ofSink(text: string): UrlUse {
  const begun = SINK_EXAMPLES.find((each) =>
    text.toLowerCase().startsWith(each.slice(0, each.search(/[+:]/))),
  )
  return { of: '--sink', example: begun ?? SINK_EXAMPLES.join(' or ') }
}

/** The URL of a sink, read part by part, so that what nobody reads is an error. */
export class SinkUrl {
  readonly url: URL
  readonly #env: NodeJS.ProcessEnv
  readonly #asked = new Set<string>()

  /** @throws InaError usage_invalid: no URL. Never with the text itself, which may have a password in it */
  constructor(text: string, env: NodeJS.ProcessEnv, { of, example }: UrlUse = ofSink(text)) {
    this.#env = env
    const url = URL.canParse(text) ? new URL(text) : null
    const slip = slipIn(text, example) ?? (url === null ? brokenPart(text, example) : null)
    if (slip !== null || url === null || url.hash !== '') {
      const [message, hint] = slip ?? ['has a #', 'write # as %23']
      throw invalid(`the URL of ${of} ${message}`, hint)
    }
    this.url = url
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
    if (values.length > 1)
      throw invalid(`${name} appears twice in the URL`, 'leave one of them out')
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
  secret(name: string, variables: readonly string[], inUrl = ''): Secret | null {
    const file = this.parameter(`${name}-file`)
    if (file !== null) {
      const secret = { file }
      // What is wrong with it is to be said now.
      secretText(secret)
      return secret
    }
    if (inUrl !== '') return { text: decoded(inUrl) }
    const found = variables.map((each) => this.variable(each)).find((each) => each !== null)
    return found === undefined || found === null ? null : { text: found }
  }

  /** Of the environment; null: it is not there, or empty. */
  variable(name: string): string | null {
    return (this.#env[name] ?? '') === '' ? null : (this.#env[name] as string)
  }

  get userName(): string | null {
    return this.url.username === '' ? null : decoded(this.url.username)
  }

  /** Scheme, host, port and path, without user and query. */
  get address(): string {
    return `${this.scheme}://${this.url.host}${this.url.pathname}`
  }

  /** To be called when all was asked for. @throws InaError usage_invalid: something in the query that nobody knows */
  end(): void {
    for (const name of this.url.searchParams.keys()) {
      if (this.#asked.has(name)) continue
      const known = [...this.#asked]
      if (this.url.search.includes('@')) {
        // Behind a user or password with a ? in it, this is a part of that.
        throw invalid(`the URL of ${this.scheme}:// ${slipAt('?')[0]}`, slipAt('?')[1])
      }
      throw invalid(
        `'${name}' means nothing in a URL of ${this.scheme}://`,
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

const ESCAPES: Readonly<Record<string, string>> = { '/': '%2F', '?': '%3F', '#': '%23' }

/**
 * What every reader of URLs takes, and for something else than was meant: a user or password would become a path or a
 * database, and be shown as such.
 */
function slipIn(text: string, example: string): Slip | null {
  const rest = withoutScheme(text)
  if (rest === null) {
    const isShort = /^[a-z][\w+.-]*:/i.test(text)
    return [isShort ? 'has no // behind its scheme' : 'is no URL', `write one such as ${example}`]
  }
  const end = rest.search(/[/?#]/)
  const [user = ''] = /^.*(?=@)/s.exec(end < 0 ? rest : rest.slice(0, end)) ?? []
  if (user.includes('@') && !user.includes(':')) {
    return ['has two @ and no password', 'write user:password@host, and @ in a user as %40']
  }
  if (end < 0) return null
  const [path = ''] = rest.slice(end).split(/[?#]/, 1)
  // A value of the query may have an @.
  const others = rest.slice(end + path.length).replaceAll(/=[^&]*/g, '')
  if ((path + others).includes('@')) return slipAt(rest.charAt(end))
  // A user and password with a / too many in front of them.
  if (end > 0 || !path.includes(':')) return null
  return [
    'has no host, and a : in its path',
    'write // in front of the host, and : in a name as %3A',
  ]
}

/** A sign in a user or password that ends them: an @ comes behind it. */
function slipAt(sign: string): Slip {
  return [
    `has a ${sign} in its user or password, or an @ behind its host`,
    `in a user or password write ${sign} as ${ESCAPES[sign]} and @ as %40, or name a file: password-file=...`,
  ]
}

/** Why it can't be read at all. */
function brokenPart(text: string, example: string): Slip {
  const [authority = ''] = withoutScheme(text)?.split(/[/?#]/, 1) ?? []
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const [, port] = /^(?:\[[^\]]*\]|[^[\]]*?):([^:\]]*)$/.exec(host) ?? []
  if (port === undefined) return ['has no valid host', `write one such as ${example}`]
  // Neither is shown: without an @, it is a password.
  if (/^\d+$/.test(port) && Number(port) > 65_535)
    return ['has a port above 65535', 'choose one from 1 to 65535']
  return [
    'has a port that is no number',
    'write host:port; in a user or password write / ? # @ as %2F %3F %23 %40, or name a file: password-file=...',
  ]
}
