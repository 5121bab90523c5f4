import { createRoute, z } from '@hono/zod-openapi'
import type { ServeParts } from '../parts.ts'
import { requires, type WebApp } from '../web.ts'
import { Metrics, type Watchers } from './metrics.ts'

/** `/metrics`, where Prometheus looks, and the same beside the rest of the API. */
export function addMetrics(app: WebApp, parts: ServeParts, watchers: Watchers): void {
  const metrics = new Metrics(parts, watchers)
  for (const path of ['/metrics', '/api/v1/metrics']) {
    const route = createRoute({
      method: 'get',
      path,
      summary: 'For Prometheus, text format 0.0.4',
      middleware: [requires(parts.access, 'read')] as const,
      responses: {
        200: { description: 'metrics', content: { 'text/plain': { schema: z.string() } } },
      },
    })
    app.openapi(route, async (c) =>
      c.text(await metrics.text(), 200, {
        'Content-Type': metrics.contentType,
        'Cache-Control': 'no-store',
      }),
    )
  }
}
