import type { ValueRange } from '../../domain/channels.ts'
import type { Epoch, Sample } from '../../domain/sample.ts'
import type { LossReason } from '../../protocol/link/missing-ranges.ts'

export { estimateLogBytes } from '../file/log-size.ts'

/** A range of samples that were never received. */
export interface LostRange {
  readonly epochId: number
  readonly firstSeq: number
  /** 1 or more */
  readonly count: number
  /** Times of the samples on either side, Unix µs. */
  readonly fromUs: number
  readonly toUs: number
  readonly reason: LossReason
}

/** Something that happened to the stream or the log, for the events table. */
export interface LogEvent {
  readonly timeUs: number
  readonly device: string
  /** `restart`, `reconnect`, `clock`, `spill`, `retention`, `note`, `alarm`, … */
  readonly kind: string
  readonly detail: string
}

/** An extra channel of a device, with what is known of it. */
export interface ChannelInfo {
  readonly device: string
  readonly id: string
  readonly unit: string
  readonly range: ValueRange | null
}

/** What the log keeps of it. */
export type ChannelUnit = Pick<ChannelInfo, 'device' | 'id' | 'unit'>

/** What a commit has made durable: by epoch, the number of its newest sample that came in order. */
export type Commit = ReadonlyMap<number, number>

/** What the writer says back after each commit, and when its state changes. */
export interface LogState {
  readonly kind: 'recording' | 'spilling' | 'failed'
  /** Plain words for the screen; empty while recording. */
  readonly reason: string
  /** Samples handed over but not yet committed. */
  readonly queued: number
  /** Samples committed by this run. */
  readonly logged: number
  /** Size of database and WAL in bytes. */
  readonly bytes: number
}

export interface OpenLogOptions {
  /** Path of the database. Parent folders are made, private to the user. */
  readonly file: string
  readonly retainMs: number
}

/** Where a run left off, so that the next one can ask the device for the rest. */
export interface ResumePoint {
  readonly epoch: Epoch
  readonly lastSeq: number
  readonly lastUs: number
}

/**
 * The log as the monitor sees it: hands over, never waits. All disk work is in
 * a worker thread behind it.
 */
export interface LogClient {
  /** True where the log knows a device with a boot number. */
  readonly hasResumePoints: boolean
  /** The last epoch of each device name that had a boot number. */
  resumePoint(device: string): ResumePoint | null
  /** Begins a run of a device, under an id that no other one has. */
  begin(device: string, boot: number | null, startedUs: number): Epoch
  /** Goes on with an epoch of the log, or says its boot number, which was not known before. */
  epoch(epoch: Epoch): void
  /** What the user says of a channel; one that nobody says anything of needs no such call. */
  channel(channel: ChannelInfo): void
  append(sample: Sample): void
  lost(range: LostRange): void
  event(event: LogEvent): void
  readonly state: LogState
  /** Called when the state changes, and after each commit. */
  onState(listener: (state: LogState) => void): void
  /** Called after each commit. Everything of an epoch up to that number is durable. */
  onCommitted(listener: (commit: Commit) => void): void
  /** Called with what the log itself records, such as samples that go for another reason than the passing of time. */
  onEvent(listener: (event: LogEvent) => void): void
  /** True while more samples are queued than a source that can wait should add to. */
  readonly congested: boolean
  /** Resolves when the queue is short again. */
  drained(): Promise<void>
  /** Flushes all, closes the roll-ups, checkpoints, releases the writer lock. */
  close(): Promise<void>
}
