import { RequestError } from '@hono/node-server'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Access } from './access/access.ts'
import { requestOf } from './access/request.ts'
import { addPage } from './assets/page.ts'
import { readPageFiles } from './assets/page-files.ts'
import { compression } from './compression.ts'
import { addDocs } from './docs/docs.ts'
import type { Earlier } from './earlier/earlier.ts'
import { Durable } from './ingest/durable.ts'
import { addIngest } from './ingest/ingest.ts'
import { issueText } from './issue-text.ts'
import type { Live } from './live/live.ts'
import { addLiveStream } from './live/live-stream.ts'
import { answerUnrouted } from './methods.ts'
import { addMetrics } from './metrics/add-metrics.ts'
import type { ServeParts } from './parts.ts'
import { addBuffer } from './polling/buffer-routes.ts'
import { addPolling } from './polling/polling-routes.ts'
import { PROBLEM_TYPE, problem, problemOf } from './problem.ts'
import { isTooLong } from './request-body.ts'
import { addHealth } from './rest/health.ts'
import type { Rest } from './rest/rest.ts'
import type { SocketIo } from './socket-io/socket-io.ts'
import { addStoreData } from './store/data.ts'
import { addRelays } from './store/relays.ts'
import { answerProblem, answerRefusal, answerTooLong, type WebApp, type WebEnv } from './web.ts'

/** Of every answer: nothing of it runs or loads what is not from here. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

export interface WebRooms {
  readonly live: Live
  readonly rest: Rest
  readonly earlier: Earlier
  /** null: not loaded */
  readonly socketIo: SocketIo | null
}

/** All that is served over HTTP. */
export function makeWebApp(parts: ServeParts, { live, rest, earlier, socketIo }: WebRooms): WebApp {
  const app: WebApp = new OpenAPIHono<WebEnv>({
    defaultHook: (result, c) => {
      if (result.success) return undefined
      const wrong = issueText(result.error, 'the request')
      return answerProblem(c, problem(400, 'input-invalid', wrong, 'see /api/docs'))
    },
  })
  app.use(headers)
  app.use(place(parts.access))
  app.use((c, next) => (isTooLong(c.env.incoming) ? Promise.resolve(answerTooLong(c)) : next()))
  app.use(compression)
  app.notFound((c) => answerUnrouted(app, c))
  app.onError((error, c) => {
    // Of Hono itself, about the request: JSON that is none.
    if (error instanceof HTTPException && error.status < 500) {
      return answerProblem(
        c,
        problem(error.status, 'input-invalid', error.message, 'see /api/docs'),
      )
    }
    const told = problemOf(error)
    if (told.status >= 500) parts.report(error)
    return answerProblem(c, told)
  })
  addPage(app, readPageFiles())
  addHealth(app, parts)
  addLiveStream(app, live, parts)
  addMetrics(app, parts, {
    viewers: () => live.viewers,
    socketIoClients: () => socketIo?.clients ?? null,
  })
  rest.addTo(app)
  const durable = parts.log === null ? null : new Durable(parts.log)
  addIngest(app, parts, durable)
  addStoreData(app, parts, durable)
  addRelays(app, parts)
  addPolling(app, parts)
  addBuffer(app, parts)
  earlier.addTo(app, rest.parts)
  addDocs(app, parts.version)
  return app
}

/** Of what is no request that could be routed: without a host, or with a target that is no URL. */
export function answerUnroutable(error: unknown, report: (error: unknown) => void): Response {
  const isTheirs = error instanceof RequestError
  if (!isTheirs) report(error)
  const told = isTheirs
    ? problem(400, 'input-invalid', 'that is no request for a page', 'see /api/docs')
    : problemOf(error)
  return new Response(JSON.stringify(told), {
    status: told.status,
    headers: { ...HEADERS, 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' },
  })
}

const headers: MiddlewareHandler = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value)
  }
}

/** Host and origin, of every request; answers what a page of an allowed origin asks before it asks. */
function place(access: Access): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const request = requestOf(c.env.incoming)
    const refusal = access.placeRefusal(request)
    if (refusal !== null) return answerRefusal(c, refusal)
    const origin = access.allowedOrigin(request)
    if (origin === null) return next()
    if (c.req.method === 'OPTIONS') {
      return c.body(null, 204, {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers': 'authorization, content-type, if-none-match',
        'Access-Control-Max-Age': '600',
        Vary: 'Origin',
      })
    }
    await next()
    c.res.headers.set('Access-Control-Allow-Origin', origin)
    c.res.headers.set('Access-Control-Expose-Headers', 'etag, retry-after')
    c.res.headers.set('Cross-Origin-Resource-Policy', 'cross-origin')
    c.res.headers.append('Vary', 'Origin')
    return undefined
  }
}
