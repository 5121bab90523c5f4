import type { WebSocket } from 'ws'
import type { HubDevice } from '../../monitor/hub.ts'
import { type Access, bearerOf, type Request } from '../access/access.ts'
import type { ServeParts } from '../parts.ts'
import type { SocketRoute } from '../sockets.ts'

/** Clients at once on a path. */
const MOST_CLIENTS = 200
/** Who may read only with the token has so long to send it, ms. */
const TOKEN_MS = 10_000
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

/** Whether a request may read on the paths of older clients: peers that may write there may, too. */
export function mayRead(access: Access, request: Request, shown: string | null): boolean {
  if (access.refusal(request, 'read', null) === null) return true
  if (access.refusal(request, 'earlier', null) === null) return true
  return shown !== null && access.refusal(request, 'read', shown) === null
}

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

  /** @param welcome called once it may read */
  route(path: string, welcome: (client: EarlierClient) => void): SocketRoute {
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
        const client = new EarlierClient(socket, device)
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

/** A client that is told, and has nothing to say but the token. */
export class EarlierClient {
  readonly device: HubDevice
  readonly #socket: WebSocket
  #isIn = false
  #isAlive = true
  #isStuck = false
  #tokenTimer: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, device: HubDevice) {
    this.#socket = socket
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
    this.#socket.on('message', (data) => {
      const text = String(data)
      if (this.#isIn) this.#answer(text)
      else if (mayRead(access, request, tokenIn(text))) enter()
      else this.close(CLOSE.token, 'the token has to come first')
    })
    if (mayRead(access, request, bearerOf(request))) {
      enter()
      return
    }
    this.#socket.send(
      '{"type":"token_wanted","message":"send {\\"type\\":\\"token\\",\\"token\\":\\"...\\"}"}',
    )
    this.#tokenTimer = setTimeout(() => this.close(CLOSE.token, 'no token came'), TOKEN_MS)
    this.#tokenTimer.unref()
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
