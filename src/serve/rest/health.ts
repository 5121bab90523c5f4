import { createRoute, z } from '@hono/zod-openapi'
import type { ServeParts } from '../parts.ts'
import { runHealth } from '../run-health.ts'
import { requires, type WebApp } from '../web.ts'

const Health = z
  .object({
    status: z.enum(['ok', 'degraded', 'failing']).openapi({
      description:
        'failing: the log has failed; degraded: a source, its relays, the log or a sink is in trouble',
    }),
    version: z.string(),
    uptime_s: z.number(),
    devices: z.number().int(),
    live: z.number().int().openapi({ description: 'devices whose source is live' }),
    log: z.enum(['recording', 'spilling', 'failed', 'off']),
    sinks: z.number().int(),
    sinks_up: z.number().int().openapi({ description: 'sinks that are reached' }),
  })
  .openapi('Health')

/** For a load balancer or a container: no secret, no name, no path. */
export function addHealth(app: WebApp, parts: ServeParts): void {
  const { hub, access, clock, version } = parts
  const route = createRoute({
    method: 'get',
    path: '/api/v1/health',
    summary: 'How it is doing',
    middleware: [requires(access, 'read')] as const,
    responses: {
      200: { description: 'it works', content: { 'application/json': { schema: Health } } },
      503: { description: 'it does not', content: { 'application/json': { schema: Health } } },
    },
  })
  app.openapi(route, async (c) => {
    const { status, devices, live, log, sinks, sinksUp } = await runHealth(parts)
    const body = {
      status,
      version,
      uptime_s: Math.round((clock.wallMs() * 1000 - hub.startedUs) / 1e6),
      devices,
      live,
      log,
      sinks,
      sinks_up: sinksUp,
    }
    return c.json(body, status === 'failing' ? 503 : 200, { 'Cache-Control': 'no-store' })
  })
}
