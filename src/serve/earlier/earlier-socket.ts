import type { WebSocket } from 'ws'
import type { HubDevice } from '../../monitor/hub.ts'
import { type Access, bearerOf, type Refusal, type Request } from '../access/access.ts'
import type { ServeParts } from '../parts.ts'
import type { SocketRoute } from '../socket-route.ts'

/** Clients at once on a path. */
export const MOST_CLIENTS = 200
/** Who may read only with the token has so long to send it, ms. */
export const TOKEN_MS = 10_000
/** Queued in this process for a client, in bytes: beyond it, what is newest is left out. */
const MOST_QUEUED_BYTES = 64 * 1024
/** A client is asked for a sign of life this often, and let go after the second time, ms. */
const LIFE_MS = 30_000

const CLOSE = {
  goingAway: 1001,
  tryLater: 1013,
  token: 4401,
  unknown: 4404,
  tooSlow: 4408,
} as const

/** Clients of one path that watch one device each. */
export class EarlierClients {
  readonly #parts: ServeParts
  readonly #clients = new Set<EarlierClient>()
  readonly #changed: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param changed called when clients come or go */
  constructor(parts: ServeParts, changed: () => void) {
    this.#parts = parts
    this.#changed = changed
  }

  get count(): number {
    return this.#clients.size
  }

  /** Of a device, those that may read. */
  *of(number: number): Generator<EarlierClient> {
    for (const client of this.#clients)
      if (client.device.number === number && client.isIn) yield client
  }

  /** All that may read. */
  *all(): Generator<EarlierClient> {
    for (const client of this.#clients) if (client.isIn) yield client
  }

  /** @param welcome called once it may read @param hear called with what it says; absent: it has nothing to say */
  route(
    path: string,
    welcome: (client: EarlierClient) => void,
    hear: (client: EarlierClient, text: string) => void = () => {},
  ): SocketRoute {
    return {
      path,
      accept: (socket, request, query) => {
        socket.on('error', () => socket.terminate())
        const { devices } = this.#parts.hub
        const name = query.get('device')
        const device = name === null ? devices[0] : devices.find((e) => e.stream.device === name)
        if (device === undefined) {
          socket.close(CLOSE.unknown, 'there is no such device')
          return
        }
        if (this.#clients.size >= MOST_CLIENTS) {
          socket.close(CLOSE.tryLater, 'too many clients: try again later')
          return
        }
        const client = new EarlierClient(socket, device, hear)
        this.#clients.add(client)
        this.#timer ??= setInterval(() => this.#checkLife(), LIFE_MS)
        this.#changed()
        socket.on('close', () => {
          client.left()
          this.#clients.delete(client)
          if (this.#clients.size === 0) {
            clearInterval(this.#timer)
            this.#timer = undefined
          }
          this.#changed()
        })
        client.begin(this.#parts.access, request, () => welcome(client))
      },
      close: () => {
        clearInterval(this.#timer)
        for (const client of this.#clients) client.close(CLOSE.goingAway, 'the server ends')
      },
    }
  }

  #checkLife(): void {
    for (const client of this.#clients) client.checkLife()
  }
}

/** A client that is told; most have nothing to say but the token. */
export class EarlierClient {
  readonly device: HubDevice
  readonly #socket: WebSocket
  readonly #hear: (client: EarlierClient, text: string) => void
  /** Whether it may change something, by what it has shown. */
  #refusal: (shown: string | null) => Refusal | null = () => null
  #shown: string | null = null
  #isIn = false
  #isAlive = true
  #isStuck = false
  #tokenTimer: NodeJS.Timeout | undefined

  constructor(
    socket: WebSocket,
    device: HubDevice,
    hear: (client: EarlierClient, text: string) => void,
  ) {
    this.#socket = socket
    this.#hear = hear
    this.device = device
    socket.on('pong', () => {
      this.#isAlive = true
    })
  }

  /** It may read. */
  get isIn(): boolean {
    return this.#isIn
  }

  begin(access: Access, request: Request, welcome: () => void): void {
    const enter = (): void => {
      clearTimeout(this.#tokenTimer)
      this.#isIn = true
      welcome()
    }
    const mayRead = (shown: string | null): boolean =>
      access.refusal(request, 'earlier_read', shown) === null
    this.#shown = bearerOf(request)
    this.#refusal = (shown) => access.refusal(request, 'earlier_write', shown)
    this.#socket.on('message', (data) => {
      const text = String(data)
      const token = tokenIn(text)
      if (token !== null) this.#shown = token
      if (this.#isIn) {
        if (token === null) this.#answer(text)
      } else if (mayRead(token)) enter()
      else this.close(CLOSE.token, 'the token has to come first')
    })
    if (mayRead(this.#shown)) {
      enter()
      return
    }
    this.#socket.send(
      '{"type":"token_wanted","message":"send {\\"type\\":\\"token\\",\\"token\\":\\"...\\"}"}',
    )
    this.#tokenTimer = setTimeout(() => this.close(CLOSE.token, 'no token came'), TOKEN_MS)
    this.#tokenTimer.unref()
  }

  /** Why it may change nothing; null: it may. */
  changeRefusal(): Refusal | null {
    return this.#refusal(this.#shown)
  }

  /** One that does not keep up misses some: nothing waits for it. */
  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#isStuck = this.#socket.bufferedAmount > MOST_QUEUED_BYTES
    if (!this.#isStuck) this.#socket.send(text)
  }

  checkLife(): void {
    if (!this.#isAlive || this.#isStuck) {
      this.close(CLOSE.tooSlow, 'nothing was read for long')
      return
    }
    this.#isAlive = false
    this.#socket.ping()
  }

  close(code: number, reason: string): void {
    this.#isIn = false
    this.#socket.close(code, reason)
    setTimeout(() => this.#socket.terminate(), 2000).unref()
  }

  left(): void {
    clearTimeout(this.#tokenTimer)
    this.#isIn = false
  }

  /** Such clients keep their connection alive with words of their own. */
  #answer(text: string): void {
    if (text === 'ping') this.send('pong')
    else if (/^\{"type":\s*"ping"/.test(text)) this.send('{"type":"pong"}')
    else this.#hear(this, text)
  }
}

function tokenIn(text: string): string | null {
  try {
    const { type, token } = JSON.parse(text) as { type?: unknown; token?: unknown }
    return type === 'token' && typeof token === 'string' ? token : null
  } catch {
    return null
  }
}
