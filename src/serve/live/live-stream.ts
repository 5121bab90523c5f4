import type { ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createRoute, z } from '@hono/zod-openapi'
import type { ServeParts } from '../parts.ts'
import { problem, problemOf } from '../problem.ts'
import { CHANNEL_IDS } from '../rest/queries.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import type { Live, LivePort } from './live.ts'
import type { Viewer } from './viewer.ts'

/** Waiting in this process for a reader, in bytes: beyond it, what can be left out is. */
const MOST_QUEUED_BYTES = 256 * 1024
/** A comment this often keeps proxies from closing a quiet stream, ms. */
const ALIVE_MS = 15_000
/** One that is let go is cut off after that, ms. */
const GOODBYE_MS = 2000

/** How a message begins, as text that was made once for all viewers: its type, then its cursor where it has one. */
const HEAD = /^\{"type":"(\w+)"(?:,"cursor":"([^"]*)")?/

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Accel-Buffering': 'no',
}

const Query = z.strictObject({
  since: z.string().max(4000).optional().openapi({
    description: 'a cursor (`id` of an event), 0 for the beginning of the log; absent: from now on',
  }),
  maxHz: z.coerce.number().min(0.001).max(10_000).optional().openapi({
    description: 'most samples of a device in a second; absent: each one',
  }),
  channels: CHANNEL_IDS.optional().openapi({
    type: 'string',
    description: 'ids of channels, separated by commas; absent: all',
    example: 'v,a',
  }),
})

/** The same as the WebSocket, as server-sent events (WHATWG HTML, 9.2): `curl -N`. */
export function addLiveStream(app: WebApp, live: Live, { access }: ServeParts): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/live',
    summary: 'Samples, events and losses as they come (server-sent events)',
    description: 'The last `id` as `Last-Event-ID` or as `since` resumes without loss.',
    middleware: [requires(access, 'read')] as const,
    request: { query: Query },
    responses: {
      200: { description: 'events', content: { 'text/event-stream': { schema: z.string() } } },
    },
  })
  app.openapi(route, async (c) => {
    if (live.isFull) {
      return answerProblem(c, problem(503, 'too-many-viewers', 'too many watch', 'try again later'))
    }
    // It would never end.
    if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS)
    const { since, maxHz, channels } = c.req.valid('query')
    const place = c.req.header('last-event-id') ?? since ?? null
    const response = c.env.outgoing as ServerResponse
    const stream = new LiveStream(response, live)
    try {
      await stream.begin({
        type: 'subscribe',
        since: place === '0' ? 0 : place,
        maxHz,
        channels,
      })
    } catch (error) {
      return answerProblem(c, problemOf(error))
    }
    return RESPONSE_ALREADY_SENT
  })
}

class LiveStream implements LivePort {
  readonly #response: ServerResponse
  readonly #live: Live
  #viewer: Viewer | null = null
  #mark = 0
  /** What is sent before the headers are; null: they are. */
  #early: string[] | null = []
  /** Nothing more is to be written: the response ends, or is gone. */
  #isOver = false

  constructor(response: ServerResponse, live: Live) {
    this.#response = response
    this.#live = live
  }

  /** @throws InaError before anything is sent */
  async begin(subscription: Parameters<Live['subscribe']>[1]): Promise<void> {
    this.#viewer = await this.#live.subscribe(this, subscription)
    const response = this.#response
    if (this.#isOver || response.destroyed) {
      // It has gone meanwhile.
      this.#live.leave(this)
      return
    }
    response.writeHead(200, HEADERS)
    const early = this.#early ?? []
    this.#early = null
    for (const text of early) this.#write(text)
    const alive = setInterval(() => this.#write(':\n\n'), ALIVE_MS)
    response.on('drain', () => this.#settle())
    response.on('close', () => {
      this.#isOver = true
      clearInterval(alive)
      this.#live.leave(this)
    })
  }

  send(text: string): void {
    const [, type = 'message', id] = HEAD.exec(text) ?? []
    this.#write(`event: ${type}\n${id === undefined ? '' : `id: ${id}\n`}data: ${text}\n\n`)
  }

  tell(text: string): void {
    if (this.#response.writableLength <= MOST_QUEUED_BYTES) this.send(text)
  }

  /** No answer comes over HTTP: what the socket has taken counts as read. */
  probe(mark: number): void {
    this.#mark = mark
    this.#settle()
  }

  close(): void {
    this.#live.leave(this)
    if (this.#isOver) return
    this.#isOver = true
    this.#response.end()
    // One that stands still does not take the end either.
    setTimeout(() => this.#response.destroy(), GOODBYE_MS).unref()
  }

  fail(error: unknown): void {
    this.send(JSON.stringify({ type: 'problem', problem: problemOf(error) }))
    this.close()
  }

  #write(text: string): void {
    if (this.#isOver) return
    if (this.#early === null) this.#response.write(text)
    else this.#early.push(text)
  }

  #settle(): void {
    const viewer = this.#viewer
    if (viewer === null || this.#mark === 0 || this.#response.writableNeedDrain) return
    const mark = this.#mark
    this.#mark = 0
    // Not within the call that sends.
    setImmediate(() => this.#live.delivered(viewer, mark))
  }
}
