import type { ChannelUnit } from '../client/log.ts'
import { EMPTY_BATCH, type LogBatch } from '../client/log-batch.ts'

/** What a log that is opened anew, or begun, has to know of this run beside its batches. */
export class RunRecord {
  readonly #units = new Map<string, ChannelUnit>()
  #device: string | null = null

  add({ epochs, units }: LogBatch): void {
    this.#device = epochs.at(-1)?.device ?? this.#device
    for (const unit of units) this.#units.set(`${unit.device}\n${unit.id}`, unit)
  }

  /** All of it. */
  get batch(): LogBatch {
    return { ...EMPTY_BATCH, units: [...this.#units.values()] }
  }

  /** The device that samples came of last; null before the first. */
  get device(): string | null {
    return this.#device
  }
}
