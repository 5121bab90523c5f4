import type { Epoch, Sample } from '../../domain/sample.ts'
import type { ChannelUnit, DeviceLog, LogEvent, LostRange } from './log.ts'
import type { Outbox } from './outbox.ts'

/** Who owns the outbox and hands over what is in it. */
export interface OutboxHost {
  /** False: no further sample is taken. */
  mayAppend(): boolean
  appended(): void
  /** There is something to hand over, soon. */
  changed(): void
}

/** What one batch holds of one device. */
export interface DeviceCommit {
  readonly device: DeviceOutbox
  readonly samples: number
  /** By epoch, the number of the newest sample that came in order. */
  readonly newest: ReadonlyMap<number, number>
}

/** One device's side of the outbox that all devices of a run share. */
export class DeviceOutbox implements DeviceLog {
  readonly #outbox: Outbox
  readonly #host: OutboxHost
  #logged = 0
  #waiting = 0
  /** By epoch, the newest sample in order that waits to be handed over; but for the epoch of the newest one. */
  #newest = new Map<number, number>()
  #lastEpochId = -1
  #lastSeq = -1
  #onCommitted: (epochId: number, seq: number) => void = () => {}

  constructor(outbox: Outbox, host: OutboxHost) {
    this.#outbox = outbox
    this.#host = host
  }

  get logged(): number {
    return this.#logged
  }

  begin(device: string, boot: number | null, startedUs: number): Epoch {
    const epoch = this.#outbox.begin(device, boot, startedUs)
    this.#host.changed()
    return epoch
  }

  epoch(epoch: Epoch): void {
    this.#outbox.epoch(epoch)
    this.#host.changed()
  }

  channel(channel: ChannelUnit): void {
    this.#outbox.channel(channel)
    this.#host.changed()
  }

  append(sample: Sample): void {
    if (!this.#host.mayAppend()) return
    this.#outbox.append(sample)
    this.#waiting++
    this.#noteNewest(sample)
    this.#host.appended()
  }

  lost(range: LostRange): void {
    this.#outbox.lost(range)
    this.#host.changed()
  }

  event(event: LogEvent): void {
    this.#outbox.event(event)
    this.#host.changed()
  }

  onCommitted(listener: (epochId: number, seq: number) => void): void {
    this.#onCommitted = listener
  }

  /** What it has in the batch that is being handed over; null: nothing. */
  take(): DeviceCommit | null {
    if (this.#waiting === 0) return null
    if (this.#lastSeq >= 0) this.#newest.set(this.#lastEpochId, this.#lastSeq)
    const commit = { device: this, samples: this.#waiting, newest: this.#newest }
    this.#waiting = 0
    this.#newest = new Map()
    this.#lastEpochId = -1
    this.#lastSeq = -1
    return commit
  }

  /** A batch of it is durable. */
  committed({ samples, newest }: DeviceCommit): void {
    this.#logged += samples
    for (const [epochId, seq] of newest) this.#onCommitted(epochId, seq)
  }

  /** A late sample says nothing of those between it and the newest one. */
  #noteNewest({ epochId, seq, origin }: Sample): void {
    if (seq === null || origin === 'late') return
    if (epochId !== this.#lastEpochId) {
      if (this.#lastSeq >= 0) this.#newest.set(this.#lastEpochId, this.#lastSeq)
      this.#lastEpochId = epochId
    }
    this.#lastSeq = seq
  }
}
