import type { Epoch, Sample } from '../../domain/sample.ts'
import { BlockBuilder, type LogBatch } from '../write/log-batch.ts'
import { type DeviceCommit, DeviceOutbox, type OutboxHost } from './device-outbox.ts'
import type { DeviceBurst, LogEvent, LoggedChannel, LostRange } from './log.ts'

/** A batch, and what is to be reported to each device once it is durable. */
interface Outgoing {
  readonly batch: LogBatch
  readonly commits: readonly DeviceCommit[]
}

/** Gathers what is to be logged until it is handed over, and numbers the epochs. */
export class Outbox {
  readonly #block = new BlockBuilder()
  #epochs: Epoch[] = []
  #channels: LoggedChannel[] = []
  #lost: LostRange[] = []
  #events: LogEvent[] = []
  #bursts: DeviceBurst[] = []
  #nextEpochId: number
  readonly #devices: DeviceOutbox[] = []

  /** @param nextEpochId from this one on, no id is in use in the log */
  constructor(nextEpochId: number) {
    this.#nextEpochId = nextEpochId
  }

  /** The side of one more device. */
  device(host: OutboxHost): DeviceOutbox {
    const device = new DeviceOutbox(this, host)
    this.#devices.push(device)
    return device
  }

  /** Samples that wait to be handed over. */
  get samples(): number {
    return this.#block.count
  }

  get isEmpty(): boolean {
    return (
      this.#block.count +
        this.#epochs.length +
        this.#channels.length +
        this.#lost.length +
        this.#events.length +
        this.#bursts.length ===
      0
    )
  }

  begin(device: string, boot: number | null, startedUs: number): Epoch {
    const epoch = { id: this.#nextEpochId++, device, boot, startedUs }
    this.#epochs.push(epoch)
    return epoch
  }

  /** Goes into the batch before any sample, once. */
  epoch(epoch: Epoch): void {
    if (!this.#epochs.includes(epoch)) this.#epochs.push(epoch)
  }

  channel(channel: LoggedChannel): void {
    this.#channels.push(channel)
  }

  append(sample: Sample): void {
    this.#block.add(sample)
  }

  lost(range: LostRange): void {
    this.#lost.push(range)
  }

  event(event: LogEvent): void {
    this.#events.push(event)
  }

  burst(burst: DeviceBurst): void {
    this.#bursts.push(burst)
  }

  /** All of it; the outbox is empty again. */
  take(): Outgoing {
    const batch = {
      epochs: this.#epochs,
      channels: this.#channels,
      block: this.#block.take(),
      lost: this.#lost,
      events: this.#events,
      bursts: this.#bursts,
    }
    this.#epochs = []
    this.#channels = []
    this.#lost = []
    this.#events = []
    this.#bursts = []
    return { batch, commits: this.#devices.flatMap((device) => device.take() ?? []) }
  }
}
