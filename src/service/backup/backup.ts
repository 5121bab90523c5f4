import { Worker } from 'node:worker_threads'
import type { BackupWorkerOptions, FromBackup } from './backup-messages.ts'

export interface BackupStart {
  /** As `logFilePath` gives it. */
  readonly log: string
  readonly folder: string
  readonly keepDays: number
  /** Gets what there is to put on record. */
  readonly onNote: (text: string) => void
  /** Where the bundled worker is; beside the bundled program. */
  readonly workerUrl?: URL
}

/** The daily back-up of a run. */
export class Backup {
  /** Resolves once the log is seen as it was before this run added to it, or can't be. */
  readonly ready: Promise<void>
  readonly #worker: Worker
  readonly #stop = new Int32Array(new SharedArrayBuffer(4))
  readonly #ended: Promise<void>

  constructor({ log, folder, keepDays, onNote, workerUrl }: BackupStart) {
    const workerData: BackupWorkerOptions = { log, folder, keepDays, stop: this.#stop }
    this.#worker = new Worker(workerUrl ?? new URL('./backup-worker.js', import.meta.url), {
      workerData,
      // Rows are short-lived; a small young generation saves some MB.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    // Nobody waits for a back-up but `close`.
    this.#worker.unref()
    this.ready = new Promise((resolve) => {
      this.#worker.on('message', (message: FromBackup) => {
        if (message.type === 'note') onNote(message.text)
        else resolve()
      })
      this.#worker.on('exit', () => resolve())
    })
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => resolve())
      this.#worker.on('error', (error) => onNote(`the back-up has ended: ${error.message}`))
    })
  }

  /** Ends the thread; a file that is being written is left for the next run. */
  async close(): Promise<void> {
    Atomics.store(this.#stop, 0, 1)
    this.#worker.ref()
    this.#worker.postMessage('close')
    await this.#ended
  }
}
