import type { Epoch } from '../../domain/sample.ts'
import type { ChannelUnit } from '../client/log.ts'
import { EMPTY_BATCH, type LogBatch } from '../client/log-batch.ts'
import { keepNewest } from './epoch-table.ts'

/** Epochs of this run kept in memory, those that nothing comes to any more among them. */
const EPOCHS_KEPT = 100

/** What samples of this run may still refer to, for a log that has to be opened anew, or begun. */
export class RunRecord {
  readonly #epochs = new Map<number, Epoch>()
  readonly #units = new Map<string, ChannelUnit>()

  add({ epochs, units }: LogBatch): void {
    for (const epoch of epochs) {
      // To the end, as the newest of its device.
      this.#epochs.delete(epoch.id)
      this.#epochs.set(epoch.id, epoch)
    }
    for (const unit of units) this.#units.set(`${unit.device}\n${unit.id}`, unit)
  }

  /** All of it. */
  get batch(): LogBatch {
    return { ...EMPTY_BATCH, epochs: [...this.#epochs.values()], units: [...this.#units.values()] }
  }

  /** Device of the newest epoch; null before the first. */
  get device(): string | null {
    return [...this.#epochs.values()].at(-1)?.device ?? null
  }

  /** There are enough epochs that those which nothing comes to any more should go. */
  get isLong(): boolean {
    return this.#epochs.size > EPOCHS_KEPT
  }

  /** Lets go of all epochs but the newest of each device. */
  forgetClosed(): void {
    keepNewest(this.#epochs, ({ device }) => device)
  }
}
