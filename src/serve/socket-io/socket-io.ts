import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Server as Engine } from 'engine.io'
import { Server, type Socket } from 'socket.io'
import { bearerOf, type Request } from '../access/access.ts'
import { requestOf } from '../access/request.ts'
import { Budget } from '../budget.ts'
import { MOST_CLIENTS, TOKEN_MS } from '../earlier/earlier-socket.ts'
import type { HttpListeners } from '../http-server.ts'
import type { ServeParts } from '../parts.ts'
import { PROBLEM_TYPE, refusalProblem } from '../problem.ts'
import { MOST_MESSAGE_BYTES } from '../socket-route.ts'
import { latestOf, type StoreData } from '../store/data.ts'
import { type RelayStatus, soughtRelays, statusOf } from '../store/relays.ts'
import { shownStore } from '../store/store-device.ts'
import { StoreClient } from './store-client.ts'

/** Samples a second that clients are told of; where there are more, the newest. */
const MOST_PER_SECOND = 100
/** What was left out is made up for by then, ms. */
const CATCH_UP_MS = 100

/** Clients in a browser can't choose their headers. */
const HOW_TO_SHOW =
  'send it as auth.token: io(url, { auth: { token } }); it is in the file of --token-file'

/** What is spoken at `/socket.io/`: the energy store for clients that were written for Socket.IO (contract, section 8). */
export class SocketIo implements HttpListeners {
  readonly #parts: ServeParts
  readonly #engine: Engine
  readonly #io: Server
  readonly #clients = new Map<Socket, StoreClient>()
  /** Where each client came from, as seen while its first connection was open: a closed one does not say any more. */
  readonly #handshakes = new WeakMap<IncomingMessage, Request>()
  readonly #budget: Budget
  readonly #unsubscribe: () => void
  #timer: NodeJS.Timeout | undefined
  /** As clients were told last. */
  #relays = ''
  /** Which store clients were told of last, and how that was; empty: of none yet. */
  #store = ''

