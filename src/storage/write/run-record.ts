import type { LoggedChannel } from '../file/records.ts'
import { EMPTY_BATCH, type LogBatch } from './log-batch.ts'

/** What a log that is opened anew, or begun, has to know of this run beside its batches. */
export class RunRecord {
  readonly #channels = new Map<string, LoggedChannel>()
  #device: string | null = null

  add({ epochs, channels }: LogBatch): void {
    this.#device = epochs.at(-1)?.device ?? this.#device
    for (const channel of channels) this.#channels.set(`${channel.device}\n${channel.id}`, channel)
  }

  /** All of it. */
  get batch(): LogBatch {
    return { ...EMPTY_BATCH, channels: [...this.#channels.values()] }
  }

  /** The device that samples came of last; null before the first. */
  get device(): string | null {
    return this.#device
  }
}
