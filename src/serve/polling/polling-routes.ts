import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { orderGroups, pollGroup, triggerGroup } from '../../monitor/polling.ts'
import type { ServeParts } from '../parts.ts'
import { type Problem, problem } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { pollingProblem } from './polling-problem.ts'
import { groupOf, PollGroup, PollingStatus, pollingStatus, rounded } from './status.ts'

const NO_STORE = { 'Cache-Control': 'no-store' }
const Name = z.object({
  name: z.string().openapi({
    param: { name: 'name', in: 'path' },
    description: 'power; where several PLCs have a group of that name, press1%2Fpower',
  }),
})
const Started = z
  .object({ success: z.boolean(), message: z.string(), groups: z.array(PollGroup) })
  .openapi('PollOrder')
const Reading = z
  .object({
    success: z.boolean(),
    group: PollGroup,
    took_ms: z.number(),
    values: z
      .record(z.string(), z.union([z.number(), z.string()]).nullable())
      .openapi({ description: 'by channel; null: it could not be read' }),
    timestamp: z.iso.datetime(),
  })
  .openapi('PollReading')

const MISSES = [
  [404, 'there is no such group'],
  [400, 'several PLCs have a group of that name'],
] as const

/** The polling groups of PLCs, on the paths that their users know (contract, section 8). */
export function addPolling(app: WebApp, parts: ServeParts): void {
  const { hub } = parts
  const reads = requires(parts.access, 'earlier_read')
  const changes = requires(parts.access, 'earlier_write')
  register(app, 'get', '/api/polling/status', 'How all groups are doing', PollingStatus)
  app.get('/api/polling/status', reads, (c) => c.json(pollingStatus(hub), 200, NO_STORE))
  register(app, 'get', '/api/polling/groups/{name}/status', 'How a group is doing', PollGroup)
  app.get('/api/polling/groups/:name/status', reads, (c) =>
    answered(c, () => groupOf(pollGroup(hub, c.req.param('name')))),
  )
  for (const order of ['start', 'stop'] as const) {
    const said = order === 'start' ? 'Begins' : 'Ends'
    const done = order === 'start' ? 'running' : 'stopped'
    const all = `/api/polling/${order}-all`
    const one = `/api/polling/groups/{name}/${order}`
    register(app, 'post', one, `${said} the turns of a group`, Started)
    app.post(`/api/polling/groups/:name/${order}`, changes, (c) =>
      answered(c, () => {
        const groups = orderGroups(hub, order, c.req.param('name')).map(groupOf)
        return { success: true, message: `group ${groups[0]?.name} is ${done}`, groups }
      }),
    )
    register(app, 'post', all, `${said} the turns of all groups`, Started)
    app.post(all, changes, (c) =>
      answered(c, () => {
        const groups = orderGroups(hub, order, null).map(groupOf)
        return { success: true, message: `${groups.length} groups are ${done}`, groups }
      }),
    )
  }
  register(
    app,
    'post',
    '/api/polling/groups/{name}/trigger',
    'Reads a group once, and waits for it',
    Reading,
  )
  app.post('/api/polling/groups/:name/trigger', changes, (c) =>
    answered(c, async () => {
      const { group, outcome } = await triggerGroup(hub, c.req.param('name'))
      if (outcome.kind === 'failed') {
        const hint = 'try again when the PLC answers'
        return problem(502, 'not-read', `${group.status.name}: ${outcome.reason}`, hint)
      }
      return {
        success: true,
        group: groupOf(pollGroup(hub, group.path)),
        took_ms: rounded(outcome.tookMs),
        values: outcome.values,
        timestamp: new Date(hub.clock.wallMs()).toISOString(),
      }
    }),
  )
}

async function answered(c: Context, work: () => object | Promise<object>): Promise<Response> {
  try {
    const answer = await work()
    if (isProblem(answer)) return answerProblem(c, answer)
    return c.json(answer, 200, NO_STORE)
  } catch (error) {
    const told = pollingProblem(error)
    if (told === null) throw error
    return answerProblem(c, told)
  }
}

function isProblem(answer: object): answer is Problem {
  return 'type' in answer && 'detail' in answer
}

function register(
  app: WebApp,
  method: 'get' | 'post',
  path: string,
  summary: string,
  schema: z.ZodType,
): void {
  const isOfGroup = path.includes('{name}')
  const isChange = method === 'post'
  const isTrigger = path.endsWith('/trigger')
  app.openAPIRegistry.registerPath({
    method,
    path,
    summary,
    ...(isChange && {
      security: [{ token: [] }],
      description: 'Peers of `--allow-from` need no token.',
    }),
    ...(isOfGroup && { request: { params: Name } }),
    responses: {
      200: { description: 'as it is', content: { 'application/json': { schema } } },
      ...problems(
        ...(isOfGroup ? MISSES : []),
        ...(isChange ? ([[401, 'no token']] as const) : []),
        ...(isTrigger
          ? ([
              [409, 'a turn of it is under way, or it is stopped'],
              [502, 'the PLC did not answer'],
            ] as const)
          : []),
      ),
    },
  })
}
