import type { LiveDevice } from '../domain/live-device.ts'
import type { CommittedSample, LogRecord } from '../storage/read/commit-reader.ts'

/** What a sink takes or refuses as one. */
export type Row = CommittedSample | LogRecord

/** What goes to the other side in one piece: some of the log, in the order of its commits. */
export interface Batch {
  /** The random name of the log, 32 hexadecimal digits: with it, samples of several loggers stay apart. */
  readonly log: string
  readonly samples: readonly CommittedSample[]
  /** Events, lost ranges and runs as they are now; to be applied after the samples. */
  readonly records: readonly LogRecord[]
  /** True: that is all that the log has at the moment. */
  readonly isNewest: boolean
  /** Unit of an extra channel; empty where nobody gave one. */
  readonly unitOf: (device: string, channel: string) => string
}

/**
 * What another system has to offer to be a sink (docs/sinks.md walks through one). The runner keeps the cursor in the log,
 * tries again, and finds the rows that are refused.
 */
export interface Sink {
  /** Most samples of a batch while catching up, 500 or more. */
  readonly mostSamples: number
  /**
   * Batches that may be under way at once while catching up; what is sent first is to get there first. Absent: 1, `send` is
   * called when the one before has ended.
   */
  readonly mostBatches?: number
  /**
   * Connects, and makes what it needs on the other side. Called before the first batch and after each failure.
   *
   * @param log as in `Batch`
   * @throws SinkFailure
   */
  open(log: string): Promise<void>
  /** Why an open connection is of no use any more, found out between two batches; null: it is. Absent: it keeps none. */
  readonly trouble?: SinkFailure | null
  /** The devices of this process as they are now, about once a second. Absent: it has no use for them. */
  live?(devices: readonly LiveDevice[]): void
  /**
   * Resolves once the other side has all of it, as durably as it can tell. What was sent before, in whole or in part,
   * may come again: after a failure, a kill of either side, or a power cut.
   *
   * @throws SinkFailure
   */
  send(batch: Batch): Promise<void>
  /** Lets go of the connection at once, whatever it is doing; may be opened again. */
  close(): Promise<void>
}

/**
 * Why something could not be sent. `unreachable`: the other side is away, or failed; a later attempt may succeed.
 * `denied`: it does not want us, or not what we have (password, rights, another table); people have to act, but it is
 * tried again all the same. `refused`: it does not take at least one row of the batch, for what is in it.
 * `partly`: it has taken all of it, but for what `Lacking` says.
 */
export type SinkFailureKind = 'unreachable' | 'denied' | 'refused' | 'partly'

/** One sample or record, and why the other side does not take it, or a part of it. */
export interface Refused {
  readonly row: Row
  readonly reason: string
}

/** How many rows of a batch are not kept, for their age. */
export interface ExpiredRows {
  readonly samples: number
  readonly records: number
}

/** What of a batch that was taken is not there. */
export interface Lacking {
  /** So many of the oldest samples, and of the oldest records: they are older than what it keeps. */
  readonly expired: ExpiredRows
  /** Rows of which a value was left out. */
  readonly stripped: readonly Refused[]
}

export class SinkFailure extends Error {
  readonly kind: SinkFailureKind
  /** null, but for `partly` */
  readonly lacking: Lacking | null

  /** @param message what the other side said, and what to do next; without anything secret */
  constructor(
    kind: SinkFailureKind,
    message: string,
    cause?: unknown,
    lacking: Lacking | null = null,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SinkFailure'
    this.kind = kind
    this.lacking = lacking
  }
}

export function isSinkFailure(error: unknown): error is SinkFailure {
  return error instanceof SinkFailure
}
