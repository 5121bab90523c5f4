import type { Snapshot } from '../monitor/view.ts'
import { countText } from '../util/number-text.ts'
import { shownSpan } from './view/time-window.ts'
import type { ViewState } from './view/view-state.ts'

/** A span of one device that is to be written to a file. */
export interface SavedSpan {
  /** Its label in the log. */
  readonly device: string
  /** Unix µs */
  readonly fromUs: number
  /** Exclusive. */
  readonly toUs: number
}

/** Writes the samples of a span to a new file. */
export type SaveSpan = (span: SavedSpan) => Promise<{
  /** Its name. */
  readonly file: string
  /** Samples in it. */
  readonly rows: number
}>

/** The selection, else what the chart shows, in whole milliseconds; null: nothing yet. */
export function spanToSave(view: ViewState, snapshot: Snapshot): SavedSpan | null {
  const { device, number, sampleUs } = snapshot
  const shown = shownSpan(view, { selected: view.selected, newestUs: sampleUs })
  if (shown === null || number !== view.selected) return null
  const { fromUs, toUs } = view.selection ?? {
    fromUs: Math.floor(shown.fromUs / 1000) * 1000,
    toUs: Math.ceil((shown.toUs + 1) / 1000) * 1000,
  }
  return { device, fromUs, toUs }
}

export function savedText({ file, rows }: Awaited<ReturnType<SaveSpan>>): string {
  return `${countText(rows)} ${rows === 1 ? 'sample' : 'samples'} written to ${file}`
}
