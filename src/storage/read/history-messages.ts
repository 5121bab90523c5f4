import type { Trace } from '../../chart/trace.ts'
import type { LogOwner } from '../file/log-file.ts'
import type { WorkerFailure } from '../file/worker-failure.ts'
import type { LoggedTotals, LogOverview, Moment, MomentWish, SpanFigures } from './log-query.ts'

/** What is asked of the thread that reads a log; its `id` comes back with the answer. */
export type HistoryQuestion =
  | {
      readonly type: 'series'
      readonly device: string
      readonly fromUs: number
      readonly slotUs: number
      readonly count: number
    }
  | { readonly type: 'totals' }
  | {
      readonly type: 'statistics'
      readonly device: string
      readonly fromUs: number
      readonly toUs: number
    }
  | { readonly type: 'find'; readonly device: string; readonly wish: MomentWish }
  | { readonly type: 'overview'; readonly windowsS: readonly number[] }

export interface ToHistory {
  readonly id: number
  readonly file: string
  readonly owner: LogOwner
  readonly question: HistoryQuestion
}

export type HistoryAnswer =
  | { readonly type: 'series'; readonly trace: Trace }
  | { readonly type: 'totals'; readonly totals: readonly LoggedTotals[] }
  | { readonly type: 'statistics'; readonly figures: SpanFigures }
  | { readonly type: 'find'; readonly moment: Moment | null }
  | { readonly type: 'overview'; readonly devices: readonly LogOverview[] }
  | { readonly type: 'failed'; readonly failure: WorkerFailure }

export interface FromHistory {
  readonly id: number
  readonly answer: HistoryAnswer
}
