import { createRoute, z } from '@hono/zod-openapi'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { answerJson } from './json-answer.ts'
import { CHANNEL_IDS, Device, SPAN, spanOf, whole } from './queries.ts'
import { knownDevice, type RestParts, readingOf } from './rest-parts.ts'

/** As Prometheus has it; a wall screen is 4,000 pixels wide. */
const MOST_POINTS = 11_000
const DEFAULT_POINTS = 1000

const Column = z.array(z.number().nullable())
const Series = z
  .object({
    device: z.string(),
    from: z.iso.datetime().openapi({ description: 'begin of the first row that could be' }),
    to: z.iso.datetime(),
    step: z.number().openapi({
      description:
        'length of a row in s: 1, 2, 5, 10, … of ms (to 500), s and min (to 20), h (to 10) or d; ' +
        '0: each row is a sample',
    }),
    rows: z.number().int(),
    open: z.number().nullable().openapi({
      description: 'Unix seconds: the row that begins there is still being filled; null: none is',
    }),
    start: z.array(z.number()).openapi({
      description: 'begin of each row, Unix seconds; rows without samples are left out',
    }),
    lost: z.array(z.number().int()).openapi({
      description: 'samples known to be missing since the row before',
    }),
    channels: z.record(
      z.string(),
      z.object({
        unit: z.string(),
        min: Column,
        avg: Column,
        max: Column,
        n: z.array(z.number().int()).openapi({ description: 'measured values' }),
        gap: z.array(z.union([z.literal(0), z.literal(1)])).openapi({
          description: '1: something is missing between the row before and this one',
        }),
      }),
    ),
  })
  .openapi('Series')

const Query = z.strictObject({
  device: Device.optional(),
  ...SPAN,
  points: whole(1, MOST_POINTS)
    .default(DEFAULT_POINTS)
    .openapi({ description: `most rows, 1 to ${MOST_POINTS}; the width of a chart in pixels` }),
  channels: CHANNEL_IDS.optional().openapi({
    type: 'string',
    description: 'ids; absent: all that have values',
    example: 'v,a',
  }),
})

/** A span for a chart, in milliseconds whatever its length. */
export function addSeries(app: WebApp, parts: RestParts): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/series',
    summary: 'A span of a device for a chart',
    description:
      'Min, mean and max in equal steps, aligned to multiples of the step; each sample where they fit. ' +
      'The figures are those of `ina219 history --every`. Without from and to: all of the log.',
    middleware: requires(parts.access, 'read'),
    request: { query: Query },
    responses: {
      200: { description: 'the series', content: { 'application/json': { schema: Series } } },
      304: { description: 'nothing of it has changed since (If-None-Match)' },
      ...problems([400, 'a mistake in the query'], [404, 'no such device'], [503, 'try again']),
    },
  })
  app.openapi(route, async (c) => {
    const { device, points, channels = null, ...asked } = c.req.valid('query')
    const nowMs = parts.clock.wallMs()
    const span = spanOf(asked, nowMs)
    const reading = readingOf(parts)
    if ('problem' in reading) return answerProblem(c, reading.problem)
    const sought = await knownDevice(parts, device)
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const json = await reading.found.series({
      device: sought.found,
      ...span,
      leastToUs: asked.last === undefined ? null : Math.ceil(nowMs * 1000),
      points,
      channels,
    })
    return answerJson(c, json)
  })
}
