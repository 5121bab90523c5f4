/**
 * The thread that writes back-ups, so that no disk ever stalls sampling. Bundled on its
 * own; started by `backup.ts`.
 */
import { setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../util/clock.ts'
import { BackupKeeper } from './backup-keeper.ts'
import type { BackupWorkerOptions, FromBackup } from './backup-messages.ts'

/** Between two looks, ms. */
const EVERY_MS = 300_000
/** Of 19, which is the lowest. */
const NICE = 15

const port = parentPort as MessagePort
const { log, folder, keepDays, stop } = workerData as BackupWorkerOptions
const post = (message: FromBackup): void => port.postMessage(message)

// On Linux a thread has a priority of its own (setpriority(2)); elsewhere it would be the whole process's.
if (process.platform === 'linux') {
  try {
    setPriority(NICE)
  } catch {
    // A sandbox that forbids it.
  }
}

const keeper = new BackupKeeper({
  log,
  folder,
  keepDays,
  clock: systemClock,
  owner: 'this process',
  isCancelled: () => Atomics.load(stop, 0) !== 0,
  onOpen: () => post({ type: 'open' }),
})
const check = (): void => {
  for (const text of keeper.check()) post({ type: 'note', text })
  post({ type: 'checked' })
}
check()
const timer = setInterval(check, EVERY_MS)
port.on('message', () => {
  clearInterval(timer)
  port.close()
})
