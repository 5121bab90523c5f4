import type { Hub } from '../monitor/hub.ts'
import type { Backup } from '../service/backup/backup.ts'
import type { BackupPlan } from './run-plan.ts'
import { underFirstDevice } from './under-first-device.ts'

/**
 * Starts the daily back-up, and waits until it sees the log as it is: what the retention
 * takes once samples come again, it has then seen.
 *
 * @param log file of the log
 */
export async function startBackup(plan: BackupPlan, log: string, hub: Hub): Promise<Backup> {
  const { Backup } = await import('../service/backup/backup.ts')
  const { folder, keepDays } = plan
  const report = underFirstDevice(hub, 'backup')
  const backup = new Backup({ log, folder, keepDays, onNote: report })
  await backup.ready
  return backup
}
