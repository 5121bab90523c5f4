import type { HttpBindings } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { type Access, bearerOf, type Refusal, type Want } from './access/access.ts'
import { requestOf } from './access/request.ts'
import { PROBLEM_TYPE, type Problem, problem, refusalProblem } from './problem.ts'
import { takeBody } from './request-body.ts'

/** After so long a client may try again what was turned away, s. */
const RETRY_S = 5

/** Hono on Node's own server. */
export interface WebEnv {
  readonly Bindings: HttpBindings
}
export type WebApp = OpenAPIHono<WebEnv>

/** Lets in who may do what a route is for, and takes what they send along. */
export function requires(access: Access, want: Want): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const { incoming } = c.env
    const request = requestOf(incoming)
    const refusal = access.refusal(request, want, bearerOf(request))
    if (refusal !== null) return answerRefusal(c, refusal)
    switch (await takeBody(incoming)) {
      case 'here':
        return next()
      case 'too long':
        return answerTooLong(c)
      case 'gone':
        return answerProblem(c, INCOMPLETE)
    }
  }
}

const INCOMPLETE = problem(400, 'incomplete', 'the body did not come whole', 'send it again')
const TOO_LONG = problem(413, 'too-large', 'the body is too large', 'send 64 KiB or less')

/** What is left of the body is not read. */
export function answerTooLong(c: Context): Response {
  c.header('Connection', 'close')
  return answerProblem(c, TOO_LONG)
}

export function answerRefusal(c: Context, refusal: Refusal): Response {
  const { status } = refusal
  if (status === 401) c.header('WWW-Authenticate', 'Bearer realm="ina219"')
  if (status === 429) c.header('Retry-After', '60')
  return answerProblem(c, refusalProblem(refusal))
}

export function answerProblem(c: Context, told: Problem): Response {
  // What is short of something now may have it then.
  if (told.status === 503) c.header('Retry-After', String(RETRY_S))
  return c.body(JSON.stringify(told), told.status as 400, {
    'Content-Type': PROBLEM_TYPE,
    'Cache-Control': 'no-store',
  })
}
