import type { Hub } from '../monitor/hub.ts'
import type { LifeSigns } from '../service/life-signs.ts'
import type { LogClient } from '../storage/client/log.ts'
import { tryOutput } from './output-target.ts'

export interface LifeOptions {
  /** Of `--heartbeat`; null: none. */
  readonly heartbeat: string | null
  readonly env: NodeJS.ProcessEnv
  readonly hub: Hub
  readonly log: LogClient | null
}

/** Signs of life for whoever wants some; null: nobody does, and nothing is loaded. */
export async function startLife(options: LifeOptions): Promise<LifeSigns | null> {
  const { heartbeat, env, hub, log } = options
  if (heartbeat === null && !env['NOTIFY_SOCKET']) return null
  if (heartbeat !== null) tryOutput(heartbeat, log?.file ?? null)
  const { findServiceManager } = await import('../service/service-manager.ts')
  const { LifeSigns } = await import('../service/life-signs.ts')
  const manager = await findServiceManager(env)
  return new LifeSigns({ manager, heartbeat, log, status: () => statusOf(hub, log) })
}

/** `1 of 2 devices live (pump: waiting); 86400 samples; log recording, 5.2 MB`. */
function statusOf(hub: Hub, log: LogClient | null): string {
  const { devices, ledger } = hub
  const others = devices.filter(({ state }) => state.source.state !== 'live')
  const live = `${devices.length - others.length} of ${devices.length} devices live`
  const names = others.map(({ stream, state }) => `${stream.device}: ${state.source.state}`)
  const rest = names.length === 0 ? '' : ` (${names.join(', ')})`
  const samples = `${ledger.samples + ledger.out_of_range} samples`
  const state = log?.state
  const logged = state ? `log ${state.kind}, ${(state.bytes / 1e6).toFixed(1)} MB` : 'no log'
  return `${live}${rest}; ${samples}; ${logged}`
}
