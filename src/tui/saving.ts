import type { Snapshot } from '../monitor/view.ts'
import type { ThemeChoice } from '../theme/themes.ts'
import type { Clock } from '../util/clock.ts'
import { countText } from '../util/number-text.ts'
import type { Appearance } from './appearance.ts'
import type { ScreenState } from './screen-state.ts'
import type { ScreenTerminal } from './terminal/screen-terminal.ts'
import { styleOf } from './terminal/theme-palette.ts'
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

/** Writes a picture of the screen to a new file. @param nowUs Unix µs @returns its name */
export type SavePicture = (svg: string, nowUs: number) => Promise<string>

export interface SavingOptions {
  readonly state: ScreenState
  readonly appearance: Appearance
  readonly terminal: ScreenTerminal
  /** Absent: there is no log. */
  readonly save: SaveSpan | undefined
  readonly savePicture: SavePicture | undefined
  readonly clock: Clock
}

/** Writes what is shown to files; each function says what came of it. */
export class Saving {
  readonly #options: SavingOptions

  constructor(options: SavingOptions) {
    this.#options = options
  }

  /** The samples of the selection, else of what is shown. */
  async samples(): Promise<string> {
    return this.#save({ kind: 'csv' })
  }

  /** A chart of them. */
  async chart(): Promise<string> {
    const { state, appearance } = this.#options
    const limits = state.snapshot?.limits ?? []
    return this.#save({ kind: 'chart', theme: appearance.themeName, limits })
  }

  /** The screen as it stands on the terminal, in the colours of its theme. */
  async screen(): Promise<string> {
    const { state, appearance, terminal, savePicture, clock } = this.#options
    if (savePicture === undefined) return 'pictures can not be written from here'
    const { screenSvg } = await import('./svg/screen-svg.ts')
    const cells = terminal.screen.lines.map((row) =>
      row.map(([attribute, char]) => ({ char, style: styleOf(attribute) })),
    )
    const title = `ina219 ${state.snapshot?.device ?? ''}`.trimEnd()
    const svg = screenSvg([cells], { theme: appearance.themeName, title })
    return `the screen is written to ${await savePicture(svg, clock.wallMs() * 1000)}`
  }

  async #save(form: SaveForm): Promise<string> {
    const { state, save } = this.#options
    if (save === undefined) return 'there is no log whose samples could be written to a file'
    const span = state.snapshot && spanToSave(state.view, state.snapshot)
    return span === null ? 'there are no samples yet' : savedText(await save(span, form))
  }
}

/** The selection, else what the chart shows, in whole milliseconds; null: nothing yet. */
function spanToSave(view: ViewState, snapshot: Snapshot): SavedSpan | null {
  const { device, number, sampleUs } = snapshot
  const shown = shownSpan(view, { selected: view.selected, newestUs: sampleUs })
  if (shown === null || number !== view.selected) return null
  const { fromUs, toUs } = view.selection ?? {
    fromUs: Math.floor(shown.fromUs / 1000) * 1000,
    toUs: Math.ceil((shown.toUs + 1) / 1000) * 1000,
  }
  return { device, fromUs, toUs }
}

function savedText({ file, rows }: Awaited<ReturnType<SaveSpan>>): string {
  return `${countText(rows)} ${rows === 1 ? 'sample' : 'samples'} written to ${file}`
}
