import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { InaError, systemCode } from '../util/errors.ts'
import { peerKey } from './access/peer.ts'
import type { PeerLimits } from './access/peer-limits.ts'
import { addressText, type ListenAddress } from './listen-address.ts'
import type { TlsKeys } from './tls.ts'

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export interface HttpListeners {
  readonly request: RequestListener
  readonly upgrade: UpgradeListener
}

/** Connections at once on all addresses: 1000 viewers, and some more. */
const MOST_CONNECTIONS = 4000
/** Files that a process has to be able to open beside its connections: log, spill, back-ups, ports. */
const OTHER_FILES = 200
/** Headers have to be there by then, ms; TLS has to be agreed on. */
const HEADERS_MS = 10_000
/** A request has to be there by then, ms; none has a large body. */
const REQUEST_MS = 30_000
/** How often that is looked at, ms. */
const CHECK_MS = 5000
const MOST_HEADER_BYTES = 16 * 1024
/** How often certificates are looked at, ms. */
const KEYS_MS = 30_000

/** One server for each address that is listened on; all speak the same. */
export class HttpServers {
  readonly #servers: { readonly server: Server; readonly address: ListenAddress }[] = []
  readonly #sockets = new Set<Socket>()
  readonly #limits: PeerLimits
  readonly #mostConnections = mostConnections()
  #keysTimer: NodeJS.Timeout | undefined

  constructor(limits: PeerLimits) {
    this.#limits = limits
  }

  /**
   * @param keys null: plain HTTP
   * @returns where they listen, a free port filled in
   * @throws InaError usage_invalid: an address can't be used
   */
  async listen(
    addresses: readonly ListenAddress[],
    keys: TlsKeys | null,
    listeners: HttpListeners,
  ): Promise<string[]> {
    const texts: string[] = []
    for (const address of addresses) {
      const options = { maxHeaderSize: MOST_HEADER_BYTES, connectionsCheckingInterval: CHECK_MS }
      const server =
        keys === null || address.kind === 'unix'
          ? createServer(options, listeners.request)
          : createTlsServer(
              { ...options, ...keys.options, handshakeTimeout: HEADERS_MS },
              listeners.request,
            )
      server.on('upgrade', listeners.upgrade)
      server.on('connection', (socket: Socket) => this.#connected(socket))
      server.headersTimeout = HEADERS_MS
      server.requestTimeout = REQUEST_MS
      const bound = await bind(server, address)
      this.#servers.push({ server, address: bound })
      texts.push(addressText(bound, keys !== null && bound.kind === 'tcp'))
    }
    return texts
  }

  /** New connections get what is in the files of TLS by then. @param report a failure, once */
  watch(keys: TlsKeys, report: (error: unknown) => void): void {
    this.#keysTimer = setInterval(() => {
      this.renew(keys).catch(report)
    }, KEYS_MS)
    this.#keysTimer.unref()
  }

  /** @throws InaError usage_invalid, once: the files have changed and can't be used */
  async renew(keys: TlsKeys): Promise<void> {
    const renewed = await keys.look()
    if (renewed === null) return
    for (const { server } of this.#servers) {
      if ('setSecureContext' in server) (server as TlsServer).setSecureContext(renewed)
    }
  }

  /** No new connection, and an end to those there are. */
  async close(): Promise<void> {
    clearInterval(this.#keysTimer)
    const closed = this.#servers.map(
      ({ server }) => new Promise<void>((resolve) => server.close(() => resolve())),
    )
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(closed)
  }

  #connected(socket: Socket): void {
    const key = socket.remoteAddress === undefined ? 'unix' : peerKey(socket.remoteAddress)
    // Without a word: whoever floods is not to be answered as well.
    if (this.#sockets.size >= this.#mostConnections || !this.#limits.connected(key)) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      this.#limits.disconnected(key)
    })
  }
}

/** Fewer where this process may not open so many files: the log has to have some. */
function mostConnections(): number {
  try {
    const [, files] =
      /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    const left = files === undefined ? MOST_CONNECTIONS : Number(files) - OTHER_FILES
    return Math.max(1, Math.min(MOST_CONNECTIONS, left))
  } catch {
    // Not on this system.
    return MOST_CONNECTIONS
  }
}

async function bind(server: Server, address: ListenAddress): Promise<ListenAddress> {
  try {
    await listening(server, address)
  } catch (error) {
    const isStale =
      address.kind === 'unix' &&
      systemCode(error) === 'EADDRINUSE' &&
      !(await isAnswered(address.path))
    if (!isStale) throw refused(address, error)
    // Of a run that was killed.
    rmSync(address.path, { force: true })
    await listening(server, address).catch((again: unknown) => {
      throw refused(address, again)
    })
  }
  if (address.kind === 'unix') {
    // Who may open it may read: its user, and its group.
    chmodSync(address.path, 0o660)
    return address
  }
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? { ...address, port: bound.port } : address
}

function listening(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      server.off('error', onError)
      server.off('listening', onListening)
      then()
    }
    const onError = (error: Error): void => settle(() => reject(error))
    const onListening = (): void => settle(resolve)
    server.once('error', onError)
    server.once('listening', onListening)
    if (address.kind === 'unix') server.listen(address.path)
    else server.listen(address.port, address.host)
  })
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // A file that is no socket is not ours to remove.
    socket.once('error', (error) => resolve(systemCode(error) !== 'ECONNREFUSED'))
  })
}

function refused(address: ListenAddress, error: unknown): InaError {
  const code = systemCode(error)
  const where = address.kind === 'unix' ? address.path : `${address.host}:${address.port}`
  const [reason, hint] = WHY[code ?? ''] ?? [
    code ?? String(error),
    'name another address with --listen',
  ]
  return new InaError('usage_invalid', `can't listen on ${where}: ${reason}`, hint, error)
}

const WHY: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: [
    'another program listens there',
    'end it, or name another address with --listen, such as 127.0.0.1:8220',
  ],
  EADDRNOTAVAIL: ['this machine has no such address', 'name one of its own, or 0.0.0.0 for all'],
  EACCES: ['this user may not', 'take a port of 1024 or more'],
  ENOTFOUND: ['no such name is known', 'name an address with --listen'],
  ENOENT: ['its folder is not there', 'make it first'],
}
