import type { Trace } from '../../chart/trace.ts'
import { exactText } from '../../figures/format.ts'
import type { Moment, Snapshot, SpanStatistics } from '../../monitor/view.ts'
import { inUnit } from '../../util/scaled-unit.ts'
import type { ComparedTraces } from '../view/compare.ts'
import type { FigureForm, FigureMemory } from '../view/figure-memory.ts'
import type { ViewState } from '../view/view-state.ts'

/** What is known of the moment and the span that are looked at closely. */
export interface CloseLook {
  readonly snapshot: Snapshot
  readonly view: ViewState
  /** Of the snapshot's device; null: not there yet. */
  readonly trace: Trace | null
  /** What a character of the chart covers, µs. */
  readonly cellUs: number
  /** Of the devices that are compared; null: none are, or not there yet. */
  readonly compared: ComparedTraces | null
  /** The sample next to the cursor; null: there is none, undefined: not there yet. */
  readonly moment: Moment | null | undefined
  /** Of the selection; null: not there yet. */
  readonly statistics: SpanStatistics | null
  /** What the screen writes its figures with. */
  readonly figures: FigureMemory
}

/** In the place of a figure that there is none of. */
export const NOTHING = '--'

/** With all of its digits. @param more decimals beside those of the form @param width in cells */
export function closeText(
  value: number | null | undefined,
  { unit, decimals }: FigureForm,
  more: number,
  width: number,
): string {
  if (value === null || value === undefined) return NOTHING
  return exactText(inUnit(value, unit.exponent), decimals + more, width)
}
