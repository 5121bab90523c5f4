import type { WorkerFailure } from '../file/worker-failure.ts'
import type { KeeperReport, OpenReply } from './keeper-report.ts'
import type { LogBatch } from './log-batch.ts'

export type ToWorker =
  /** First message. @param file as `logFilePath` gives it */
  | { readonly type: 'open'; readonly file: string; readonly retainMs: number }
  | { readonly type: 'batch'; readonly batch: LogBatch }
  /** Is answered once all that came before is taken. */
  | { readonly type: 'ask' }
  | { readonly type: 'close' }

export type FromWorker =
  /** First message where all is well. */
  | { readonly type: 'open'; readonly reply: OpenReply }
  /** First and last message where the log can't be used. */
  | { readonly type: 'refused'; readonly failure: WorkerFailure }
  | { readonly type: 'report'; readonly report: KeeperReport }
  | { readonly type: 'answer' }
  | { readonly type: 'closed'; readonly failure: WorkerFailure | null }
