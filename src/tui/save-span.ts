import type { Snapshot } from '../monitor/view.ts'
import type { ThemeChoice } from '../theme/themes.ts'
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

/** Its samples as CSV, or a chart of it as SVG. */
export type SaveForm =
  | { readonly kind: 'csv' }
  | { readonly kind: 'chart'; readonly theme: ThemeChoice; readonly limits: Snapshot['limits'] }

/** Writes a span to a new file. */
export type SaveSpan = (
  span: SavedSpan,
  form: SaveForm,
) => Promise<{
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
