import { createRoute, z } from '@hono/zod-openapi'
import { parseTime } from '../../util/time-text.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { acceptsJson, Done } from './changes.ts'
import { Device } from './queries.ts'
import { type RestParts, runningDevice, runningDevices } from './rest-parts.ts'

const MOST_TEXT = 200

/** Marks of people on the record, and totals that begin again. */
export function addMarkers(app: WebApp, parts: RestParts): void {
  const Marker = z.strictObject({
    device: Device.optional().openapi({ description: 'absent: the only one that there is' }),
    text: z.string().trim().min(1).max(MOST_TEXT).openapi({ example: 'heater on' }),
    time: z
      .union([z.string().max(100), z.number()])
      .optional()
      .openapi({
        description: 'ISO 8601 or Unix seconds; absent: now',
      }),
  })
  const marker = createRoute({
    method: 'post',
    path: '/api/v1/markers',
    summary: 'Sets a mark, with a note',
    middleware: [requires(parts.access, 'write'), acceptsJson],
    security: [{ token: [] }],
    request: { body: { required: true, content: { 'application/json': { schema: Marker } } } },
    responses: {
      201: { description: 'it is on record', content: { 'application/json': { schema: Done } } },
      ...problems([400, 'a mistake in the body'], [401, 'no token'], [404, 'no such device']),
    },
  })
  app.openapi(marker, async (c) => {
    const { device: name, text: note, time } = c.req.valid('json')
    const sought = runningDevice(parts, name)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const { number, stream } = sought.found
    const timeUs = time === undefined ? null : parseTime(String(time))
    const text = await parts.view.control({ kind: 'mark', device: number, text: note, timeUs })
    return c.json({ done: [{ device: stream.device, text }] }, 201)
  })
  const Reset = z.strictObject({
    device: Device.optional().openapi({
      description: 'absent: all of them, as `ina219 totals --reset`',
    }),
  })
  const reset = createRoute({
    method: 'post',
    path: '/api/v1/totals/reset',
    summary: 'Charge and energy begin again at 0',
    description: 'What they were is an event.',
    middleware: [requires(parts.access, 'write'), acceptsJson],
    security: [{ token: [] }],
    request: { body: { content: { 'application/json': { schema: Reset } } } },
    responses: {
      200: { description: 'done', content: { 'application/json': { schema: Done } } },
      ...problems([400, 'a mistake in the body'], [401, 'no token'], [404, 'no such device']),
    },
  })
  app.openapi(reset, async (c) => {
    const { device } = c.req.valid('json')
    const sought = runningDevices(parts, device)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const done = sought.found.map(async ({ number, stream }) => ({
      device: stream.device,
      text: await parts.view.control({ kind: 'totals_reset', device: number }),
    }))
    return c.json({ done: await Promise.all(done) }, 200)
  })
}
