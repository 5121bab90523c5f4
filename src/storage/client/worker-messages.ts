import { type ErrorCode, InaError, isInaError } from '../../util/errors.ts'
import type { KeeperReport, OpenReply } from '../write/log-keeper.ts'
import type { LogBatch } from './log-batch.ts'

export interface WorkerOptions {
  readonly file: string
  readonly retainMs: number
}

/** An InaError on its way between threads. */
export interface WorkerFailure {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly stack: string
}

export type ToWorker =
  | { readonly type: 'batch'; readonly batch: LogBatch }
  | { readonly type: 'close' }

export type FromWorker =
  /** First message where all is well. */
  | { readonly type: 'open'; readonly reply: OpenReply }
  /** First and last message where the log can't be used. */
  | { readonly type: 'refused'; readonly failure: WorkerFailure }
  | { readonly type: 'report'; readonly report: KeeperReport }
  | { readonly type: 'closed'; readonly failure: WorkerFailure | null }

export function errorOf(failure: WorkerFailure): InaError {
  const error = new InaError(failure.code, failure.message, failure.hint)
  error.stack = failure.stack
  return error
}

/** Errors lose their class between threads. */
export function failureOf(error: unknown): WorkerFailure {
  const known = isInaError(error)
    ? error
    : new InaError('internal_fault', String(error), 'this is a fault of ina219: report it', error)
  return { code: known.code, message: known.message, hint: known.hint, stack: known.stack ?? '' }
}
