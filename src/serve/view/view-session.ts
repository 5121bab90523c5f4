import type { WebSocket } from 'ws'
import { VIEW_VERSION } from '../../monitor/view.ts'
import { type Access, bearerOf, type Refusal, type Request, type Want } from '../access/access.ts'
import { type Problem, problem, problemOf, refusalProblem } from '../problem.ts'
import { type Answers, isCostly } from './answers.ts'
import { CLOSE, type ClientMessage, MOST_UNDER_WAY, type ServerMessage } from './messages.ts'
import { messageOf, questionOf } from './questions.ts'
import { TurnTaker } from './turn-taker.ts'
import { toWire, WIRE_PROTOCOL } from './wire.ts'

/** Who may read only with the token has so long to show it, ms: it may have to be typed. */
const TOKEN_MS = 60_000
/** Answers that a client has not taken; from here on its questions are not read, bytes. */
const FULL_BYTES = 1024 * 1024
/** It has so long to take some of them, ms. */
const SLOW_MS = 10_000
/** Questions within so many ms; what is beyond waits for the next ones. */
const BURST = { questions: 50, ms: 100 }
/** Questions of one client that may read the log at the same time: the others have their turn. */
const MOST_COSTLY = 2

export interface SessionParts {
  readonly access: Access
  readonly answers: Answers
  /** Of ina219. */
  readonly version: string
  readonly monoMs: () => number
  readonly report: (error: unknown) => void
  /** Default: `TOKEN_MS`. */
  readonly tokenMs?: number
  /** Default: `SLOW_MS`. */
  readonly slowMs?: number
}

interface Full {
  /** It has taken some, or is gone. */
  readonly over: Promise<void>
  readonly end: () => void
  readonly timer: NodeJS.Timeout
}

/** One viewer. */
export class ViewSession {
  readonly #socket: WebSocket
  readonly #request: Request
  readonly #parts: SessionParts
  readonly #costly = new TurnTaker(MOST_COSTLY)
  #mayRead = false
  #mayChange = false
  #underWay = 0
  #isAlive = true
  #hasReported = false
  #tokenTimer: NodeJS.Timeout | undefined
  /** It has not taken its answers; null: it has. */
  #full: Full | null = null
  #burst = { sinceMs: 0, count: 0 }
  #pause: NodeJS.Timeout | undefined

  constructor(socket: WebSocket, request: Request, parts: SessionParts) {
    this.#socket = socket
    this.#request = request
    this.#parts = parts
    socket.on('message', (data, isBinary) => this.#message(isBinary ? null : String(data)))
    socket.on('pong', () => {
      this.#isAlive = true
    })
    // A client that breaks the rules of WebSockets: it is closed by itself, with a code.
    socket.on('error', () => {})
    socket.on('close', () => this.#ended())
    this.#begin()
  }

  /** Whether it is still there; asks it. To be called now and then. */
  checkLife(): void {
    if (!this.#isAlive) {
      this.#socket.terminate()
      return
    }
    this.#isAlive = false
    this.#socket.ping()
  }

  close(): void {
    this.#socket.close(CLOSE.away, 'the server ends')
  }

  #begin(): void {
    const shown = bearerOf(this.#request)
    if (shown !== null) {
      this.#tryToken(shown)
    } else if (this.#refusal('read', null) === null) {
      this.#mayRead = true
      this.#greet()
    } else {
      this.#send({ type: 'token_wanted' })
      this.#tokenTimer = setTimeout(
        () => this.#end(CLOSE.slow, 'no token came'),
        this.#parts.tokenMs ?? TOKEN_MS,
      )
    }
  }

  #refusal(want: Want, shown: string | null): Refusal | null {
    return this.#parts.access.refusal(this.#request, want, shown)
  }

  #tryToken(shown: string): void {
    const refusal = this.#refusal('write', shown)
    if (refusal !== null) {
      this.#send({ type: 'problem', problem: refusalProblem(refusal) })
      const code = refusal.reason === 'too_many_tries' ? CLOSE.tries : CLOSE.token
      this.#end(code, refusal.message)
      return
    }
    clearTimeout(this.#tokenTimer)
    this.#mayRead = true
    this.#mayChange = true
    this.#greet()
  }

