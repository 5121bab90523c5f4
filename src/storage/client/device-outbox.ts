import type { Epoch, Sample } from '../../domain/sample.ts'
import type { DeviceBurst, DeviceLog, LogEvent, LoggedChannel, LostRange } from './log.ts'
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

/** A stream refers to the epochs of its newest 64 losses; more of them are kept for it here. */
const EPOCHS_KEPT = 256

/**
 * One device's side of the outbox that all devices of a run share. Each batch names all
 * epochs that it refers to, so that the writer need not remember any of them.
 */
export class DeviceOutbox implements DeviceLog {
  readonly #outbox: Outbox
  readonly #host: OutboxHost
  #logged = 0
  #waiting = 0
  /** By epoch, the newest sample in order that waits to be handed over; but for the epoch of the newest one. */
  #newest = new Map<number, number>()
  #lastEpochId = -1
  #lastSeq = -1
  #current: Epoch | null = null
  /** Epochs that lost ranges refer to, the one that was named last at the end. */
  readonly #lossEpochs = new Map<number, Epoch>()
  /** The batch has this one. */
  #namedId = -1
  #onCommitted: (epochId: number, seq: number) => void = () => {}

  constructor(outbox: Outbox, host: OutboxHost) {
    this.#outbox = outbox
    this.#host = host
  }

  get logged(): number {
    return this.#logged
  }

  begin(device: string, boot: number | null, startedUs: number): Epoch {
    this.#current = this.#outbox.begin(device, boot, startedUs)
    this.#namedId = this.#current.id
    this.#host.changed()
    return this.#current
  }

  epoch(epoch: Epoch): void {
    this.#current = epoch
    this.#namedId = epoch.id
    if (this.#lossEpochs.has(epoch.id)) this.#lossEpochs.set(epoch.id, epoch)
    this.#outbox.epoch(epoch)
    this.#host.changed()
  }

  channel(channel: LoggedChannel): void {
    this.#outbox.channel(channel)
    this.#host.changed()
  }

  append(sample: Sample): void {
    if (!this.#host.mayAppend()) return
    if (sample.epochId !== this.#namedId) this.#name(sample.epochId)
    this.#outbox.append(sample)
    this.#waiting++
    this.#noteNewest(sample)
    this.#host.appended()
  }

  lost(range: LostRange): void {
    const epoch = this.#name(range.epochId)
    if (epoch !== null) this.#keep(epoch)
    this.#outbox.lost(range)
    this.#host.changed()
  }

  event(event: LogEvent): void {
    this.#outbox.event(event)
    this.#host.changed()
  }

  burst(burst: DeviceBurst): void {
    this.#outbox.burst(burst)
    this.#host.changed()
  }

  onCommitted(listener: (epochId: number, seq: number) => void): void {
    this.#onCommitted = listener
  }

  /** What it has in the batch that is being handed over; null: nothing. */
  take(): DeviceCommit | null {
    this.#namedId = -1
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

  /** Puts an epoch into the batch that something in it refers to. @returns null: it is not known */
  #name(id: number): Epoch | null {
    const epoch = this.#current?.id === id ? this.#current : (this.#lossEpochs.get(id) ?? null)
    if (epoch !== null) this.#outbox.epoch(epoch)
    this.#namedId = id
    return epoch
  }

  #keep(epoch: Epoch): void {
    this.#lossEpochs.delete(epoch.id)
    this.#lossEpochs.set(epoch.id, epoch)
    if (this.#lossEpochs.size <= EPOCHS_KEPT) return
    const [oldest] = this.#lossEpochs.keys()
    this.#lossEpochs.delete(oldest as number)
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
