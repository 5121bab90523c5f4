import type { Epoch, Sample } from '../../domain/sample.ts'
import type { ChannelInfo, ChannelUnit, Commit, LogEvent, LostRange } from './log.ts'
import { BlockBuilder, type LogBatch } from './log-batch.ts'

/** A batch, and what can be said of its samples once it is durable. */
export interface Outgoing {
  readonly batch: LogBatch
  readonly commit: Commit
}

/** Gathers what is to be logged until it is handed over, and numbers the epochs. */
export class Outbox {
  readonly #block = new BlockBuilder()
  #epochs: Epoch[] = []
  #units: ChannelUnit[] = []
  #lost: LostRange[] = []
  #events: LogEvent[] = []
  #nextEpochId: number
  /** By epoch, the newest sample in order that waits to be handed over; but for the epoch of the newest one. */
  #newest = new Map<number, number>()
  #lastEpochId = -1
  #lastSeq = -1

  /** @param nextEpochId from this one on, no id is in use in the log */
  constructor(nextEpochId: number) {
    this.#nextEpochId = nextEpochId
  }

  /** No further sample goes into this batch. */
  get isFull(): boolean {
    return this.#block.isFull
  }

  get isEmpty(): boolean {
    return (
      this.#block.count +
        this.#epochs.length +
        this.#units.length +
        this.#lost.length +
        this.#events.length ===
      0
    )
  }

  begin(device: string, boot: number | null, startedUs: number): Epoch {
    const epoch = { id: this.#nextEpochId++, device, boot, startedUs }
    this.#epochs.push(epoch)
    return epoch
  }

  epoch(epoch: Epoch): void {
    this.#epochs.push(epoch)
  }

  channel({ device, id, unit }: ChannelInfo): void {
    this.#units.push({ device, id, unit })
  }

  /** Only while not full. */
  append(sample: Sample): void {
    this.#block.add(sample)
    this.#noteNewest(sample)
  }

  lost(range: LostRange): void {
    this.#lost.push(range)
  }

  event(event: LogEvent): void {
    this.#events.push(event)
  }

  /** All of it; the outbox is empty again. */
  take(): Outgoing {
    const batch = {
      epochs: this.#epochs,
      units: this.#units,
      block: this.#block.take(),
      lost: this.#lost,
      events: this.#events,
    }
    this.#epochs = []
    this.#units = []
    this.#lost = []
    this.#events = []
    return { batch, commit: this.#takeNewest() }
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

  #takeNewest(): Commit {
    if (this.#lastSeq >= 0) this.#newest.set(this.#lastEpochId, this.#lastSeq)
    const newest = this.#newest
    this.#newest = new Map()
    this.#lastEpochId = -1
    this.#lastSeq = -1
    return newest
  }
}
