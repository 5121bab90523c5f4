import type { PollMode } from '../../domain/poll-mode.ts'
import type { TrafficFigures } from '../../util/traffic.ts'
import type { PlcStatus } from './plc-pool.ts'

/** How a polling group is doing. Counts are since the start of the run. */
export interface PollGroupStatus {
  readonly name: string
  readonly mode: PollMode
  /** null: of mode `handshake` */
  readonly intervalMs: number | null
  readonly tags: number
  readonly isRunning: boolean
  /** A turn is under way. */
  readonly isBusy: boolean
  /** Its newest turn brought no value. */
  readonly isFailing: boolean
  /** Turns that brought at least one value. */
  readonly turns: number
  /** Turns that brought none. */
  readonly failedTurns: number
  /** Turns that were due while the one before was under way, or while this computer did not get to them. */
  readonly skippedTurns: number
  /** Tags that could not be read in the newest turn with values. */
  readonly failingTags: number
  /** Tags that could not be read in turns with values, summed up. */
  readonly failedReadings: number
  /** Of the newest turn, ms; null: none yet. */
  readonly lastTurnMs: number | null
  /** End of the newest turn with values, Unix ms; null: none yet. */
  readonly lastReadMs: number | null
  /** How much later than due the newest turn began, and the latest of all, ms; of mode `fixed`. */
  readonly lateMs: number
  readonly mostLateMs: number
  /** Why the newest turn that failed did; it stays when all is well again. */
  readonly lastError: string | null
  /** Requests that wait for a connection. */
  readonly waiting: number
  /** Of the last five minutes: units are values. */
  readonly traffic: TrafficFigures
}

/** How the polling of one PLC is doing. */
export interface PlcPollingStatus {
  /** 14 characters; null: not given, as are the next two. */
  readonly code: string | null
  readonly line: string | null
  readonly process: string | null
  readonly plc: PlcStatus
  /** In the order of the file. */
  readonly groups: readonly PollGroupStatus[]
}

/** What a turn that was asked for came to. */
export type TriggerOutcome =
  | {
      readonly kind: 'read'
      readonly tookMs: number
      /** By channel; null: it could not be read. */
      readonly values: Readonly<Record<string, number | string | null>>
    }
  | { readonly kind: 'failed'; readonly reason: string }
  /** Nothing was asked: a turn is under way, or the group is stopped. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'stopped' }

/** The polling groups of a source, which somebody may start, stop and trigger. */
export interface Polling {
  readonly status: PlcPollingStatus
  /** @returns false: there is no such group */
  start(group: string): boolean
  stop(group: string): boolean
  /** Reads a group once, besides its schedule. @returns null: there is no such group */
  trigger(group: string): Promise<TriggerOutcome> | null
}
