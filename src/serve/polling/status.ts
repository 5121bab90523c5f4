import { z } from '@hono/zod-openapi'
import { POLL_MODES } from '../../domain/poll-mode.ts'
import type { Hub } from '../../monitor/hub.ts'
import { type PollGroupOf, plcsOf, pollGroupsOf } from '../../monitor/polling.ts'
import type { PlcView } from '../../monitor/view.ts'
import { formatIso } from '../../util/time-text.ts'

const Time = z.iso.datetime().nullable()
const Count = z.number().int()

export const PollGroup = z
  .object({
    name: z.string(),
    plc: z.string().openapi({ description: 'label of its device' }),
    path: z.string().openapi({ description: 'its name among all PLCs', example: 'press1/power' }),
    mode: z.enum(POLL_MODES),
    interval_ms: z.number().nullable().openapi({ description: 'null: it is read on demand' }),
    tags: Count,
    state: z.enum(['running', 'stopped']),
    busy: z.boolean().openapi({ description: 'a turn is under way' }),
    turns: Count.openapi({ description: 'with values; counts are of this run' }),
    failed_turns: Count.openapi({ description: 'without any value' }),
    skipped_turns: Count.openapi({ description: 'due while the one before was under way' }),
    failing_tags: Count.openapi({ description: 'in the newest turn' }),
    failed_readings: Count.openapi({ description: 'of single tags, in turns with values' }),
    last_turn_ms: z.number().nullable(),
    last_read_at: Time,
    late_ms: z.number().openapi({ description: 'how late the newest turn began' }),
    late_ms_max: z.number(),
    last_error: z.string().nullable(),
    waiting: Count.openapi({ description: 'requests that wait for a connection' }),
    window_s: z.number().openapi({ description: 'what the next five are of' }),
    values_per_s: z.number(),
    window_turns: Count,
    window_failures: Count,
    turn_ms_avg: z.number().nullable(),
    turn_ms_max: z.number().nullable(),
  })
  .openapi('PollGroup')

const Plc = z
  .object({
    plc: z.string(),
    code: z.string().nullable().openapi({ description: 'equipment code' }),
    line: z.string().nullable(),
    process: z.string().nullable(),
    place: z.string().openapi({ description: 'host and port' }),
    state: z.string().openapi({ description: 'of its device: opening, live, silent, waiting' }),
    reason: z.string(),
    connections: Count.openapi({ description: 'open, of which busy ones carry a request' }),
    connections_busy: Count,
    connections_max: Count,
    connects: Count.openapi({ description: 'connections opened in this run' }),
    requests: Count,
    answers: Count,
    last_error: z.string().nullable(),
    last_error_at: Time,
    retry_at: Time,
  })
  .openapi('Plc')

export const PollingStatus = z
  .object({
    running: z.boolean().openapi({ description: 'some group is' }),
    groups_total: Count,
    groups_running: Count,
    plcs: z.array(Plc),
    groups: z.array(PollGroup),
    timestamp: z.iso.datetime(),
  })
  .openapi('PollingStatus')

export function pollingStatus(hub: Hub): z.infer<typeof PollingStatus> {
  const groups = pollGroupsOf(hub).map(groupOf)
  const running = groups.filter(({ state }) => state === 'running').length
  return {
    running: running > 0,
    groups_total: groups.length,
    groups_running: running,
    plcs: plcsOf(hub).map(plcOf),
    groups,
    timestamp: new Date(hub.clock.wallMs()).toISOString(),
  }
}

export function groupOf({ plc, path, status }: PollGroupOf): z.infer<typeof PollGroup> {
  const { traffic } = status
  return {
    name: status.name,
    plc,
    path,
    mode: status.mode,
    interval_ms: status.intervalMs,
    tags: status.tags,
    state: status.isRunning ? 'running' : 'stopped',
    busy: status.isBusy,
    turns: status.turns,
    failed_turns: status.failedTurns,
    skipped_turns: status.skippedTurns,
    failing_tags: status.failingTags,
    failed_readings: status.failedReadings,
    last_turn_ms: rounded(status.lastTurnMs),
    last_read_at: timeOf(status.lastReadMs),
    late_ms: rounded(status.lateMs),
    late_ms_max: rounded(status.mostLateMs),
    last_error: status.lastError,
    waiting: status.waiting,
    window_s: rounded(traffic.seconds),
    values_per_s: rounded(traffic.unitsPerSecond),
    window_turns: traffic.done,
    window_failures: traffic.failures,
    turn_ms_avg: rounded(traffic.msAvg),
    turn_ms_max: rounded(traffic.msMax),
  }
}

function plcOf({ device, code, line, process, plc, source, reason }: PlcView): z.infer<typeof Plc> {
  return {
    plc: device,
    code,
    line,
    process,
    place: plc.place,
    state: source,
    reason,
    connections: plc.open,
    connections_busy: plc.busy,
    connections_max: plc.most,
    connects: plc.connects,
    requests: plc.requests,
    answers: plc.answers,
    last_error: plc.lastFailure?.failure.reason ?? null,
    last_error_at: timeOf(plc.lastFailure?.atMs ?? null),
    retry_at: timeOf(plc.retryAtMs),
  }
}

export function timeOf(ms: number | null): string | null {
  return ms === null ? null : formatIso(Math.round(ms * 1000))
}

/** To a thousandth: the rest is noise of the clock. */
export function rounded<T extends number | null>(value: T): T {
  return (value === null ? null : Math.round(value * 1000) / 1000) as T
}
