import type { Epoch, Sample } from '../../src/domain/sample.ts'
import type { LogClient, LogEvent, LogState, LostRange } from '../../src/storage/client/log.ts'
import { BlockBuilder, EMPTY_BATCH, type LogBatch } from '../../src/storage/client/log-batch.ts'

/** Takes what a monitor logs, in order, to be written to a real log afterwards. */
export class MemoryLog implements LogClient {
  readonly hasResumePoints = false
  readonly congested = false
  readonly samples: Sample[] = []
  readonly lostRanges: LostRange[] = []
  readonly events: LogEvent[] = []
  readonly batches: LogBatch[] = []

  #nextEpochId = 1

  begin(device: string, boot: number | null, startedUs: number): Epoch {
    const epoch = { id: this.#nextEpochId++, device, boot, startedUs }
    this.epoch(epoch)
    return epoch
  }

  channel(): void {}

  epoch(epoch: Epoch): void {
    this.#batch({ epochs: [epoch] })
  }

  append(sample: Sample): void {
    this.samples.push(sample)
    const builder = new BlockBuilder()
    builder.add(sample)
    this.#batch({ block: builder.take() })
  }

  lost(range: LostRange): void {
    this.lostRanges.push(range)
    this.#batch({ lost: [range] })
  }

  event(event: LogEvent): void {
    this.events.push(event)
    this.#batch({ events: [event] })
  }

  get state(): LogState {
    return { kind: 'recording', reason: '', queued: 0, logged: this.samples.length, bytes: 0 }
  }

  resumePoint(): null {
    return null
  }
  onState(): void {}
  onEvent(): void {}
  onCommitted(): void {}
  async drained(): Promise<void> {}
  async close(): Promise<void> {}

  #batch(part: Partial<LogBatch>): void {
    this.batches.push({ ...EMPTY_BATCH, ...part })
  }
}
