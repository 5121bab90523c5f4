import { createRoute, z } from '@hono/zod-openapi'
import { problem } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { answerJson } from './json-answer.ts'
import { Device, SPAN, whole } from './queries.ts'
import { loggedSpan, type RestParts, readingOf } from './rest-parts.ts'

const MOST_BURSTS = 1000
const DEFAULT_BURSTS = 100

const MEMBERS = {
  burst: z.number().int().openapi({ description: 'its number in the log' }),
  time: z.iso.datetime().openapi({ description: 'of the trigger' }),
  device: z.string(),
  level_a: z.number().nullable().openapi({ description: 'null: not set by this host' }),
  slope: z.enum(['rise', 'fall']).nullable(),
  readings: z.number().int(),
  pre: z.number().int().openapi({ description: 'of these, before the trigger' }),
  dt_us: z.number().openapi({ description: 'from one to the next' }),
  peak_a: z.number().nullable().openapi({ description: 'the one that is furthest from 0' }),
  peak_us: z.number().nullable().openapi({ description: 'after the trigger' }),
  missing: z.number().int().openapi({ description: 'readings that were never received' }),
}

const Bursts = z.object({ bursts: z.array(z.object(MEMBERS)) }).openapi('Bursts')
const Burst = z
  .object({ ...MEMBERS, values: z.array(z.object({ t_us: z.number(), a: z.number() })) })
  .openapi('Burst')

const Query = z.strictObject({
  device: Device.optional().openapi({ description: 'only this device; absent: all of them' }),
  ...SPAN,
  limit: whole(1, MOST_BURSTS)
    .default(DEFAULT_BURSTS)
    .openapi({ description: 'the newest so many' }),
})

/** Bursts of fast readings around a trigger; the members are those of `ina219 bursts --format json`. */
export function addBursts(app: WebApp, parts: RestParts): void {
  const shared = { method: 'get', middleware: requires(parts.access, 'read') } as const
  const unchanged = { description: 'nothing of it has changed since (If-None-Match)' }
  const list = createRoute({
    ...shared,
    path: '/api/v1/bursts',
    summary: 'Bursts of fast readings around a trigger',
    description: 'In order of time, without their readings.',
    request: { query: Query },
    responses: {
      200: { description: 'bursts', content: { 'application/json': { schema: Bursts } } },
      304: unchanged,
      ...problems([400, 'a mistake in the query'], [404, 'no such device'], [503, 'try again']),
    },
  })
  app.openapi(list, async (c) => {
    const { limit, ...asked } = c.req.valid('query')
    const sought = await loggedSpan(parts, asked)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const { reading, range } = sought.found
    return answerJson(c, await reading.bursts(range, limit))
  })
  const one = createRoute({
    ...shared,
    path: '/api/v1/bursts/{id}',
    summary: 'One of them, with its readings',
    request: {
      params: z.object({ id: whole(1, Number.MAX_SAFE_INTEGER) }),
      query: z.strictObject({}),
    },
    responses: {
      200: { description: 'the burst', content: { 'application/json': { schema: Burst } } },
      304: unchanged,
      ...problems([400, 'no number, or a query'], [404, 'no such burst'], [503, 'try again']),
    },
  })
  app.openapi(one, async (c) => {
    const { id } = c.req.valid('param')
    const reading = readingOf(parts)
    if ('problem' in reading) return answerProblem(c, reading.problem)
    const json = await reading.found.burst(id)
    if (json !== null) return answerJson(c, json)
    const hint = 'those that there are: GET /api/v1/bursts'
    return answerProblem(c, problem(404, 'burst-unknown', `the log has no burst ${id}`, hint))
  })
}
