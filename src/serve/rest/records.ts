import { createRoute, z } from '@hono/zod-openapi'
import { EVENT_KINDS } from '../../domain/events.ts'
import { InaError } from '../../util/errors.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { Device, NAMES, SPAN, whole } from './queries.ts'
import type { RowPlace, RowsWish } from './reading/rows.ts'
import { loggedSpan, type RestParts } from './rest-parts.ts'

const MOST_ROWS = 10_000
const DEFAULT_ROWS = 1000

const PAGING = {
  order: z.enum(['asc', 'desc']).default('asc').openapi({
    description: 'in order of time, or the newest first',
  }),
  limit: whole(1, MOST_ROWS).default(DEFAULT_ROWS).openapi({ description: 'most rows' }),
  after: z.string().max(100).optional().openapi({
    description: '`next` of the answer before, with the same query otherwise',
  }),
}

const NEXT = z.string().nullable().openapi({
  description: 'there are more: ask again with this as after; null: that was all',
})

const Events = z
  .object({
    events: z.array(
      z.object({
        time: z.iso.datetime(),
        device: z.string(),
        kind: z.string().openapi({ example: 'restart' }),
        detail: z.string(),
      }),
    ),
    next: NEXT,
  })
  .openapi('Events')

const Losses = z
  .object({
    losses: z.array(
      z.object({
        device: z.string(),
        from: z.iso.datetime().openapi({ description: 'time of the sample before' }),
        to: z.iso.datetime().openapi({ description: 'time of the sample behind' }),
        first_seq: z.number().int(),
        count: z.number().int(),
        reason: z.string(),
      }),
    ),
    next: NEXT,
  })
  .openapi('Losses')

const EventsQuery = z.strictObject({
  device: Device.optional().openapi({ description: 'only this device; absent: all of them' }),
  ...SPAN,
  kind: NAMES.optional().openapi({
    type: 'string',
    description: `only these: ${Object.keys(EVENT_KINDS).join(', ')}`,
    example: 'alarm_on,alarm_off',
  }),
  ...PAGING,
})

const LossesQuery = z.strictObject({
  device: Device.optional().openapi({ description: 'only this device; absent: all of them' }),
  ...SPAN,
  reason: NAMES.optional().openapi({ type: 'string', description: 'only these' }),
  ...PAGING,
})

/** What is on record beside samples; the members are those of `ina219 history --format json`. */
export function addRecords(app: WebApp, parts: RestParts): void {
  const shared = {
    method: 'get',
    middleware: requires(parts.access, 'read'),
  } as const
  const failures = problems(
    [400, 'a mistake in the query'],
    [404, 'no such device'],
    [503, 'try again'],
  )
  const events = createRoute({
    ...shared,
    path: '/api/v1/events',
    summary: 'What happened: restarts, reconnects, alarms, marks, commands, …',
    request: { query: EventsQuery },
    responses: {
      200: { description: 'events', content: { 'application/json': { schema: Events } } },
      ...failures,
    },
  })
  app.openapi(events, async (c) => {
    const { kind = null, ...query } = c.req.valid('query')
    const answer = await page(parts, 'events', kind, query)
    if ('problem' in answer) return answerProblem(c, answer.problem)
    const { rows, next } = answer.found
    return c.json({ events: rows as z.infer<typeof Events>['events'], next }, 200, HEADERS)
  })
  const losses = createRoute({
    ...shared,
    path: '/api/v1/losses',
    summary: 'Samples that were never received',
    description: 'Ranges that reach into the span, in order of their begin.',
    request: { query: LossesQuery },
    responses: {
      200: { description: 'lost ranges', content: { 'application/json': { schema: Losses } } },
      ...failures,
    },
  })
  app.openapi(losses, async (c) => {
    const { reason = null, ...query } = c.req.valid('query')
    const answer = await page(parts, 'losses', reason, query)
    if ('problem' in answer) return answerProblem(c, answer.problem)
    const { rows, next } = answer.found
    return c.json({ losses: rows as z.infer<typeof Losses>['losses'], next }, 200, HEADERS)
  })
}

const HEADERS = { 'Cache-Control': 'private, no-cache' }

type Query = Omit<z.infer<typeof EventsQuery>, 'kind'>

async function page(
  parts: RestParts,
  of: RowsWish['of'],
  kinds: readonly string[] | null,
  { order, limit, after, ...asked }: Query,
) {
  const sought = await loggedSpan(parts, asked)
  if ('problem' in sought) return sought
  const { reading, range } = sought.found
  const place = after === undefined ? null : placeOf(after)
  const { rows, next } = await reading.rows({
    of,
    range,
    kinds,
    isNewestFirst: order === 'desc',
    limit,
    place,
  })
  return { found: { rows, next: next === null ? null : `${next.timeUs}-${next.number}` } }
}

/** @throws InaError usage_invalid */
function placeOf(text: string): RowPlace {
  const [, timeUs, number] = /^(\d{1,16})-(\d{1,9})$/.exec(text) ?? []
  if (timeUs !== undefined) return { timeUs: Number(timeUs), number: Number(number) }
  const hint = "take 'next' of the answer before"
  throw new InaError('usage_invalid', `after: '${text}' is no place to go on at`, hint)
}
