import type { Trace } from '../../chart/trace.ts'
import type { Burst } from '../../domain/burst.ts'
import type {
  FlowsById,
  LoggedSample,
  LoggedTotals,
  LogOverview,
  Moment,
  MomentWish,
  SpanFigures,
} from './log-query.ts'

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
  | { readonly type: 'newest'; readonly device: string; readonly most: number }
  | {
      readonly type: 'statistics'
      readonly device: string
      readonly fromUs: number
      readonly toUs: number
    }
  | { readonly type: 'find'; readonly device: string; readonly wish: MomentWish }
  | { readonly type: 'burst'; readonly device: string }
  | { readonly type: 'overview'; readonly windowsS: readonly number[] }
  | { readonly type: 'flows'; readonly device: string; readonly cuts: readonly number[] }

export type HistoryAnswer =
  | { readonly type: 'series'; readonly trace: Trace }
  | { readonly type: 'totals'; readonly totals: readonly LoggedTotals[] }
  | { readonly type: 'newest'; readonly samples: readonly LoggedSample[] }
  | { readonly type: 'statistics'; readonly figures: SpanFigures }
  | { readonly type: 'find'; readonly moment: Moment | null }
  | { readonly type: 'burst'; readonly burst: Burst | null }
  | { readonly type: 'overview'; readonly devices: readonly LogOverview[] }
  | { readonly type: 'flows'; readonly flows: readonly FlowsById[] }
