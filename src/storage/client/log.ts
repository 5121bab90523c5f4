import type { Epoch, Sample } from '../../domain/sample.ts'
import type { DeviceBurst, LogEvent, LoggedChannel, LoggedRun, LostRange } from '../file/records.ts'
import type { TotalsRequest } from '../write/totals-table.ts'

export type { DeviceBurst, LogEvent, LoggedChannel, LoggedRun, LostRange, TotalsRequest }

/** How the log is doing. */
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

/** The log as the stream of one device sees it: hands over, never waits. */
export interface DeviceLog {
  /** Begins a run of the device, under an id that no other one has. */
  begin(device: string, boot: number | null, startedUs: number): Epoch
  /** Goes on with an epoch of the log, or gives its boot number, which was not known before. */
  epoch(epoch: Epoch): void
  /** Describes a channel. One that is not described has no unit. */
  channel(channel: LoggedChannel): void
  /**
   * @param sample of the epoch under way, or of one that a lost range has named before: the
   *   newest 256 of these are remembered
   */
  append(sample: Sample): void
  lost(range: LostRange): void
  event(event: LogEvent): void
  burst(burst: DeviceBurst): void
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
  readonly loggedRuns: readonly LoggedRun[]
  /** Start of the log of a device when it was opened, Unix µs; null: it was not known. */
  oldestUs(device: string): number | null
  /** How large the log will be once it is full, in bytes. @param valuesPerSecond of extra channels */
  bytesAtRetention(samplesPerSecond: number, valuesPerSecond: number): number
  readonly state: LogState
  /** Samples that stand in the spill file alone, from which the next run takes them where this one does not. */
  readonly spilled: number
  /** Whether somebody watches samples become durable: they are handed over at once, 10 times a second at most. */
  hasten(isWatched: boolean): void
  /** Called when the state changes, and after each commit. */
  onState(listener: (state: LogState) => void): void
  /** Called with what the log itself records, such as samples that go for another reason than the passing of time. */
  onEvent(listener: (event: LogEvent) => void): void
  /** Called when another process (`ina219 totals --reset`) wants the totals of a device reset. */
  onTotalsRequest(listener: (request: TotalsRequest) => void): void
  /** True while more samples are queued than a source that can wait should add to. */
  readonly congested: boolean
  /** Resolves when the queue is short again. */
  drained(): Promise<void>
  /** Resolves when all that was appended before is durable, or can't be at the moment: see `state`. */
  committed(): Promise<void>
  /** Resolves when the writer's thread has taken all that was handed over before; never, where it hangs. */
  answer(): Promise<void>
  /** Flushes all, closes the roll-ups, checkpoints, releases the writer lock. */
  close(): Promise<void>
}
