import type { Trace } from '../../chart/trace.ts'
import type { LoggedTotals, LogOverview, Moment, MomentWish, SpanFigures } from './log-query.ts'

/** What is asked of the thread that reads a log. */
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

export type HistoryAnswer =
  | { readonly type: 'series'; readonly trace: Trace }
  | { readonly type: 'totals'; readonly totals: readonly LoggedTotals[] }
  | { readonly type: 'statistics'; readonly figures: SpanFigures }
  | { readonly type: 'find'; readonly moment: Moment | null }
  | { readonly type: 'overview'; readonly devices: readonly LogOverview[] }
