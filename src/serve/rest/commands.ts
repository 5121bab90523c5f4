import { createRoute, z } from '@hono/zod-openapi'
import { sendOutcomes } from '../../monitor/send-words.ts'
import { isOk, type Outcome } from '../../stream/carry-out.ts'
import { outcomeMembers } from '../../stream/outcome-members.ts'
import { problem } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { acceptsJson } from './changes.ts'
import { Device } from './queries.ts'
import { type RestParts, runningDevice } from './rest-parts.ts'

/** Requests under way: each waits for its device. */
const MOST_UNDER_WAY = 16
const Words = z.string().min(1).max(4000)

const Body = z.strictObject({
  device: Device.optional().openapi({ description: 'absent: the only one that there is' }),
  words: z
    .union([Words, z.array(Words).min(1).max(100)], 'give words as `ina219 send` takes them')
    .openapi({
      description: 'settings and commands as `ina219 send` takes them, in this order',
      example: 'interval=100 averaging=8 save',
    }),
})

const Outcomes = z
  .object({
    outcomes: z.array(
      z.looseObject({
        setting: z.string(),
        result: z.enum(['ok', 'refused', 'unanswered', 'not_sent']).or(z.string()),
        error: z.string().nullable(),
        text: z.string().openapi({ description: 'what came of it, in words' }),
      }),
    ),
  })
  .openapi('Outcomes', { description: 'the objects of `ina219 send --json`' })

/** Settings and commands for a device. */
export function addCommands(app: WebApp, parts: RestParts): void {
  let underWay = 0
  const route = createRoute({
    method: 'post',
    path: '/api/v1/commands',
    summary: 'Has a device carry out settings and commands',
    description:
      'One after the other up to the first that is not carried out; the answer comes when the device has given its own.',
    middleware: [requires(parts.access, 'write'), acceptsJson],
    security: [{ token: [] }],
    request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
    responses: {
      200: {
        description: 'all were carried out',
        content: { 'application/json': { schema: Outcomes } },
      },
      ...problems(
        [400, 'a mistake in the words; nothing was sent'],
        [401, 'no token'],
        [404, 'no such device'],
        [409, 'the device refused one; `outcomes` says which'],
        [503, 'too many commands at once'],
        [504, 'the device did not answer; `outcomes` says which one'],
      ),
    },
  })
  app.openapi(route, async (c) => {
    const { device, words } = c.req.valid('json')
    const sought = runningDevice(parts, device)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    if (underWay >= MOST_UNDER_WAY) {
      const hint = 'try again when the devices have answered'
      return answerProblem(c, problem(503, 'busy', 'many commands are under way', hint))
    }
    underWay++
    let outcomes: readonly Outcome[]
    try {
      outcomes = await sendOutcomes(parts.hub, sought.found.number, [words].flat().join(' '))
    } finally {
      underWay--
    }
    const members = outcomes.map(outcomeMembers) as z.infer<typeof Outcomes>['outcomes']
    const failed = outcomes.find(({ answer }) => answer !== null && !isOk(answer))
    if (failed === undefined)
      return c.json({ outcomes: members }, 200, { 'Cache-Control': 'no-store' })
    const isRefused = failed.answer?.result.kind === 'refused'
    const [status, name] = isRefused ? [409, 'device-refused'] : [504, 'device-silent']
    const message = `${failed.text} was not carried out: ${failed.said}`
    const hint = 'what stands behind it was not sent'
    return answerProblem(c, {
      ...problem(Number(status), String(name), message, hint),
      outcomes: members,
    })
  })
}
