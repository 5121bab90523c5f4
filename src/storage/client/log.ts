import type { EventKind } from '../../domain/events.ts'
import type { Epoch, Sample } from '../../domain/sample.ts'
import type { LossReason } from '../../protocol/link/missing-ranges.ts'

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
  readonly kind: EventKind
  readonly detail: string
}

/** What the log keeps of an extra channel. */
export interface ChannelUnit {
  readonly device: string
  readonly id: string
  readonly unit: string
}

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

/** The log as the stream of one device sees it: hands over, never waits. */
export interface DeviceLog {
  /** Begins a run of the device, under an id that no other one has. */
  begin(device: string, boot: number | null, startedUs: number): Epoch
  /** Goes on with an epoch of the log, or says its boot number, which was not known before. */
  epoch(epoch: Epoch): void
  /** What the user says of a channel; one that nobody says anything of needs no such call. */
  channel(channel: ChannelUnit): void
  append(sample: Sample): void
  lost(range: LostRange): void
  event(event: LogEvent): void
  /** Samples of this device that are durable. */
  readonly logged: number
  /** The listener is called once a commit and epoch: everything up to that number is durable. */
  onCommitted(listener: (epochId: number, seq: number) => void): void
}

/**
 * The log of a run: all disk work is in a worker thread behind it. Several devices
 * write to it, each through a `DeviceLog` of its own.
 */
export interface LogClient {
  /** As `logFilePath` gives it. */
  readonly file: string
  /** One for each device. */
  forDevice(): DeviceLog
  /** The last epoch of each device name that had a boot number, as it was when the log was opened. */
  readonly resumePoints: readonly ResumePoint[]
  /** Begin of the log of a device when it was opened, Unix µs; null: it was not known. */
  oldestUs(device: string): number | null
  /** How large the log will be once it is full, in bytes. @param valuesPerSecond of extra channels */
  bytesAtRetention(samplesPerSecond: number, valuesPerSecond: number): number
  readonly state: LogState
  /** Called when the state changes, and after each commit. */
  onState(listener: (state: LogState) => void): void
  /** Called with what the log itself records, such as samples that go for another reason than the passing of time. */
  onEvent(listener: (event: LogEvent) => void): void
  /** True while more samples are queued than a source that can wait should add to. */
  readonly congested: boolean
  /** Resolves when the queue is short again. */
  drained(): Promise<void>
  /** Flushes all, closes the roll-ups, checkpoints, releases the writer lock. */
  close(): Promise<void>
}
