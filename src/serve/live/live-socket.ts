import type { WebSocket } from 'ws'
import { asInaError } from '../../util/errors.ts'
import { type Access, bearerOf, type Refusal, type Request } from '../access/access.ts'
import { type Problem, problem, problemOf, refusalProblem } from '../problem.ts'
import type { SocketRoute } from '../socket-route.ts'
import type { Live, LivePort } from './live.ts'
import {
  CLOSE,
  type ClientMessage,
  GOODBYE,
  parseClientMessage,
  type Subscription,
} from './live-messages.ts'
import { helloText } from './live-texts.ts'
import type { Viewer } from './viewer.ts'

/** Who may read only with the token has so long to send it, ms. */
const TOKEN_MS = 10_000
/** Messages that are none before a viewer is let go. */
const MOST_WRONG = 5
/** Connections at once, whether they watch or not yet. */
const MOST_CLIENTS = 2000
/** Messages of a viewer in ten seconds. */
const MOST_MESSAGES = 1000
const MESSAGES_MS = 10_000
/** Queued in this process for a viewer, in bytes: beyond it, what can be left out is. */
const MOST_QUEUED_BYTES = 256 * 1024
/** One that is let go and does not say goodbye is cut off after that, ms. */
const GOODBYE_MS = 2000

/** `/api/v1/live`: see docs/serve.md for what is said there. */
export function liveSocket(live: Live, access: Access): SocketRoute {
  const clients = new Set<LiveClient>()
  return {
    path: '/api/v1/live',
    accept: (socket, request) => {
      if (live.isFull || clients.size >= MOST_CLIENTS) {
        socket.close(CLOSE.tryLater, 'too many viewers: try again later')
        return
      }
      const client = new LiveClient(socket, request, live, access)
      clients.add(client)
      socket.on('close', () => clients.delete(client))
    },
    close: () => {
      for (const client of clients) client.close(CLOSE.goingAway, GOODBYE)
    },
  }
}

class LiveClient implements LivePort {
  readonly #socket: WebSocket
  readonly #request: Request
  readonly #live: Live
  readonly #access: Access
  #mayRead = false
  #viewer: Viewer | null = null
  /** Subscriptions come one after the other. */
  #work: Promise<void> = Promise.resolve()
  #wrong = 0
  #messages = 0
  #sinceMs = 0
  #tokenTimer: NodeJS.Timeout | null = null

  constructor(socket: WebSocket, request: Request, live: Live, access: Access) {
    this.#socket = socket
    this.#request = request
    this.#live = live
    this.#access = access
    socket.on('message', (data, isBinary) => this.#message(isBinary ? null : String(data)))
    socket.on('pong', (data) => this.#pong(data))
    socket.on('close', () => this.#gone())
    // What a client breaks ends its connection alone.
    socket.on('error', () => socket.terminate())
    const refusal = access.refusal(request, 'read', bearerOf(request))
    if (refusal === null) this.#welcome()
    else this.#askForToken(refusal)
  }

  send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text)
  }

  tell(text: string): void {
    if (this.#socket.bufferedAmount <= MOST_QUEUED_BYTES) this.send(text)
  }

  probe(mark: number): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(String(mark))
  }

  close(code: number, reason: string): void {
    this.#gone()
    this.#socket.close(code, reason)
    // One that stands still does not answer either.
    setTimeout(() => this.#socket.terminate(), GOODBYE_MS).unref()
  }

  fail(error: unknown): void {
    this.#problem(problemOf(error))
    this.close(CLOSE.tryLater, 'see the problem before: try again')
  }

  #welcome(): void {
    this.#mayRead = true
    if (this.#tokenTimer !== null) clearTimeout(this.#tokenTimer)
    this.#tokenTimer = null
    this.#enqueue(async () => {
      this.send(helloText(this.#live.hub, this.#live.version, await this.#live.head()))
    })
  }

  #askForToken(refusal: Refusal): void {
    if (refusal.reason !== 'token_missing') {
      this.#turnAway(refusal)
      return
    }
    this.send(
      '{"type":"token_wanted","detail":"send {\\"type\\":\\"token\\",\\"token\\":\\"...\\"}"}',
    )
    this.#tokenTimer = setTimeout(() => this.close(CLOSE.token, 'no token came'), TOKEN_MS)
    this.#tokenTimer.unref()
  }

  #message(text: string | null): void {
    // One that was let go may go on talking until it is cut off.
    if (this.#socket.readyState !== this.#socket.OPEN || this.#isFlooding()) return
    const message =
      text === null ? { wrong: 'binary messages mean nothing' } : parseClientMessage(text)
    if ('wrong' in message) this.#refuse(message.wrong)
    else if (message.type === 'token') this.#token(message.token)
    else if (this.#mayRead) this.#obey(message)
    else this.close(CLOSE.token, 'the token has to come first')
  }

  #obey(message: Exclude<ClientMessage, { type: 'token' }>): void {
    switch (message.type) {
      case 'subscribe':
        this.#enqueue(() => this.#subscribe(message))
        break
      case 'unsubscribe':
        this.#enqueue(async () => this.#leave())
        break
      case 'ack':
        this.#acknowledge(message.cursor)
    }
  }

  #acknowledge(cursor: string): void {
    if (this.#viewer === null) this.#refuse('ack: there is no subscription')
    else if (!this.#live.acknowledge(this.#viewer, cursor)) {
      this.#refuse('ack: that cursor was in none of the messages')
    }
  }

  async #subscribe(subscription: Subscription): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    try {
      this.#viewer = await this.#live.subscribe(this, subscription)
      // It may have gone meanwhile.
      if (this.#socket.readyState !== this.#socket.OPEN) this.#gone()
    } catch (error) {
      this.#problem(problemOf(error))
    }
  }

  #token(token: string): void {
    const refusal = this.#access.refusal(this.#request, 'write', token)
    if (refusal !== null) this.#turnAway(refusal)
    else if (!this.#mayRead) this.#welcome()
  }

  #turnAway(refusal: Refusal): void {
    this.#problem(refusalProblem(refusal))
    this.close(CLOSE.token, refusal.message)
  }

  #pong(data: Buffer): void {
    const mark = Number(data.toString('latin1'))
    if (this.#viewer !== null && Number.isSafeInteger(mark))
      this.#live.delivered(this.#viewer, mark)
  }

  #isFlooding(): boolean {
    const nowMs = this.#live.hub.clock.monoMs()
    if (nowMs - this.#sinceMs > MESSAGES_MS) {
      this.#sinceMs = nowMs
      this.#messages = 0
    }
    if (++this.#messages <= MOST_MESSAGES) return false
    this.close(CLOSE.tooMany, 'too many messages')
    return true
  }

  #refuse(wrong: string): void {
    this.#problem(problem(400, 'message-invalid', wrong, 'see docs/serve.md, Live'))
    if (++this.#wrong >= MOST_WRONG) this.close(CLOSE.badMessages, 'too many wrong messages')
  }

  #problem(told: Problem): void {
    this.tell(JSON.stringify({ type: 'problem', problem: told }))
  }

  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.fail(asInaError(error)))
  }

  #leave(): void {
    this.#viewer = null
    this.#live.leave(this)
  }

  #gone(): void {
    if (this.#tokenTimer !== null) clearTimeout(this.#tokenTimer)
    this.#leave()
  }
}
