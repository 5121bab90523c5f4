import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { Hub } from '../monitor/hub.ts'
import { devicesInRun } from '../monitor/simulators.ts'
import type { LifeSigns } from '../service/life-signs.ts'
import type { LogClient } from '../storage/client/log.ts'
import { InaError } from '../util/errors.ts'
import { tryOutput } from './output-target.ts'

export interface LifeOptions {
  /** Of `--heartbeat`; null: none. */
  readonly heartbeat: string | null
  readonly env: NodeJS.ProcessEnv
  readonly hub: Hub
  readonly log: LogClient | null
}

/** How a line of `statusOf` begins. */
const STATUS = /^\d+ of \d+ devices live[ ;]/

/**
 * Tries the place of a heartbeat before a board is opened, and so reset. The file is written
 * over and in the end deleted: what is there has to be a heartbeat, of a run that was killed.
 *
 * @param log the log of this run, never to be hit; null: none
 * @throws InaError usage_invalid
 */
export function checkHeartbeat(path: string, log: string | null): void {
  tryOutput(path, log)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined || (stats.isFile() && (stats.size === 0 || STATUS.test(beginOf(path))))) {
    return
  }
  throw new InaError(
    'usage_invalid',
    stats.isFile()
      ? `${path} has something else than a heartbeat in it, which --heartbeat would write over and delete`
      : `${path} is no plain file, as a heartbeat has to be: its age is what is looked at`,
    'name a new file with --heartbeat, such as /run/ina219/alive',
  )
}

function beginOf(path: string): string {
  const fd = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(80)
    return bytes.toString('utf8', 0, readSync(fd, bytes))
  } finally {
    closeSync(fd)
  }
}

/** Signs of life for whoever wants some; null: nobody does, and nothing is loaded. */
export async function startLife(options: LifeOptions): Promise<LifeSigns | null> {
  const { heartbeat, env, hub, log } = options
  if (heartbeat === null && !env['NOTIFY_SOCKET']) return null
  const { findServiceManager } = await import('../service/service-manager.ts')
  const { LifeSigns } = await import('../service/life-signs.ts')
  const manager = await findServiceManager(env)
  return new LifeSigns({ manager, heartbeat, log, status: () => statusOf(hub, log) })
}

/** `1 of 2 devices live (pump: waiting); 86400 samples; log recording, 5.2 MB`. */
function statusOf(hub: Hub, log: LogClient | null): string {
  const { ledger } = hub
  const devices = devicesInRun(hub)
  const others = devices.filter(({ state }) => state.source.state !== 'live')
  const live = `${devices.length - others.length} of ${devices.length} devices live`
  const names = others.map(({ stream, state }) => `${stream.device}: ${state.source.state}`)
  const rest = names.length === 0 ? '' : ` (${names.join(', ')})`
  const samples = `${ledger.samples + ledger.out_of_range} samples`
  const state = log?.state
  const logged = state ? `log ${state.kind}, ${(state.bytes / 1e6).toFixed(1)} MB` : 'no log'
  return `${live}${rest}; ${samples}; ${logged}`
}
