import { isReached } from '../domain/sink-status.ts'
import { devicesInRun } from '../monitor/simulators.ts'
import type { LogState } from '../storage/client/log.ts'
import type { ServeParts } from './parts.ts'

/** How a run is doing, in one word and what that comes from. */
export interface RunHealth {
  /** `failing`: the log has failed. `degraded`: a source, its relays, the log or a sink is in trouble. */
  readonly status: 'ok' | 'degraded' | 'failing'
  readonly devices: number
  /** Devices whose source is live. */
  readonly live: number
  /** `off` with `--no-log` */
  readonly log: LogState['kind'] | 'off'
  readonly sinks: number
  /** Sinks that are reached. */
  readonly sinksUp: number
}

export async function runHealth({
  hub,
  view,
  log,
}: Pick<ServeParts, 'hub' | 'view' | 'log'>): Promise<RunHealth> {
  const devices = devicesInRun(hub)
  const live = devices.filter(({ state }) => state.source.state === 'live').length
  const kind = log?.state.kind ?? 'off'
  const { sinks } = await view.snapshot(0)
  const sinksUp = sinks.filter(isReached).length
  const haveRelays = devices.every(({ stream }) => stream.outputsTrouble === '')
  const isDegraded =
    kind === 'spilling' || live < devices.length || sinksUp < sinks.length || !haveRelays
  const status = kind === 'failed' ? 'failing' : isDegraded ? 'degraded' : 'ok'
  return { status, devices: devices.length, live, log: kind, sinks: sinks.length, sinksUp }
}
