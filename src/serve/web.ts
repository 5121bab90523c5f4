import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { type Access, bearerOf, type Refusal, type Want } from './access/access.ts'
import { requestOf } from './access/request.ts'
import { PROBLEM_TYPE, type Problem, problem } from './problem.ts'

/** After so long a client may try again what was turned away, s. */
const RETRY_S = 5

/** Hono on Node's own server. */
export interface WebEnv {
  readonly Bindings: HttpBindings
}
export type WebApp = OpenAPIHono<WebEnv>

/** Lets in who may do what a route is for. */
export function requires(access: Access, want: Want): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const request = requestOf(c.env.incoming)
    const refusal = access.refusal(request, want, bearerOf(request))
    return refusal === null ? next() : answerRefusal(c, refusal)
  }
}

export function answerRefusal(c: Context, { reason, status, message, hint }: Refusal): Response {
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="ina219"')
  if (status === 429) c.header('Retry-After', '60')
  return answerProblem(c, problem(status, reason.replaceAll('_', '-'), message, hint))
}

export function answerProblem(c: Context, told: Problem): Response {
  // What is short of something now may have it then.
  if (told.status === 503) c.header('Retry-After', String(RETRY_S))
  return c.body(JSON.stringify(told), told.status as 400, {
    'Content-Type': PROBLEM_TYPE,
    'Cache-Control': 'no-store',
  })
}
