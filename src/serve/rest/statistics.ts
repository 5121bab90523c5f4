import { createRoute, z } from '@hono/zod-openapi'
import { STATISTICS } from '../../stats/statistic-names.ts'
import { problems } from '../problem-schema.ts'
import { answerProblem, requires, type WebApp } from '../web.ts'
import { answerJson } from './json-answer.ts'
import { Device, SPAN } from './queries.ts'
import { loggedSpan, type RestParts } from './rest-parts.ts'

const Amount = z.number().nullable()
const Figures = z
  .looseObject({ min: z.number(), avg: Amount, max: z.number() })
  .nullable()
  .openapi({
    description: `null: nothing was measured; ${STATISTICS.join(', ')} beside these`,
  })
const Statistics = z
  .object({
    devices: z.array(
      z.looseObject({
        device: z.string(),
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        samples: z.number().int(),
        measured: z.number().int(),
        lost: z.number().int(),
        covered_s: z.number(),
        coverage: z.number(),
        counted_s: z
          .number()
          .openapi({ description: 'of the time covered, counted by the device' }),
        bridged_s: z.number().openapi({ description: 'of that, in gaps between samples' }),
        voltage_v: Figures,
        current_a: Figures,
        power_w: Figures,
        charge_mah: Amount,
        energy_mwh: Amount,
        statistics: z.enum(['computed', 'skipped', 'expired']).openapi({
          description:
            'skipped: so many samples that they are not read for that; expired: some of them have passed the retention',
        }),
      }),
    ),
  })
  .openapi('Statistics')

const Query = z.strictObject({
  device: Device.optional().openapi({ description: 'only this device; absent: all of them' }),
  ...SPAN,
})

/** What a span comes to. */
export function addStatistics(app: WebApp, parts: RestParts): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/statistics',
    summary: 'What a span comes to: figures, charge, energy, coverage',
    description: 'The `devices` of `ina219 history --format json` for the same span.',
    middleware: requires(parts.access, 'read'),
    request: { query: Query },
    responses: {
      200: { description: 'figures', content: { 'application/json': { schema: Statistics } } },
      304: { description: 'nothing of it has changed since (If-None-Match)' },
      ...problems([400, 'a mistake in the query'], [404, 'no such device'], [503, 'try again']),
    },
  })
  app.openapi(route, async (c) => {
    const sought = await loggedSpan(parts, c.req.valid('query'))
    if ('problem' in sought) return answerProblem(c, sought.problem)
    const { reading, range } = sought.found
    return answerJson(c, await reading.statistics(range))
  })
}
