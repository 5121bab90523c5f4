import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { HubDevice } from '../../monitor/hub.ts'
import type { ServeParts } from '../parts.ts'
import { problem } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp, type WebEnv } from '../web.ts'
import type { Durable } from './durable.ts'
import { type Posted, readPosted } from './posted-samples.ts'
import { takeSamples } from './take-samples.ts'
import { takerOf } from './told-apart.ts'

const Sample = z
  .looseObject({
    v: z.number().optional().openapi({ description: 'V', example: 5.02 }),
    a: z.number().optional().openapi({ description: 'A, signed', example: 0.245 }),
    w: z.number().optional().openapi({ description: 'W; absent: v·a' }),
    ts: z.number().optional().openapi({
      description:
        'when it was measured: Unix s (from 1e9) or ms (from 1e11), or ms since the start of the device',
    }),
    ms: z.number().int().optional().openapi({ description: 'ms since the start of the device' }),
    seq: z.number().int().optional().openapi({ description: '+1 a sample, 0 to 4294967295' }),
    status: z.string().optional(),
    mode: z.string().optional(),
  })
  .openapi('PostedSample', {
    description: 'a sample as on the wire; each further numeric member is a channel of the device',
  })

export const Receipt = z
  .object({
    device: z.string(),
    samples: z.number().int().openapi({ description: 'all of the request; they are in the log' }),
    repeated: z.number().int().openapi({ description: 'of these, posted before' }),
  })
  .openapi('Receipt')

/** Devices that post their samples. */
export function addIngest(app: WebApp, parts: ServeParts, durable: Durable | null): void {
  app.openAPIRegistry.registerPath({
    method: 'post',
    path: '/api/v1/ingest/{device}',
    summary: 'Takes samples of a device',
    description:
      'All of them, or none. Peers of `--allow-from` need no token. The answer comes when they are in the log; ' +
      'where it is lost, post them again: what has a number or a time is not taken twice.',
    security: [{ token: [] }],
    request: {
      params: z.object({ device: z.string().openapi({ description: 'of `--ingest`' }) }),
      body: {
        required: true,
        content: { 'application/json': { schema: z.union([Sample, z.array(Sample).min(1)]) } },
      },
    },
    responses: {
      202: {
        description: 'they are in the log',
        content: { 'application/json': { schema: Receipt } },
      },
      ...problems(
        [400, 'one of them is no sample: which one, and why; nothing was taken'],
        [401, 'no token'],
        [404, 'no such device, or none that samples are posted to'],
        [
          409,
          'they are made up (mode VIRTUAL), and the device is a real one without a virtual twin; or the other way',
        ],
        [413, 'more than 64 KiB'],
        [503, 'the log can not be written at the moment'],
      ),
    },
  })
  app.post('/api/v1/ingest/:device', requires(parts.access, 'earlier_write'), async (c) => {
    const name = c.req.param('device')
    const device = parts.hub.devices.find(({ stream }) => stream.device === name)
    if (device?.stream.source.inbox === undefined || durable === null) {
      return answerProblem(c, noInbox(parts, name, device))
    }
    const body = new Uint8Array(await c.req.arrayBuffer())
    return answerPosted(c, device, { parts, body, posted: readPosted(body), durable })
  })
}

interface Post {
  readonly parts: Pick<ServeParts, 'hub'>
  readonly body: Uint8Array
  readonly posted: Posted
  readonly durable: Durable
}

/** What came is taken whole, or refused whole. @param device to which it was posted */
export async function answerPosted(
  c: Context<WebEnv>,
  device: HubDevice,
  { parts, body, posted, durable }: Post,
): Promise<Response> {
  if ('why' in posted) {
    const { inbox } = device.stream.source
    if (inbox?.isOpen === true) inbox.refuse(posted.frame, body.length)
    const hint = 'nothing of it was taken; correct it, and send all of it again'
    return answerProblem(c, problem(400, 'sample-invalid', posted.why, hint))
  }
  const taker = takerOf(parts, device, posted.samples)
  if ('status' in taker) return answerProblem(c, taker)
  const taken = await takeSamples(taker, posted.samples, body.length, durable)
  if ('status' in taken) return answerProblem(c, taken)
  return c.json(taken, 202, { 'Cache-Control': 'no-store' })
}

function noInbox({ hub }: ServeParts, name: string, device: HubDevice | undefined) {
  const others = hub.devices.filter(({ stream }) => stream.source.inbox !== undefined)
  const names = others.map(({ stream }) => stream.device)
  const there = names.length === 0 ? '' : `; samples can be posted to: ${names.join(', ')}`
  if (device !== undefined) {
    const message = `'${name}' is read from ${device.stream.source.label}, and takes no posts`
    return problem(404, 'device-not-posted', message, `choose another name${there}`)
  }
  const hint = `start serve with --ingest and that name${there}`
  return problem(404, 'device-unknown', 'there is no device of that name here', hint)
}
