import type { Trace } from '../../../chart/trace.ts'
import type { Burst } from '../../../domain/burst.ts'
import type {
  DeviceNumber,
  FindRequest,
  Moment,
  Snapshot,
  SpanStatistics,
  StatisticsRequest,
  TraceRequest,
  View,
  ViewControl,
} from '../../../monitor/view.ts'
import { Backoff } from '../../../util/backoff.ts'
import { fromWire, toWire } from '../../view/wire.ts'
import type { LinkState } from './link-state.ts'

export interface LinkOptions {
  /** `wss://…/api/v1/view` */
  readonly url: string
  /** As it was entered in this tab; null: not yet. */
  readonly token: string | null
  readonly onState: (state: LinkState) => void
  /** The token was refused, and is of no more use. */
  readonly onRefused: (detail: string) => void
}

/** What the server says why it can't answer (RFC 9457). */
interface Problem {
  readonly detail?: unknown
}

interface Message {
  readonly type?: unknown
  readonly id?: unknown
  readonly answer?: unknown
  readonly problem?: Problem
  readonly mayChange?: unknown
  readonly version?: unknown
}

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

type Question = 'snapshot' | 'trace' | 'statistics' | 'find' | 'burst' | 'control'

/** An answer that has not come by then never will: the connection is given up, ms. */
const ANSWER_MS = 20_000
/** Between two attempts to connect at most, ms. */
const LONGEST_PAUSE_MS = 10_000
/** The server closes with it where the token is wrong. */
const WRONG_TOKEN = 4401

/** The view of the monitor behind the server; comes back by itself after the connection broke. */
export class ViewLink implements View {
  readonly #options: LinkOptions
  readonly #waiting = new Map<number, Waiting>()
  readonly #backoff = new Backoff({ firstMs: 500, longestMs: LONGEST_PAUSE_MS, jitter: 0.5 })
  #socket: WebSocket | null = null
  #token: string | null
  #nextId = 1
  /** When this connection was let in, `performance.now`; null: it is not yet. */
  #openedMs: number | null = null
  #brokenMs: number | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #refused: string | null = null
  /** On this connection; null: none. */
  #shown: string | null = null
  /** This connection is going to be closed. */
  #isRefused = false
  #isForgetting = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#token = options.token
    addEventListener('online', () => this.#hurry())
    document.addEventListener('visibilitychange', () => this.#hurry())
    this.#open()
  }

  snapshot(device: DeviceNumber): Promise<Snapshot> {
    return this.#ask('snapshot', { device })
  }

  trace(request: TraceRequest): Promise<Trace> {
    return this.#ask('trace', request)
  }

  statistics(request: StatisticsRequest): Promise<SpanStatistics> {
    return this.#ask('statistics', request)
  }

  find(request: FindRequest): Promise<Moment | null> {
    return this.#ask('find', request)
  }

  burst(device: DeviceNumber): Promise<Burst | null> {
    return this.#ask('burst', { device })
  }

  control(request: ViewControl): Promise<string> {
    return this.#ask('control', request)
  }

  /** To be allowed to read, or to change something. */
  showToken(token: string): void {
    this.#token = token
    this.#refused = null
    if (this.#socket?.readyState === WebSocket.OPEN && !this.#isRefused) this.#sendToken()
    else this.#hurry()
  }

  /** Goes on without it: what it allowed is not allowed any more. */
  forgetToken(): void {
    this.#token = null
    this.#isForgetting = true
    this.#socket?.close(1000)
  }

  #open(): void {
    this.#shown = null
    this.#isRefused = false
    this.#isForgetting = false
    const socket = new WebSocket(this.#options.url)
    this.#socket = socket
    socket.onmessage = ({ data }) => {
      if (typeof data === 'string') this.#message(data)
    }
    socket.onclose = ({ code }) => this.#closed(code)
  }

  #message(text: string): void {
    const message = fromWire(text) as Message
    if (message.type === 'hello') this.#hello(message)
    else if (message.type === 'token_wanted') this.#wantsToken()
    else if (message.type === 'problem') this.#refuse(detailOf(message.problem))
    else if (typeof message.id === 'number') this.#answered(message.id, message)
  }

  #answered(id: number, { problem, answer }: Message): void {
    const waiting = this.#waiting.get(id)
    if (problem !== undefined) waiting?.reject(new Error(detailOf(problem)))
    else waiting?.resolve(answer)
  }

  #hello({ mayChange, version }: Message): void {
    // Where reading is free the token is only shown to be allowed to change something.
    if (mayChange !== true && this.#token !== null && this.#shown === null) this.#sendToken()
    this.#brokenMs = null
    this.#openedMs ??= performance.now()
    this.#options.onState({
      kind: 'open',
      mayChange: mayChange === true,
      version: typeof version === 'string' ? version : '',
    })
  }

  #wantsToken(): void {
    if (this.#token !== null && this.#shown === null) this.#sendToken()
    else this.#options.onState({ kind: 'token_wanted', refused: this.#refused })
  }

  #refuse(detail: string): void {
    if (this.#isRefused) return
    this.#isRefused = true
    this.#refused = detail
    this.#token = null
    this.#options.onRefused(detail)
  }

  #sendToken(): void {
    this.#shown = this.#token
    this.#socket?.send(toWire({ type: 'token', token: this.#token }))
  }

  #ask<T>(ask: Question, request: object): Promise<T> {
    const socket = this.#socket
    if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(new NotConnected())
    const id = this.#nextId++
    return new Promise<T>((resolve, reject) => {
      const late = setTimeout(() => socket.close(4000), ANSWER_MS)
      const settled = (): void => {
        clearTimeout(late)
        this.#waiting.delete(id)
      }
      this.#waiting.set(id, {
        resolve: (answer) => {
          settled()
          resolve(answer as T)
        },
        reject: (error) => {
          settled()
          reject(error)
        },
      })
      socket.send(toWire({ id, ask, request }))
    })
  }

  #closed(code: number): void {
    this.#socket = null
    for (const { reject } of [...this.#waiting.values()]) reject(new NotConnected())
    if (code === WRONG_TOKEN && this.#shown !== null) this.#refuse('that is not the token')
    this.#brokenMs ??= Date.now()
    const isOwn = this.#isRefused || this.#isForgetting
    this.#options.onState({ kind: 'broken', sinceMs: this.#brokenMs, isOwn })
    if (this.#openedMs !== null) this.#backoff.lost(performance.now() - this.#openedMs)
    this.#openedMs = null
    this.#retry = setTimeout(() => this.#open(), this.#backoff.next())
  }

  /** The network is back, or somebody looks. */
  #hurry(): void {
    if (this.#socket !== null || document.hidden) return
    clearTimeout(this.#retry)
    this.#open()
  }
}

/** There is nobody to ask at the moment; the page shows that anyway. */
export class NotConnected extends Error {
  constructor() {
    super('there is no connection to the server')
  }
}

function detailOf(problem: Problem | undefined): string {
  const { detail } = problem ?? {}
  return typeof detail === 'string' ? detail : 'the server could not answer'
}
