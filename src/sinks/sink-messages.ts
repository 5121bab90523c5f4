import type { SinkStatus } from '../domain/sink-status.ts'
import type { WorkerFailure } from '../storage/file/worker-failure.ts'

/** To the thread of the sinks. */
export type ToSinks = { readonly type: 'stop'; readonly graceMs: number }

/** From it. */
export type FromSinks =
  | { readonly type: 'begun' }
  | { readonly type: 'refused'; readonly failure: WorkerFailure }
  | { readonly type: 'status'; readonly statuses: readonly SinkStatus[] }
  /** All is sent, or it was stopped. */
  | { readonly type: 'ended'; readonly statuses: readonly SinkStatus[] }
