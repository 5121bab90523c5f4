/** How the log's way into another system is doing, for screen, page, metrics and `ina219 sinks`. */

/** Which other systems there are. */
export const SINK_KINDS = ['postgres', 'influx', 'mqtt'] as const
export type SinkKind = (typeof SINK_KINDS)[number]

/**
 * `connecting`: not there yet. `sending`: more than a moment's samples are still to go. `current`: all is there
 * but for the last moment. `waiting`: it failed, and is tried again. `ended`: this run is over.
 */
export type SinkState = 'connecting' | 'sending' | 'current' | 'waiting' | 'ended'

/** Whether the other side was reached when it was last asked. */
export function isReached({ state }: { readonly state: SinkState }): boolean {
  return state === 'current' || state === 'sending'
}

/** The last five minutes, or what there is of them. */
export interface SinkTraffic {
  readonly seconds: number
  /** Samples that the other side has acknowledged, a second. */
  readonly rowsPerSecond: number
  readonly batches: number
  /** Attempts that failed. */
  readonly failures: number
  /** From handing a batch over to its acknowledgement, ms; null: there was none. */
  readonly batchMsAvg: number | null
  readonly batchMsMax: number | null
}

export interface SinkStatus {
  /** How the log knows it. */
  readonly name: string
  readonly kind: SinkKind
  /** Where it is, without what is secret. */
  readonly target: string
  readonly state: SinkState
  /** Unix ms, when this was true. */
  readonly atMs: number
  /** Of this run: samples acknowledged by the other side. */
  readonly samples: number
  /** Of this run: changes of events, losses and runs acknowledged. */
  readonly records: number
  /** Of this run: rows that the other side refuses, set aside in `deadLetters`. */
  readonly refused: number
  /** Samples and events that the log deleted before they could be sent, ever. */
  readonly missed: number
  /** Samples still to send. */
  readonly queued: number
  /** False: `queued` is an estimate. */
  readonly isExact: boolean
  /** Times of the oldest and the newest sample still to send, Unix µs; null: there is none. */
  readonly unsentUs: readonly [fromUs: number, toUs: number] | null
  readonly traffic: SinkTraffic
  /** The last failure, in words; null: none in this run. It stays when all is well again. */
  readonly lastError: { readonly text: string; readonly atMs: number } | null
  /** Unix ms of the next attempt; null: none is waited for. */
  readonly retryAtMs: number | null
  /** File of refused rows; null: there are none. */
  readonly deadLetters: string | null
}
