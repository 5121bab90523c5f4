import { z } from '@hono/zod-openapi'
import { isReached, type SinkStatus } from '../../domain/sink-status.ts'
import { plcsOf, pollGroupsOf } from '../../monitor/polling.ts'
import { formatIso } from '../../util/time-text.ts'
import type { ServeParts } from '../parts.ts'
import { problems } from '../problem-schema.ts'
import { requires, type WebApp } from '../web.ts'
import { rounded, timeOf } from './status.ts'

const NO_STORE = { 'Cache-Control': 'no-store' }
const Count = z.number().int()
const Time = z.iso.datetime().nullable()
const LOG_KINDS = ['recording', 'spilling', 'failed', 'off'] as const
const LogKind = z.enum(LOG_KINDS).openapi({
  description: 'spilling: beside the log, in a file; off: serve runs with --no-log',
})

const Queue = z
  .object({
    queued: Count.openapi({ description: 'samples read, and not yet in the log' }),
    dropped: Count.openapi({
      description:
        'always 0: what the log can not take waits in memory, then in a file; where that fails as well, the run ends and says how many samples it could not keep',
    }),
    log: LogKind,
    requests_under_way: Count,
    requests_waiting: Count.openapi({ description: 'for a connection to their PLC' }),
    turns_under_way: Count,
    skipped_turns: Count.openapi({ description: 'of all groups, in this run' }),
    timestamp: z.iso.datetime(),
  })
  .openapi('PollingQueue')

const Buffer = z
  .object({
    kind: z.literal('log').openapi({ description: 'durable, on disk: there is no ring in memory' }),
    state: LogKind,
    reason: z.string(),
    samples: Count.openapi({ description: 'in the log, of this run' }),
    queued: Count.openapi({ description: 'on their way to it' }),
    bytes: Count,
    unsent: Count.openapi({ description: 'samples in it that the slowest sink has not got yet' }),
    unsent_from: Time,
    overflow: Count.openapi({
      description: 'samples and events that it deleted before a sink had them',
    }),
    timestamp: z.iso.datetime(),
  })
  .openapi('BufferStatus')

const Writer = z
  .object({
    name: z.string(),
    kind: z.string(),
    state: z.string().openapi({ description: 'connecting, sending, current, waiting, ended' }),
    written: Count.openapi({ description: 'samples acknowledged in this run' }),
    refused: Count.openapi({ description: 'rows that the other side does not take' }),
    overflow: Count.openapi({ description: 'deleted by the log before they were written' }),
    queued: Count,
    window_s: z.number().openapi({ description: 'what the next six are of' }),
    rows_per_s: z.number(),
    batches: Count,
    failures: Count,
    success_rate: z
      .number()
      .nullable()
      .openapi({ description: 'batches of all attempts, 0 to 1; null: there were none' }),
    batch_ms_avg: z.number().nullable(),
    batch_ms_max: z.number().nullable(),
    last_error: z.string().nullable(),
    last_error_at: Time,
    retry_at: Time,
  })
  .openapi('BufferWriter')
const Writers = z.object({ writers: z.array(Writer), timestamp: z.iso.datetime() })

const STATES = ['healthy', 'degraded', 'unhealthy'] as const
type Health = (typeof STATES)[number]
const Check = z.object({ name: z.string(), status: z.enum(STATES), detail: z.string() })
const BufferHealth = z
  .object({ status: z.enum(STATES), checks: z.array(Check), timestamp: z.iso.datetime() })
  .openapi('BufferHealth')

const Polling = z.object({
  groups: Count,
  turns: Count.openapi({ description: 'with values, in the window' }),
  failures: Count,
  success_rate: z.number().nullable(),
  values_per_s: z.number(),
  turn_ms_avg: z.number().nullable(),
  turn_ms_max: z.number().nullable(),
  skipped_turns: Count.openapi({ description: 'of this run' }),
})
const Metrics = z
  .object({ polling: Polling, queue: Queue, buffer: Buffer, writers: z.array(Writer) })
  .openapi('BufferMetrics')

