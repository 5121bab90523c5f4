import { z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { problem } from '../problem.ts'
import { answerProblem, type WebEnv } from '../web.ts'

/** What has been changed, a line a device. */
export const Done = z
  .object({ done: z.array(z.object({ device: z.string(), text: z.string() })) })
  .openapi('Done')

/** A body of another type would not be looked at: better said than ignored. */
export const acceptsJson: MiddlewareHandler<WebEnv> = async (c, next) => {
  const isThere =
    (c.req.header('content-length') ?? '0') !== '0' || c.req.header('transfer-encoding')
  const type = c.req.header('content-type') ?? ''
  if (!isThere || /^application\/([\w.+-]+\+)?json\b/i.test(type)) return next()
  const hint = 'send it with Content-Type: application/json'
  return answerProblem(c, problem(415, 'not-json', 'the body is taken as JSON alone', hint))
}