  #greet(): void {
    this.#send({
      type: 'hello',
      protocol: WIRE_PROTOCOL,
      view: VIEW_VERSION,
      version: this.#parts.version,
      mayChange: this.#mayChange,
    })
  }

  /** @param data null: it was not text */
  #message(data: string | null): void {
    if (!this.#isOpen) return
    this.#isAlive = true
    this.#count()
    let message: ReturnType<typeof messageOf>
    try {
      message = messageOf(data ?? '')
    } catch (error) {
      this.#send({ type: 'problem', problem: problemOf(error) })
      this.#end(CLOSE.unknown, 'not a message of the view protocol')
      return
    }
    if ('type' in message) this.#tryToken(message.token)
    else void this.#answer(message)
  }

  async #answer(message: Exclude<ReturnType<typeof messageOf>, { type: 'token' }>): Promise<void> {
    const { id } = message
    if (this.#underWay >= MOST_UNDER_WAY) {
      this.#send({ id, problem: TOO_MANY })
      return
    }
    this.#underWay++
    try {
      const question = questionOf(message)
      const refusal = this.#refusalOf(question)
      if (refusal !== null) this.#send({ id, problem: refusalProblem(refusal) })
      else this.#sendText(`{"id":${id},"answer":${await this.#lookUp(question)}}`)
    } catch (error) {
      const told = problemOf(error)
      if (told.status === 500 && !this.#hasReported) {
        this.#hasReported = true
        this.#parts.report(error)
      }
      this.#send({ id, problem: told })
    } finally {
      this.#underWay--
    }
  }

  /** What a client that was let in may do is known; another one is told what is missing. */
  #refusalOf({ ask }: Exclude<ClientMessage, { type: 'token' }>): Refusal | null {
    if (ask === 'control' || ask === 'send')
      return this.#mayChange ? null : this.#refusal('write', null)
    return this.#mayRead ? null : this.#refusal('read', null)
  }

  #lookUp(question: Exclude<ClientMessage, { type: 'token' }>): Promise<string> {
    const work = async (): Promise<string> => {
      while (this.#full !== null) await this.#full.over
      return this.#isOpen ? this.#parts.answers.answer(question) : ''
    }
    return isCostly(question) ? this.#costly.take(work) : work()
  }

  #send(message: ServerMessage): void {
    this.#sendText(toWire(message))
  }

  #sendText(text: string): void {
    if (!this.#isOpen) return
    this.#socket.send(text, () => this.#taken())
    if (this.#full !== null || this.#socket.bufferedAmount < FULL_BYTES) return
    let end = (): void => {}
    const over = new Promise<void>((resolve) => {
      end = resolve
    })
    const timer = setTimeout(() => this.#end(CLOSE.slow, 'too slow'), this.#parts.slowMs ?? SLOW_MS)
    this.#full = { over, end, timer }
    this.#socket.pause()
  }

  #taken(): void {
    if (this.#full === null || this.#socket.bufferedAmount >= FULL_BYTES) return
    this.#emptied()
    if (this.#pause === undefined) this.#socket.resume()
  }

  #emptied(): void {
    clearTimeout(this.#full?.timer)
    this.#full?.end()
    this.#full = null
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  /** A client that asks too much is heard later. */
  #count(): void {
    const nowMs = this.#parts.monoMs()
    if (nowMs - this.#burst.sinceMs >= BURST.ms) this.#burst = { sinceMs: nowMs, count: 0 }
    if (++this.#burst.count < BURST.questions || this.#pause !== undefined) return
    this.#socket.pause()
    this.#pause = setTimeout(
      () => {
        this.#pause = undefined
        if (this.#full === null) this.#socket.resume()
      },
      this.#burst.sinceMs + BURST.ms - nowMs,
    )
  }

  #end(code: number, reason: string): void {
    this.#socket.close(code, reason)
    this.#stopWaiting()
    // What is said about the end is to be heard.
    this.#socket.resume()
  }

  #ended(): void {
    this.#stopWaiting()
    this.#costly.drop()
  }

  #stopWaiting(): void {
    clearTimeout(this.#tokenTimer)
    clearTimeout(this.#pause)
    this.#pause = undefined
    this.#emptied()
  }
}

const TOO_MANY: Problem = problem(
  429,
  'too-many-questions',
  `more than ${MOST_UNDER_WAY} questions are under way`,
  'wait for answers',
)