  constructor(parts: ServeParts) {
    this.#parts = parts
    const { hub, clock } = parts
    this.#budget = new Budget(MOST_PER_SECOND, clock.monoMs())
    this.#engine = new Engine({
      transports: ['polling', 'websocket'],
      maxHttpBufferSize: MOST_MESSAGE_BYTES,
      perMessageDeflate: false,
      httpCompression: false,
      allowRequest: (incoming, answer) => {
        this.#handshakes.set(incoming, requestOf(incoming))
        const isFull = this.#engine.clientsCount >= MOST_CLIENTS
        answer(isFull ? 'too many clients: try again later' : null, !isFull)
      },
    })
    this.#io = new Server({ serveClient: false, connectTimeout: TOKEN_MS })
    // Without the HTTP server, whose requests and upgrades others answer as well.
    this.#io.bind(this.#engine)
    this.#io.use((socket, next) => {
      const why = this.#whyRefused(socket)
      next(why === null ? undefined : new Error(why))
    })
    this.#io.on('connection', (socket) => this.#welcome(socket))
    this.#unsubscribe = hub.bus.subscribe({
      sample: (number, { origin }) => {
        // One that comes late is none that these clients could put in its place.
        const isHeard = origin !== 'late' && this.#clients.size > 0
        if (isHeard && number === shownStore(parts)?.number) this.#sampled()
      },
      outputs: () => this.#switched(),
      // Its relays may have stopped answering.
      event: (_number, { kind }) => {
        if (kind === 'note') this.#switched()
      },
      // The virtual store may have begun or ended.
      sourceState: () => {
        this.#switched()
        this.#wentSilent()
      },
    })
  }

  get clients(): number {
    return this.#clients.size
  }

  takes({ url = '/' }: IncomingMessage): boolean {
    return /^\/socket\.io\/?(\?|$)/.test(url)
  }

  readonly request = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { access } = this.#parts
    const request = requestOf(incoming)
    const refusal = access.placeRefusal(request)
    if (refusal !== null) {
      outgoing.writeHead(refusal.status, { 'Content-Type': PROBLEM_TYPE })
      outgoing.end(JSON.stringify(refusalProblem(refusal)))
      return
    }
    outgoing.setHeader('X-Content-Type-Options', 'nosniff')
    const origin = access.allowedOrigin(request)
    if (origin !== null) {
      outgoing.setHeader('Access-Control-Allow-Origin', origin)
      outgoing.setHeader('Vary', 'Origin')
    }
    if (incoming.method !== 'OPTIONS') {
      void this.#engine.handleRequest(incoming as Parameters<Engine['handleRequest']>[0], outgoing)
      return
    }
    outgoing.setHeader('Access-Control-Allow-Methods', 'GET, POST')
    outgoing.setHeader('Access-Control-Allow-Headers', 'authorization, content-type')
    outgoing.setHeader('Access-Control-Max-Age', '600')
    outgoing.writeHead(204).end()
  }

  /** Host and origin have been looked at. */
  readonly upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.#engine.handleUpgrade(incoming as Parameters<Engine['handleUpgrade']>[0], socket, head)
  }

  /** Clients are let go; they try again by themselves. */
  async close(): Promise<void> {
    this.#unsubscribe()
    clearTimeout(this.#timer)
    await this.#io.close()
  }

  /** @returns in words; null: it is let in */
  #whyRefused({ request, handshake }: Socket): string | null {
    const { access } = this.#parts
    const known = this.#handshakes.get(request)
    if (known === undefined) return 'where it comes from is not known; connect again'
    const token: unknown = handshake.auth['token']
    const shown = typeof token === 'string' ? token : bearerOf(known)
    const refusal = access.refusal(known, 'earlier_read', shown)
    if (refusal === null) return null
    const { reason, message, hint } = refusal
    return `${message}; ${reason === 'token_missing' ? HOW_TO_SHOW : hint}`
  }

  /** It has just come, or come back: how things are, at once. */
  #welcome(socket: Socket): void {
    const client = new StoreClient(socket)
    this.#clients.set(socket, client)
    socket.on('disconnect', () => this.#clients.delete(socket))
    const { clock, version } = this.#parts
    const timestamp = new Date(clock.wallMs()).toISOString()
    const message = `connected to ina219 ${version}`
    client.tell('connection_response', { status: 'connected', message, timestamp })
    const data = this.#latest()
    if (data !== null && data.ts !== null) {
      this.#store = storeOf(data)
      client.tell('new_sun_data', data)
    }
    const relays = this.#status()
    if (relays !== null) client.tell('relay_status_update', relays)
  }

  #latest(): StoreData | null {
    const store = shownStore(this.#parts)
    return store === null ? null : latestOf(store)
  }

  #status(): RelayStatus | null {
    const sought = soughtRelays(this.#parts)
    return 'found' in sought ? statusOf(sought.found) : null
  }

  #sampled(): void {
    if (this.#clients.size === 0 || this.#timer !== undefined) return
    if (this.#budget.take(this.#parts.clock.monoMs())) {
      this.#tellSun()
      return
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#tellSun()
    }, CATCH_UP_MS)
  }

  #tellSun(): void {
    const data = this.#latest()
    if (data !== null) this.#store = storeOf(data)
    this.#tell('new_sun_data', data)
  }

  /** What clients show is over: its store does not measure any more, or another one is shown. */
  #wentSilent(): void {
    const data = this.#latest()
    // One that is live tells it by its sample, and one of which nothing was told is not over.
    if (data === null || data.state === 'live' || this.#store === '') return
    if (storeOf(data) !== this.#store) this.#tellSun()
  }

  #switched(): void {
    const relays = this.#status()
    const text = JSON.stringify(relays)
    if (text === this.#relays) return
    this.#relays = text
    this.#tell('relay_status_update', relays)
  }

  #tell(event: string, payload: object | null): void {
    if (payload === null) return
    for (const client of this.#clients.values()) client.tell(event, payload)
  }
}

function storeOf({ device, state }: StoreData): string {
  return `${device} ${state}`
}
