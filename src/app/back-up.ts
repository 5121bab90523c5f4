import type { Hub } from '../monitor/hub.ts'
import type { Backup } from '../service/backup/backup.ts'
import type { BackupPlan } from './run-plan.ts'

/**
 * Starts the daily back-up, and waits until it sees the log as it is: what the retention
 * takes once samples come again, it has then seen.
 *
 * @param log file of the log
 */
export async function startBackup(plan: BackupPlan, log: string, hub: Hub): Promise<Backup> {
  const { Backup } = await import('../service/backup/backup.ts')
  const { folder, keepDays } = plan
  const report = reporter(hub)
  const backup = new Backup({ log, folder, keepDays, onNote: report })
  await backup.ready
  return backup
}

/** On record under the first device that has sent something: one that has not may get another name yet. */
function reporter(hub: Hub): (text: string) => void {
  let waiting: string[] | null = []
  const leave = hub.bus.subscribe({
    sample: (number) => {
      const texts = waiting ?? []
      waiting = null
      leave()
      for (const text of texts) hub.devices[number]?.stream.report('backup', text)
    },
  })
  return (text) => {
    if (waiting !== null) waiting.push(text)
    else {
      const device = hub.devices.find(({ state }) => state.newest !== null) ?? hub.devices[0]
      device?.stream.report('backup', text)
    }
  }
}
