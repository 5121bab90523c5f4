import { createRoute, z } from '@hono/zod-openapi'
import { spanName } from '../../export/file-names.ts'
import { EXPORT_FORMATS } from '../../export/format-names.ts'
import { problem } from '../problem.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { Exports } from './export-stream.ts'
import { CHANNELS, Device, SPAN } from './queries.ts'
import { loggedSpan, type RestParts } from './rest-parts.ts'

const TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const

const Query = z.strictObject({
  device: Device.optional().openapi({ description: 'only this device; absent: all of them' }),
  ...SPAN,
  format: z.enum(EXPORT_FORMATS).default('csv'),
  channels: CHANNELS.optional().openapi({
    type: 'string',
    description: 'further columns: all, or ids of extra channels',
    example: 'soc,lux',
  }),
})

/** Every sample of a span, as a download. */
export function addSamples(app: WebApp, parts: RestParts): void {
  const exports = new Exports()
  const route = createRoute({
    method: 'get',
    path: '/api/v1/samples',
    summary: 'Every sample of a span',
    description:
      'Byte for byte what `ina219 export` writes: CSV (RFC 4180) or an object a line, with the digits of the device. ' +
      'Streamed: a download that is broken off ends without the last chunk.',
    middleware: requires(parts.access, 'read'),
    request: { query: Query },
    responses: {
      200: {
        description: 'the samples',
        content: {
          'text/csv': { schema: z.string() },
          'application/x-ndjson': { schema: z.string() },
        },
      },
      ...problems(
        [400, 'a mistake in the query'],
        [404, 'no such device'],
        [503, 'too many exports at once: try again'],
      ),
    },
  })
  app.openapi(route, async (c) => {
    const { format, channels = null, ...asked } = c.req.valid('query')
    const sought = await loggedSpan(parts, asked)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const { reading, range } = sought.found
    const { plan, header } = await reading.planExport(range, format, channels)
    const name = spanName(range.device ?? 'log', plan.range.fromUs, plan.range.toUs)
    const headers = {
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="${name}.${format}"`,
      'Cache-Control': 'private, no-store',
    }
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    // Looked at last: from here on nothing waits.
    if (exports.isFull) {
      const hint = 'try again when one of them has ended'
      return answerProblem(c, problem(503, 'busy', 'several exports are under way', hint))
    }
    return c.body(exports.stream(reading, plan, header, parts.report), 200, headers)
  })
}
