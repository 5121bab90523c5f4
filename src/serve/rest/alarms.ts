import { createRoute, z } from '@hono/zod-openapi'
import type { AlarmView, FaultLatch, Snapshot } from '../../monitor/view.ts'
import { formatIso } from '../../util/time-text.ts'
import { problem, type Sought } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { acceptsJson, Done } from './changes.ts'
import { Device } from './queries.ts'
import { type RestParts, runningDevices } from './rest-parts.ts'

const Amount = z.number().nullable()
const Time = z.iso.datetime().nullable()

const Alarm = z
  .object({
    device: z.string(),
    name: z.string(),
    rule: z.string().openapi({ example: 'a > 250mA for 5s latch as over' }),
    state: z.enum(['off', 'pending', 'on', 'acknowledged', 'latched']),
    since: Time.openapi({ description: 'newest raise; null: not raised' }),
    until: Time.openapi({ description: 'end of the condition of one that is latched' }),
    first: Time.openapi({ description: 'first raise that nobody has taken notice of' }),
    raises: z.number().int().openapi({ description: 'so many since then' }),
    value: Amount,
    peak: Amount,
    unit: z.string(),
    duration_s: Amount,
    snoozed_s: Amount.openapi({ description: 'stays snoozed for so long; null: it is not' }),
  })
  .openapi('Alarm')

const Fault = z
  .object({
    device: z.string(),
    word: z.string().openapi({ description: 'as the device says it', example: 'nosensor' }),
    count: z.number().int(),
    samples: z.number().int(),
    since: z.iso.datetime(),
    until: Time.openapi({ description: 'null: it goes on' }),
  })
  .openapi('SensorFault')

const Alarms = z
  .object({
    alarms: z.array(Alarm),
    faults: z.array(Fault).openapi({
      description: 'what the sensors could not measure, until somebody acknowledges it',
    }),
  })
  .openapi('Alarms')

const Query = z.strictObject({
  device: Device.optional().openapi({ description: 'only this device; absent: all of this run' }),
})

/** How the alarms stand; the past ones are events. */
export function addAlarms(app: WebApp, parts: RestParts): void {
  const list = createRoute({
    method: 'get',
    path: '/api/v1/alarms',
    summary: 'How the alarms stand',
    description: 'Past ones are events of the kinds alarm_on, alarm_off and alarm_ack.',
    middleware: requires(parts.access, 'read'),
    request: { query: Query },
    responses: {
      200: { description: 'alarms', content: { 'application/json': { schema: Alarms } } },
      ...problems([400, 'a mistake in the query'], [404, 'no such device']),
    },
  })
  app.openapi(list, async (c) => {
    const sought = await snapshots(parts, c.req.valid('query').device)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const body: z.infer<typeof Alarms> = {
      alarms: sought.found.flatMap(({ device, alarms }) => alarms.map((e) => alarmOf(device, e))),
      faults: sought.found.flatMap(({ device, latches }) => latches.map((e) => faultOf(device, e))),
    }
    return c.json(body, 200, { 'Cache-Control': 'no-store' })
  })
  addAcknowledge(app, parts)
}

function addAcknowledge(app: WebApp, parts: RestParts): void {
  const Body = z.strictObject({
    device: Device.optional().openapi({
      description: 'absent: all that have an alarm of that name',
    }),
  })
  const route = createRoute({
    method: 'post',
    path: '/api/v1/alarms/{name}/ack',
    summary: 'Somebody has taken notice of an alarm',
    middleware: [requires(parts.access, 'write'), acceptsJson],
    security: [{ token: [] }],
    request: {
      params: z.object({ name: z.string().min(1).max(1000).openapi({ example: 'over' }) }),
      body: { content: { 'application/json': { schema: Body } } },
    },
    responses: {
      200: { description: 'done', content: { 'application/json': { schema: Done } } },
      ...problems(
        [400, 'a mistake in the body'],
        [401, 'no token'],
        [404, 'no such alarm or device'],
      ),
    },
  })
  app.openapi(route, async (c) => {
    const { name } = c.req.valid('param')
    const sought = await snapshots(parts, c.req.valid('json').device)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const having = sought.found.filter(({ alarms }) => alarms.some((each) => each.name === name))
    if (having.length === 0) {
      const names = [...new Set(sought.found.flatMap(({ alarms }) => alarms.map((e) => e.name)))]
      const hint =
        names.length === 0
          ? 'rules come from --limit and --alarm'
          : `there are: ${names.join(', ')}`
      return answerProblem(c, problem(404, 'alarm-unknown', `there is no alarm '${name}'`, hint))
    }
    const done = having.map(async ({ number, device }) => ({
      device,
      text: await parts.view.control({ kind: 'alarm_ack', device: number, name }),
    }))
    return c.json({ done: await Promise.all(done) }, 200, { 'Cache-Control': 'no-store' })
  })
}

async function snapshots(
  parts: RestParts,
  device: string | undefined,
): Promise<Sought<readonly Snapshot[]>> {
  const sought = runningDevices(parts, device)
  if ('problem' in sought) return sought
  const taken = sought.found.map(({ number }) => parts.view.snapshot(number))
  return { found: await Promise.all(taken) }
}

function alarmOf(device: string, alarm: AlarmView): z.infer<typeof Alarm> {
  const { name, rule, state, raises, value, peak, unit, durationUs, snoozedMs } = alarm
  return {
    device,
    name,
    rule,
    state,
    since: isoOf(alarm.sinceUs),
    until: isoOf(alarm.untilUs),
    first: isoOf(alarm.firstUs),
    raises,
    value,
    peak,
    unit,
    duration_s: durationUs === null ? null : durationUs / 1e6,
    snoozed_s: snoozedMs === null ? null : snoozedMs / 1000,
  }
}

function faultOf(device: string, latch: FaultLatch): z.infer<typeof Fault> {
  const { word, count, samples, sinceUs, untilUs } = latch
  return { device, word, count, samples, since: formatIso(sinceUs), until: isoOf(untilUs) }
}

function isoOf(us: number | null): string | null {
  return us === null ? null : formatIso(us)
}
