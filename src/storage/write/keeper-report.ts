import type { LogEvent, LoggedRun } from '../file/records.ts'
import type { TotalsRequest } from './totals-table.ts'

/** What the keeper reports after each step. */
export interface KeeperReport {
  readonly kind: 'recording' | 'spilling' | 'failed'
  /** Plain words; empty while recording. */
  readonly reason: string
  /** Batches taken so far that are durable: in the log, or in the spill file. */
  readonly durable: number
  /** Samples that stand in the spill file alone. */
  readonly spilled: number
  /** Size of log and WAL in bytes. */
  readonly bytes: number
  /** Events that the log made since the report before; in the log already. */
  readonly notes: readonly LogEvent[]
  /** What other processes have asked for since the report before. */
  readonly totalsRequests: readonly TotalsRequest[]
}

export interface OpenReply {
  readonly nextEpochId: number
  readonly loggedRuns: readonly LoggedRun[]
  /** Start of the log of each device that has samples in it, Unix µs. */
  readonly begins: ReadonlyMap<string, number>
  /** Size of log and WAL. */
  readonly bytes: number
}
