/** What the log holds beside samples. */

import type { Burst } from '../../domain/burst.ts'
import type { EventKind } from '../../domain/events.ts'
import type { Epoch } from '../../domain/sample.ts'
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
  /** See `StreamEvent`. */
  readonly about?: string
}

/** A burst of fast readings. */
export interface DeviceBurst extends Burst {
  readonly device: string
}

/** An extra channel of a device. */
export interface LoggedChannel {
  readonly id: string
  readonly device: string
  /** Empty where nobody gave one. */
  readonly unit: string
}

/** Where a run left off, so that the next one can ask the device for the rest. */
export interface LoggedRun {
  readonly epoch: Epoch
  readonly lastSeq: number
  readonly lastUs: number
}
