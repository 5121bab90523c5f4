import type { LogOwner } from './log-file.ts'
import type { WorkerFailure } from './worker-failure.ts'

/** What goes to a thread that reads a log for others; its `id` comes back with the answer. */
export interface Asked<Question> {
  readonly id: number
  readonly file: string
  readonly owner: LogOwner
  readonly question: Question
}

/** What comes back. */
export interface Answered<Answer> {
  readonly id: number
  readonly answer: Answer | FailedAnswer
}

export interface FailedAnswer {
  readonly type: 'failed'
  readonly failure: WorkerFailure
}
