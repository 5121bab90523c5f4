import { createRoute, z } from '@hono/zod-openapi'
import type { HubDevice } from '../../monitor/hub.ts'
import { formatIso } from '../../util/time-text.ts'
import { problems } from '../problem-schema.ts'
import { requires, type WebApp } from '../web.ts'
import type { LoggedDevice } from './reading/reading-messages.ts'
import type { RestParts } from './rest-parts.ts'

export const ChannelSchema = z
  .object({ id: z.string(), label: z.string(), unit: z.string() })
  .openapi('Channel')

export const SourceSchema = z
  .object({
    label: z.string(),
    state: z.enum(['opening', 'waiting', 'live', 'silent', 'ended']),
    reason: z.string(),
  })
  .openapi('Source')

const Device = z
  .object({
    device: z.string().openapi({ description: 'its label, by which all else names it' }),
    running: z.boolean().openapi({ description: 'false: of an earlier run, in the log alone' }),
    source: SourceSchema.nullable(),
    virtual: z.boolean().nullable().openapi({
      description:
        'made up: a simulator, or its samples say so; null: of an earlier run, not known',
    }),
    channels: z.array(ChannelSchema),
    outputs: z
      .record(z.string(), z.boolean())
      .nullable()
      .openapi({ description: 'switched outputs as it has last said; null: it has said nothing' }),
    unconfirmed: z.array(z.string()).openapi({
      description: 'outputs that were asked to switch and have not confirmed it',
    }),
    from: z.iso.datetime().nullable().openapi({ description: 'begin of what the log has of it' }),
    to: z.iso.datetime().nullable().openapi({ description: 'its newest sample in the log' }),
  })
  .openapi('Device')

/** The devices of this run in their order, then those of the log. */
export function addDevices(app: WebApp, parts: RestParts): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/devices',
    summary: 'The devices that there are, and what the log has of each',
    middleware: requires(parts.access, 'read'),
    responses: {
      200: {
        description: 'devices',
        content: { 'application/json': { schema: z.object({ devices: z.array(Device) }) } },
      },
      ...problems([400, 'a mistake in the query'], [503, 'the log can not be read']),
    },
  })
  app.openapi(route, async (c) => {
    const logged = (await parts.reading?.devices()) ?? []
    const running = parts.hub.devices.map((device) => {
      const own = logged.find((each) => each.device === device.stream.device)
      return runningMembers(device, own)
    })
    const others = logged.filter((each) => running.every(({ device }) => device !== each.device))
    const devices = [...running, ...others.map(loggedMembers)]
    return c.json({ devices }, 200, { 'Cache-Control': 'private, no-cache' })
  })
}

type DeviceMembers = z.infer<typeof Device>

function runningMembers(
  { stream, state }: HubDevice,
  logged: LoggedDevice | undefined,
): DeviceMembers {
  return {
    device: stream.device,
    running: true,
    source: { label: stream.source.label, ...state.source },
    virtual: stream.isVirtual,
    channels: state.channels.map(({ id, label, unit }) => ({ id, label, unit })),
    outputs: stream.outputs,
    unconfirmed: Object.keys(stream.unconfirmed),
    ...spanMembers(logged),
  }
}

function loggedMembers(logged: LoggedDevice): DeviceMembers {
  const { device, channels } = logged
  return {
    device,
    running: false,
    source: null,
    // The log has no mode of samples, and a label proves nothing.
    virtual: null,
    channels: [...channels],
    outputs: null,
    unconfirmed: [],
    ...spanMembers(logged),
  }
}

function spanMembers(logged: LoggedDevice | undefined): Pick<DeviceMembers, 'from' | 'to'> {
  const span = logged?.span ?? null
  return {
    from: span === null ? null : formatIso(span.fromUs),
    to: span === null ? null : formatIso(span.toUs),
  }
}
