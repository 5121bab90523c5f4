import type { Hub } from '../monitor/hub.ts'
import { MOST_REMEMBERED } from '../sources/posted/posted-samples.ts'
import type { LogHistory } from '../storage/client/log-history.ts'

/**
 * What was posted to an earlier run, and whose answer its end cut off, is not taken twice; and the newest of it is known before the
 * first sample of this run.
 */
export async function rememberPosted(hub: Hub, history: LogHistory): Promise<void> {
  for (const { stream, state } of hub.devices) {
    const { inbox } = stream.source
    if (inbox === undefined) continue
    try {
      const samples = await history.newest(stream.device, MOST_REMEMBERED)
      inbox.remember(samples)
      const newest = samples.at(-1)
      if (newest !== undefined) state.recall(newest)
    } catch {
      // A damaged log: what comes is recorded all the same.
    }
  }
}
