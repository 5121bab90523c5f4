import { tokenIn } from '../serve/access/token.ts'
import { Backoff } from '../util/backoff.ts'
import type { Clock } from '../util/clock.ts'
import { asInaError, InaError, isInaError } from '../util/errors.ts'
import type { ConnectPlan } from './connect-plan.ts'
import { Link } from './link.ts'
import { isOwnMachine } from './server-address.ts'

/** Between two attempts at most, ms. */
const LONGEST_PAUSE_MS = 15_000

export interface ConnectorOptions extends ConnectPlan {
  readonly clock: Clock
}

/** Keeps a connection: one that is lost is made again, with growing pauses. */
export class Connector {
  readonly #options: ConnectorOptions
  readonly #backoff = new Backoff({ firstMs: 500, longestMs: LONGEST_PAUSE_MS, jitter: 0.5 })
  #link: Link | null = null
  /** Why there is none. */
  #reason = ''
  /** When it is tried again, monotonic, ms; null: it is being tried. */
  #againMs: number | null = null
  #timer: NodeJS.Timeout | undefined
  #waiting: { resolve: (link: Link) => void; reject: (error: Error) => void }[] = []
  #isClosed = false
  /** The token of this machine's own `serve` is not that of this server. */
  #isTokenOther = false

  private constructor(options: ConnectorOptions) {
    this.#options = options
  }

  /** @throws InaError as `Link.open`; config_invalid: the file of the token */
  static async open(options: ConnectorOptions): Promise<Connector> {
    const connector = new Connector(options)
    connector.#use(await connector.#open())
    return connector
  }

  /** null: it is lost at present. */
  get link(): Link | null {
    return this.#link
  }

  /** Why there is none, and what is done about it, for a person. */
  get trouble(): string {
    if (this.#againMs === null) return `${this.#reason}; trying again`
    const leftS = Math.max(1, Math.ceil((this.#againMs - this.#options.clock.monoMs()) / 1000))
    return `${this.#reason}; trying again in ${leftS} s`
  }

  /** Why nothing can be changed, for one who wants to. */
  get tokenHint(): string {
    const { token, address } = this.#options
    if (this.#isTokenOther) return `the token in ${token.file} is not its own: name --token-file`
    return isOwnMachine(address)
      ? `its token is not in ${token.file}: name --token-file`
      : 'copy its token file, for your user alone, and name it with --token-file'
  }

  /** The connection, once there is one. @throws InaError device_silent: it is closed */
  async whenLinked(): Promise<Link> {
    if (this.#link !== null) return this.#link
    if (this.#isClosed) throw closed()
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#link?.close()
    this.#link = null
    for (const { reject } of this.#waiting.splice(0)) reject(closed())
  }

  async #open(): Promise<Link> {
    const { address, caFile } = this.#options
    const token = this.#token()
    try {
      return await Link.open({ address, caFile, token })
    } catch (error) {
      // Behind a tunnel from this machine's address is another one.
      const isWrong = isInaError(error) && error.code === 'device_denied' && token !== null
      if (!isWrong || this.#options.token.isNamed) throw error
      this.#isTokenOther = true
      return Link.open({ address, caFile, token: null })
    }
  }

  /** Read anew each time: a server that was set up again has another one. */
  #token(): string | null {
    const { address, token } = this.#options
    if (this.#isTokenOther || !(token.isNamed || isOwnMachine(address))) return null
    const text = tokenIn(token.file)
    if (text !== null || !token.isNamed) return text
    throw new InaError(
      'config_invalid',
      `there is no token file ${token.file}`,
      'copy the one that serve has made, or leave out --token-file',
    )
  }

  #use(link: Link): void {
    const sinceMs = this.#options.clock.monoMs()
    this.#link = link
    for (const { resolve } of this.#waiting.splice(0)) resolve(link)
    void link.ended.then((error) => {
      this.#link = null
      this.#backoff.lost(this.#options.clock.monoMs() - sinceMs)
      this.#tryLater(error.message)
    })
  }

  #tryLater(reason: string): void {
    if (this.#isClosed) return
    this.#reason = reason
    const pauseMs = this.#backoff.next()
    this.#againMs = this.#options.clock.monoMs() + pauseMs
    this.#timer = setTimeout(() => void this.#tryAgain(), pauseMs)
  }

  async #tryAgain(): Promise<void> {
    this.#againMs = null
    try {
      const link = await this.#open()
      if (this.#isClosed) link.close()
      else this.#use(link)
    } catch (error) {
      this.#tryLater(asInaError(error).message)
    }
  }
}

function closed(): InaError {
  return new InaError('device_silent', 'the connection is closed', 'start the viewer again')
}
