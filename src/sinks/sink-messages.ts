import type { LiveDevice } from '../domain/live-device.ts'
import type { SinkStatus } from '../domain/sink-status.ts'
import type { WorkerFailure } from '../storage/file/worker-failure.ts'
import type { OrderAnswer, SinkOrder } from './orders.ts'

/** To the thread of the sinks. */
export type ToSinks =
  | { readonly type: 'stop'; readonly graceMs: number }
  /** The devices of the run, about once a second, where a sink wants them. */
  | { readonly type: 'live'; readonly devices: readonly LiveDevice[] }
  | { readonly type: 'answer'; readonly id: number; readonly answer: OrderAnswer }

/** From it. */
export type FromSinks =
  | { readonly type: 'begun' }
  | { readonly type: 'refused'; readonly failure: WorkerFailure }
  | { readonly type: 'status'; readonly statuses: readonly SinkStatus[] }
  /** Somebody on the other side of a sink wants something done. */
  | { readonly type: 'order'; readonly id: number; readonly order: SinkOrder }
  /** All is sent, or it was stopped. */
  | { readonly type: 'ended'; readonly statuses: readonly SinkStatus[] }