/** What systems that poll PLCs report of queue, buffer and writer: here the log and the sinks (docs/plc.md). */
export function addBuffer(app: WebApp, parts: ServeParts): void {
  const reads = requires(parts.access, 'earlier_read')
  const sinksOf = async (): Promise<readonly SinkStatus[]> => (await parts.view.snapshot(0)).sinks
  register(app, '/api/polling/queue/status', 'What is on its way to the log', Queue)
  app.get('/api/polling/queue/status', reads, (c) => c.json(queueOf(parts), 200, NO_STORE))
  register(app, '/api/buffer/status', 'What is in the log, and still to be sent', Buffer)
  app.get('/api/buffer/status', reads, async (c) => {
    return c.json(bufferOf(parts, await sinksOf()), 200, NO_STORE)
  })
  register(app, '/api/buffer/writer/metrics', 'The sinks, over five minutes', Writers)
  app.get('/api/buffer/writer/metrics', reads, async (c) => {
    const writers = (await sinksOf()).map(writerOf)
    return c.json({ writers, timestamp: nowText(parts) }, 200, NO_STORE)
  })
  register(app, '/api/buffer/health', 'Whether PLCs, log and sinks are well', BufferHealth, [
    503,
    'the log has failed',
  ])
  app.get('/api/buffer/health', reads, async (c) => {
    const body = healthOf(parts, await sinksOf())
    return c.json(body, body.status === 'unhealthy' ? 503 : 200, NO_STORE)
  })
  register(app, '/api/buffer/metrics', 'All figures, over five minutes', Metrics)
  app.get('/api/buffer/metrics', reads, async (c) => {
    const sinks = await sinksOf()
    const body: z.infer<typeof Metrics> = {
      polling: pollingOf(parts),
      queue: queueOf(parts),
      buffer: bufferOf(parts, sinks),
      writers: sinks.map(writerOf),
    }
    return c.json(body, 200, NO_STORE)
  })
}

function queueOf({ hub, log, clock }: ServeParts): z.infer<typeof Queue> {
  const plcs = plcsOf(hub).map(({ plc }) => plc)
  const groups = pollGroupsOf(hub).map(({ status }) => status)
  return {
    queued: log?.state.queued ?? 0,
    dropped: 0,
    log: log?.state.kind ?? 'off',
    requests_under_way: sum(plcs.map(({ busy }) => busy)),
    requests_waiting: sum([...plcs, ...groups].map(({ waiting }) => waiting)),
    turns_under_way: groups.filter(({ isBusy }) => isBusy).length,
    skipped_turns: sum(groups.map(({ skippedTurns }) => skippedTurns)),
    timestamp: nowText({ clock }),
  }
}

function bufferOf(parts: ServeParts, sinks: readonly SinkStatus[]): z.infer<typeof Buffer> {
  const state = parts.log?.state ?? null
  const unsent = sinks.flatMap(({ unsentUs }) => (unsentUs === null ? [] : [unsentUs[0]]))
  return {
    kind: 'log',
    state: state?.kind ?? 'off',
    reason: state?.reason ?? '',
    samples: state?.logged ?? 0,
    queued: state?.queued ?? 0,
    bytes: state?.bytes ?? 0,
    unsent: Math.max(0, ...sinks.map(({ queued }) => queued)),
    unsent_from: unsent.length === 0 ? null : formatIso(Math.min(...unsent)),
    overflow: sum(sinks.map(({ missed }) => missed)),
    timestamp: nowText(parts),
  }
}

