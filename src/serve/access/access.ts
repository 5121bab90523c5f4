import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { type AddressRange, isLoopback } from './address-range.ts'
import { isProxied, limitKey } from './peer.ts'
import type { Token } from './token.ts'

/** What somebody wants to do. `earlier_…`: on a path of older clients, which `--allow-from` opens. */
export type Want = 'read' | 'write' | 'earlier_read' | 'earlier_write'

/** What is known of a request before it is believed. */
export interface Request {
  /** null: it came over a Unix socket */
  readonly peer: string | null
  /** The address of ours that it came to; null as `peer` */
  readonly local: string | null
  /** Whether the connection is encrypted. */
  readonly isTls: boolean
  /** One of its headers; `name` in lower case. */
  header(name: string): string | null
}

export type RefusalReason = 'host' | 'origin' | 'token_missing' | 'token_wrong' | 'too_many_tries'

export interface Refusal {
  readonly reason: RefusalReason
  readonly status: 401 | 403 | 421 | 429
  readonly message: string
  readonly hint: string
}

export interface AccessOptions {
  readonly token: Token
  readonly allowOrigins: readonly string[]
  readonly allowFrom: readonly AddressRange[]
  readonly monoMs: () => number
}

/** Wrong tokens that a peer may show within a minute. */
const MOST_TRIES = 10
const TRIES_MS = 60_000
/** Peers that are remembered for that; a flood of others forgets the oldest. */
const MOST_PEERS = 1000

/**
 * Who may do what. Reading is free on loopback and Unix sockets; everything else needs the token.
 * A page of another origin, and a name that is not this machine's (DNS rebinding), are refused
 * wherever they come from.
 */
export class Access {
  readonly #token: Token
  readonly #origins: ReadonlySet<string>
  readonly #ownHosts: ReadonlySet<string>
  readonly #allowedHosts: ReadonlySet<string>
  readonly #allowFrom: readonly AddressRange[]
  readonly #monoMs: () => number
  readonly #tries = new Map<string, { count: number; sinceMs: number }>()

  constructor({ token, allowOrigins, allowFrom, monoMs }: AccessOptions) {
    this.#token = token
    this.#origins = new Set(allowOrigins)
    const own = hostname().toLowerCase()
    this.#ownHosts = new Set(['localhost', own, `${own}.local`])
    this.#allowedHosts = new Set(allowOrigins.map((origin) => new URL(origin).hostname))
    this.#allowFrom = allowFrom
    this.#monoMs = monoMs
  }

  /** An origin of `--allow-origin`, whose pages may read the answers; null: none. */
  allowedOrigin(request: Request): string | null {
    const origin = request.header('origin')
    return origin !== null && this.#origins.has(origin) ? origin : null
  }

  /** Whether host and origin are ours; of every request, before anything else. null: they are. */
  placeRefusal(request: Request): Refusal | null {
    const host = request.header('host')
    // A Unix socket has no name that a browser could be lured to.
    if (request.peer !== null && !this.#isOwnHost(host) && !this.#isAllowedHost(host)) {
      return {
        reason: 'host',
        status: 421,
        message: `'${host ?? ''}' is no name of this server`,
        hint: 'use its address, or start it with --allow-origin http://<that name>',
      }
    }
    const origin = request.header('origin')
    if (origin === null) return isOfForeignPage(request) ? FOREIGN_PAGE : null
    if (this.#origins.has(origin)) return null
    if (host !== null && origin === `${request.isTls ? 'https' : 'http'}://${host}`) return null
    return {
      reason: 'origin',
      status: 403,
      message: `pages of ${origin} are not let in`,
      hint: `start the server with --allow-origin ${origin}`,
    }
  }

  /** @param shown the token that came with it; null: none. @returns null: let in */
  refusal(request: Request, want: Want, shown: string | null): Refusal | null {
    const isReading = want === 'read' || want === 'earlier_read'
    if (isReading && this.#isFree(request)) return null
    const isEarlier = want === 'earlier_read' || want === 'earlier_write'
    if (isEarlier && this.#isAllowedPeer(request)) return null
    if (shown === null) {
      return {
        reason: 'token_missing',
        status: 401,
        message: isReading ? 'reading from here needs the token' : 'this needs the token',
        hint: 'send it as: Authorization: Bearer <token>; it is in the file of --token-file',
      }
    }
    const peer = limitKey(request)
    if (this.#isTired(peer)) {
      return {
        reason: 'too_many_tries',
        status: 429,
        message: 'too many wrong tokens from there',
        hint: 'wait a minute',
      }
    }
    if (this.#token.equals(shown)) return null
    this.#remember(peer)
    return {
      reason: 'token_wrong',
      status: 401,
      message: 'that is not the token',
      hint: 'look into the file of --token-file on the server',
    }
  }

  #isOwnHost(host: string | null): boolean {
    const name = nameOf(host)
    return isIP(name) !== 0 || this.#ownHosts.has(name)
  }

  #isAllowedHost(host: string | null): boolean {
    return this.#allowedHosts.has(nameOf(host))
  }

  /** From this machine, and not through a proxy on it, which stands for anybody. */
  #isFree(request: Request): boolean {
    const host = request.header('host')
    if (isProxied(request) || this.#isAllowedHost(host)) return false
    if (request.peer === null) return true
    // A name that does not lead here leads to a proxy, also to one that does not say so.
    const name = nameOf(host)
    if (!isLoopback(name) && !this.#ownHosts.has(name)) return false
    return isLoopback(request.peer) && isLoopback(request.local ?? '')
  }

  /** Of `--allow-from`, and not through a proxy there, which stands for anybody. */
  #isAllowedPeer(request: Request): boolean {
    const { peer } = request
    if (peer === null || isProxied(request) || this.#isAllowedHost(request.header('host'))) {
      return false
    }
    return this.#allowFrom.some((range) => range.has(peer))
  }

  #isTired(peer: string): boolean {
    const tries = this.#tries.get(peer)
    if (tries === undefined) return false
    if (this.#monoMs() - tries.sinceMs > TRIES_MS) {
      this.#tries.delete(peer)
      return false
    }
    return tries.count >= MOST_TRIES
  }

  #remember(peer: string): void {
    const tries = this.#tries.get(peer)
    if (tries !== undefined) {
      tries.count++
      return
    }
    if (this.#tries.size >= MOST_PEERS) {
      for (const oldest of this.#tries.keys()) {
        this.#tries.delete(oldest)
        break
      }
    }
    this.#tries.set(peer, { count: 1, sinceMs: this.#monoMs() })
  }
}

/**
 * Part of a page from elsewhere, such as an image, whose request bears no `Origin` (Fetch Metadata):
 * it can't read the answer, but it could use up what there is only so much of. Who follows a link is let in.
 */
function isOfForeignPage(request: Request): boolean {
  const site = request.header('sec-fetch-site')
  if (site !== 'cross-site' && site !== 'same-site') return false
  const isLink = request.header('sec-fetch-mode') === 'navigate'
  return !isLink || request.header('sec-fetch-dest') !== 'document'
}

const FOREIGN_PAGE: Refusal = {
  reason: 'origin',
  status: 403,
  message: 'parts of pages from elsewhere are not let in',
  hint: 'start the server with --allow-origin, and have the page ask with CORS',
}

/** Of a `Host`, without its port; empty: there is none. */
function nameOf(host: string | null): string {
  return (host ?? '')
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** The token of `Authorization: Bearer <token>`; null: there is none. */
export function bearerOf(request: Request): string | null {
  const [, token] = /^bearer +(\S+) *$/i.exec(request.header('authorization') ?? '') ?? []
  return token ?? null
}
