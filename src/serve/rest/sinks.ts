import { createRoute, z } from '@hono/zod-openapi'
import { SINK_KINDS, type SinkStatus } from '../../domain/sink-status.ts'
import { formatIso } from '../../util/time-text.ts'
import { requires, type WebApp } from '../web.ts'
import type { RestParts } from './rest-parts.ts'

const Time = z.iso.datetime().nullable()
const Sink = z
  .object({
    name: z.string(),
    kind: z.enum(SINK_KINDS),
    state: z.enum(['connecting', 'sending', 'current', 'waiting', 'ended']).openapi({
      description: 'waiting: it failed and is tried again; sending: it catches up',
    }),
    queued: z.number().int().openapi({ description: 'samples still to send' }),
    queued_exact: z.boolean(),
    unsent_from: Time,
    unsent_to: Time,
    samples: z.number().int().openapi({ description: 'acknowledged in this run' }),
    records: z.number().int().openapi({ description: 'events, losses and runs, the same' }),
    refused: z.number().int().openapi({ description: 'rows that it does not take, set aside' }),
    missed: z
      .number()
      .int()
      .openapi({ description: 'samples and events that the log deleted first' }),
    window_s: z.number().openapi({ description: 'what the next five are of' }),
    samples_per_s: z.number(),
    batches: z.number().int(),
    failures: z.number().int(),
    batch_ms_avg: z.number().nullable(),
    batch_ms_max: z.number().nullable(),
    last_error: z.string().nullable(),
    last_error_at: Time,
    retry_at: Time,
  })
  .openapi('Sink')

/** Where else the data of this run goes. */
export function addSinks(app: WebApp, parts: RestParts): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/sinks',
    summary: 'Where else the data goes, and how far that has got',
    middleware: requires(parts.access, 'read'),
    responses: {
      200: {
        description: 'the sinks of this run',
        content: { 'application/json': { schema: z.object({ sinks: z.array(Sink) }) } },
      },
    },
  })
  app.openapi(route, async (c) => {
    const { sinks } = await parts.view.snapshot(0)
    return c.json({ sinks: sinks.map(sinkOf) }, 200, { 'Cache-Control': 'no-store' })
  })
}

function sinkOf(status: SinkStatus): z.infer<typeof Sink> {
  const { unsentUs, traffic, lastError, retryAtMs } = status
  return {
    name: status.name,
    kind: status.kind,
    state: status.state,
    queued: status.queued,
    queued_exact: status.isExact,
    unsent_from: unsentUs === null ? null : formatIso(unsentUs[0]),
    unsent_to: unsentUs === null ? null : formatIso(unsentUs[1]),
    samples: status.samples,
    records: status.records,
    refused: status.refused,
    missed: status.missed,
    window_s: traffic.seconds,
    samples_per_s: traffic.rowsPerSecond,
    batches: traffic.batches,
    failures: traffic.failures,
    batch_ms_avg: traffic.batchMsAvg,
    batch_ms_max: traffic.batchMsMax,
    last_error: lastError?.text ?? null,
    last_error_at: lastError === null ? null : formatIso(lastError.atMs * 1000),
    retry_at: retryAtMs === null ? null : formatIso(retryAtMs * 1000),
  }
}