function writerOf(sink: SinkStatus): z.infer<typeof Writer> {
  const { traffic, lastError } = sink
  return {
    name: sink.name,
    kind: sink.kind,
    state: sink.state,
    written: sink.samples,
    refused: sink.refused,
    overflow: sink.missed,
    queued: sink.queued,
    window_s: rounded(traffic.seconds),
    rows_per_s: rounded(traffic.rowsPerSecond),
    batches: traffic.batches,
    failures: traffic.failures,
    success_rate: shareOf(traffic.batches, traffic.failures),
    batch_ms_avg: rounded(traffic.batchMsAvg),
    batch_ms_max: rounded(traffic.batchMsMax),
    last_error: lastError?.text ?? null,
    last_error_at: timeOf(lastError?.atMs ?? null),
    retry_at: timeOf(sink.retryAtMs),
  }
}

function healthOf(parts: ServeParts, sinks: readonly SinkStatus[]): z.infer<typeof BufferHealth> {
  const checks = [logCheck(parts), ...plcChecks(parts), ...sinks.map(sinkCheck)]
  const worst = Math.max(...checks.map(({ status }) => STATES.indexOf(status)))
  return { status: STATES[worst] ?? 'healthy', checks, timestamp: nowText(parts) }
}

function logCheck({ log }: ServeParts): z.infer<typeof Check> {
  const kind = log?.state.kind ?? 'off'
  const status: Record<typeof kind, Health> = {
    recording: 'healthy',
    off: 'degraded',
    spilling: 'degraded',
    failed: 'unhealthy',
  }
  const detail = kind === 'off' ? 'nothing is kept (--no-log)' : log?.state.reason || kind
  return { name: 'log', status: status[kind], detail }
}

function plcChecks({ hub }: ServeParts): z.infer<typeof Check>[] {
  return plcsOf(hub).map(({ device, source, reason, groups }) => {
    const isAsked = groups.some(({ isRunning, mode }) => isRunning && mode === 'fixed')
    const isWell = source === 'live' || !isAsked
    return {
      name: `plc ${device}`,
      status: isWell ? 'healthy' : 'degraded',
      detail: reason === '' ? source : `${source}: ${reason}`,
    }
  })
}

function sinkCheck(sink: SinkStatus): z.infer<typeof Check> {
  const { name, state, lastError } = sink
  const why = state === 'waiting' && lastError !== null ? `${state}: ${lastError.text}` : state
  return { name: `sink ${name}`, status: isReached(sink) ? 'healthy' : 'degraded', detail: why }
}

function pollingOf({ hub }: ServeParts): z.infer<typeof Polling> {
  const groups = pollGroupsOf(hub).map(({ status }) => status)
  const traffics = groups.map(({ traffic }) => traffic)
  const turns = sum(traffics.map(({ done }) => done))
  const failures = sum(traffics.map((each) => each.failures))
  const totalMs = sum(traffics.map(({ msAvg, done }) => (msAvg ?? 0) * done))
  return {
    groups: groups.length,
    turns,
    failures,
    success_rate: shareOf(turns, failures),
    values_per_s: rounded(sum(traffics.map(({ unitsPerSecond }) => unitsPerSecond))),
    turn_ms_avg: turns === 0 ? null : rounded(totalMs / turns),
    turn_ms_max: turns === 0 ? null : rounded(Math.max(...traffics.map(({ msMax }) => msMax ?? 0))),
    skipped_turns: sum(groups.map(({ skippedTurns }) => skippedTurns)),
  }
}

/** Six digits, rounded down: 1 means all. */
function shareOf(done: number, failures: number): number | null {
  const all = done + failures
  return all === 0 ? null : Math.floor((done / all) * 1e6) / 1e6
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

function nowText({ clock }: Pick<ServeParts, 'clock'>): string {
  return new Date(clock.wallMs()).toISOString()
}

function register(
  app: WebApp,
  path: string,
  summary: string,
  schema: z.ZodType,
  ...others: readonly [status: number, description: string][]
): void {
  const content = { 'application/json': { schema } }
  const alike = others.map(([status, description]) => [status, { description, content }] as const)
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    summary,
    responses: {
      200: { description: 'as it is', content },
      ...(Object.fromEntries(alike) as object),
      ...problems([401, 'no token']),
    },
  })
}
